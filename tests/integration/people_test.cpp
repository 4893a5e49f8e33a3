// Whom tickets are for, over HTTP: questions and attendees, waiting lists, mails again.
#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

TEST_CASE("an order answers the event's questions, and its organizer reads the answers",
          "[people]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Dinner", 0, 50)});
  const auto event = "/v1/events/" + sale.event_id;
  const auto question = host.api.post(event + "/questions", {{"label", "Meal"},
                                                             {"kind", "choice"},
                                                             {"per", "ticket"},
                                                             {"required", true},
                                                             {"choices", {"meat", "none"}}});
  INFO(question.text);
  REQUIRE(question.status == 201);
  Api guest(platform.url());
  CHECK(guest.get(event + "/questions").body["items"].size() == 1);

  auto body = order_body(sale.event_id, sale.type_ids[0], 1);
  const auto refused = guest.post("/v1/orders", body);
  CHECK(refused.status == 400);
  CHECK(refused.body["errors"][0]["pointer"] == "/items/0/attendees/0/answers");
  const json answer{{"question_id", question.body["id"]}, {"value", "none"}};
  body["items"][0]["attendees"] = json::array({{{"name", "Lina"}, {"answers", {answer}}}});
  const auto order = guest.post("/v1/orders", body);
  INFO(order.text);
  REQUIRE(order.status == 201);

  const std::string order_id = order.body["id"];
  const std::string secret = order.body["secret"];
  const auto told = guest.get("/v1/orders/" + order_id + "/attendees?secret=" + secret);
  INFO(told.text);
  CHECK(told.body["items"][0]["answers"][0]["value"] == "none");
  const std::string ticket_id = order.body["ticket_ids"][0];
  const auto edited = guest.send("PUT", "/v1/tickets/" + ticket_id + "/attendee",
                                 json{{"name", "Lina Aziz"}, {"secret", secret}}.dump(), {});
  INFO(edited.text);
  CHECK(edited.status == 200);
  const auto all = host.api.get(event + "/attendees?limit=10");
  INFO(all.text);
  CHECK(all.body["items"][0]["name"] == "Lina Aziz");
  CHECK(all.body["items"][0]["answers"][0]["label"] == "Meal");
  CHECK(guest.get(event + "/attendees").status == 401);
  const auto sheet = host.api.get(event + "/attendees.csv");
  INFO(sheet.text);
  CHECK(sheet.status == 200);
  CHECK(sheet.headers.at("content-type") == "text/csv; charset=utf-8");
  CHECK(sheet.headers.at("cache-control") == "no-store");
  CHECK(sheet.text.find("\"admitted_at\",\"Meal\",\"other_answers\"\r\n\"" + ticket_id +
                        "\",\"Lina Aziz\",") != std::string::npos);
  CHECK(host.api.get(event + "/attendees.csv?limit=5&after=" + ticket_id).text.empty());
  CHECK(guest.get(event + "/attendees.csv").status == 401);
  CHECK(host.api.remove("/v1/questions/" + question.body["id"].get<std::string>()).status == 200);

  CHECK(guest.post("/v1/orders/" + order_id + "/resend", {{"secret", secret}}).status == 202);
  const auto known = guest.post("/v1/orders/look-up",
                                {{"event_id", sale.event_id}, {"email", "guest@example.org"}});
  const auto unknown =
      guest.post("/v1/orders/look-up", {{"event_id", sale.event_id}, {"email", "x@example.org"}});
  CHECK(known.status == 202);
  CHECK(known.status == unknown.status);
  CHECK(known.body == unknown.body);
}

TEST_CASE("what a hold gives back is offered to who waits, and to nobody else", "[people]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 5000, 2)});
  Api guest(platform.url());
  const auto held = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 2));
  REQUIRE(held.status == 201);
  const auto join = [&](const std::string& email) {
    return guest.post("/v1/events/" + sale.event_id + "/waiting-list",
                      {{"ticket_type_id", sale.type_ids[0]},
                       {"quantity", 2},
                       {"buyer", {{"email", email}, {"name", "Somebody"}}}});
  };
  const auto first = join("first@example.org");
  INFO(first.text);
  REQUIRE(first.status == 201);
  CHECK(first.body["position"] == 1);
  CHECK(join("second@example.org").body["position"] == 2);
  CHECK(join("first@example.org").code() == "already_waiting");

  const auto line = "/v1/events/" + sale.event_id + "/waiting-list";
  const auto waiting = host.api.get(line + "?state=waiting&limit=1");
  INFO(waiting.text);
  REQUIRE(waiting.body["items"].size() == 1);
  CHECK(waiting.body["items"][0]["buyer"]["email"] == "first@example.org");
  CHECK(waiting.body.contains("next_cursor"));
  CHECK(guest.get(line).status == 401);

  CHECK(guest
            .post("/v1/orders/" + held.body["id"].get<std::string>() + "/cancel",
                  {{"secret", held.body["secret"]}})
            .status == 200);
  const std::string entry = first.body["id"];
  const std::string secret = first.body["secret"];
  CHECK(wait_until([&] {
    return guest.get("/v1/waiting-list/" + entry + "?secret=" + secret).body["state"] == "offered";
  }));
  CHECK(guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).code() ==
        "sold_out");
  const auto order =
      guest.post("/v1/waiting-list/offers/" + entry + "/accept", {{"secret", secret}});
  INFO(order.text);
  REQUIRE(order.status == 201);
  CHECK(order.body["state"] == "held");
  CHECK(order.body["total"]["amount"] == 10'000);
}
