// Scenario 9, as far as it goes without a payment provider: what is refunded, by whom, and what
// becomes of tickets, places and reports. No payment service is on the mesh: orders are paid at the
// box office.
#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

struct Sale {
  Platform platform;
  Organizer host = organizer(platform.url());
  OnSale sale;
  Api guest{platform.url()};

  explicit Sale(const std::vector<json>& types) : sale(on_sale(host, types)) {}

  // A paid order, with its secret.
  json paid(size_t type, int quantity) {
    auto reply = host.api.post(
        "/v1/events/" + sale.event_id + "/box-office-orders",
        {{"items",
          json::array({{{"ticket_type_id", sale.type_ids[type]}, {"quantity", quantity}}})},
         {"kind", "box_office"},
         {"paid_by", "cash"}});
    INFO(reply.text);
    REQUIRE(reply.status == 201);
    return reply.body;
  }
  static std::string refunds_of(const json& order) {
    return "/v1/orders/" + order["id"].get<std::string>() + "/refunds";
  }
  std::string code_of(const json& order, size_t index) {
    auto tickets = guest.get("/v1/orders/" + order["id"].get<std::string>() +
                             "/tickets?secret=" + order["secret"].get<std::string>());
    REQUIRE(tickets.status == 200);
    return tickets.body["items"][index]["code"];
  }
  Reply scan(const std::string& code) {
    return host.api.post(
        "/v1/check-ins",
        {{"code", code}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}});
  }
  int available(size_t type) {  // As staff see it: guests may be told what was just before.
    return host.api.get("/v1/events/" + sale.event_id + "/ticket-types")
        .body["items"][type]["available"];
  }
};

json seat_with_group_rate() {
  auto seat = type_body("Seat", 10'000, 20);
  seat["group_rates"] = json::array({{{"from", 3}, {"rate", 1000}}});
  return seat;
}

}  // namespace

TEST_CASE("a buyer gives back one ticket of a group: the rest is priced anew, the door knows",
          "[s9]") {
  Sale shop(std::vector<json>{seat_with_group_rate()});
  const auto order = shop.paid(0, 3);
  CHECK(order["total"]["amount"] == 27'000);
  const auto gone = shop.code_of(order, 0), kept = shop.code_of(order, 1);
  json message{{"secret", order["secret"]}, {"ticket_ids", json::array({order["ticket_ids"][0]})}};
  const auto key = fresh_key();
  auto refund = shop.guest.post(Sale::refunds_of(order), message, key);
  INFO(refund.text);
  REQUIRE(refund.status == 201);
  CHECK(refund.body["amount"] == json{{"amount", 7'000}, {"currency", "EGP"}});
  CHECK(refund.body["order_state"] == "partially_refunded");
  CHECK(shop.guest.post(Sale::refunds_of(order), message, key).body == refund.body);
  CHECK(shop.available(0) == 18);
  auto refused = shop.scan(gone);
  CHECK(refused.status == 409);
  CHECK(refused.code() == "refunded");
  CHECK(shop.scan(kept).status == 201);

  auto used = shop.guest.post(Sale::refunds_of(order), {{"secret", order["secret"]}});
  CHECK(used.status == 409);
  CHECK(used.code() == "ticket_used");
  auto by_host = shop.host.api.post(Sale::refunds_of(order), {{"reason", "goodwill"}});
  INFO(by_host.text);
  CHECK(by_host.body["amount"]["amount"] == 20'000);
  CHECK(by_host.body["order_state"] == "refunded");
  CHECK(shop.available(0) == 20);
  auto list = shop.host.api.get(Sale::refunds_of(order));
  CHECK(list.body["items"].size() == 2);
}

TEST_CASE("outside the policy a buyer is refused and told why", "[s9]") {
  auto fixed = type_body("No refunds", 10'000, 20);
  fixed["refundable"] = false;
  Sale shop(std::vector<json>{fixed});
  const auto order = shop.paid(0, 1);
  const auto path = Sale::refunds_of(order);
  const json with_secret{{"secret", order["secret"]}};
  auto refused = shop.guest.post(path, with_secret);
  CHECK(refused.status == 409);
  CHECK(refused.code() == "not_refundable");
  CHECK(refused.body["ticket_id"] == order["ticket_ids"][0]);
  auto part = with_secret;
  part["amount"] = 500;
  CHECK(shop.guest.post(path, part).code() == "role_missing");
  CHECK(shop.guest.post(path, json::object()).code() == "unknown_order");
  auto stranger = organizer(shop.platform.url(), "Another house");
  CHECK(stranger.api.post(path, json::object()).code() == "unknown_order");
  CHECK(shop.host.api.post(path, {{"amount", 10'001}}).code() == "amount_too_large");
  CHECK(shop.host.api.post(path, {{"amount", 4'000}}).status == 201);
}

TEST_CASE("a ticket becomes one of another type: at once, or when the difference is paid", "[s9]") {
  Sale shop(std::vector<json>{type_body("Seat", 10'000, 20), type_body("Standing", 4'000, 5),
                              type_body("Box", 25'000, 5)});
  const auto order = shop.paid(0, 1);
  const auto path = "/v1/tickets/" + order["ticket_ids"][0].get<std::string>() + "/exchange";
  json message{{"secret", order["secret"]}, {"ticket_type_id", shop.sale.type_ids[2]}};
  const auto code = shop.code_of(order, 0);
  auto dearer = shop.guest.post(path, message);
  INFO(dearer.text);
  REQUIRE(dearer.status == 200);
  CHECK(dearer.body["state"] == "held");
  CHECK(dearer.body["order"]["total"]["amount"] == 15'000);
  CHECK(shop.available(2) == 4);
  auto given_up =
      shop.guest.post("/v1/orders/" + dearer.body["order"]["id"].get<std::string>() + "/cancel",
                      {{"secret", dearer.body["order"]["secret"]}});
  CHECK(given_up.body["state"] == "cancelled");
  CHECK(shop.available(2) == 5);
  message["ticket_type_id"] = shop.sale.type_ids[1];
  auto cheaper = shop.guest.post(path, message);
  INFO(cheaper.text);
  CHECK(cheaper.body["state"] == "done");
  CHECK(cheaper.body["refunded"]["amount"] == 6'000);
  CHECK(shop.available(0) == 20);
  CHECK(shop.available(1) == 4);
  CHECK(shop.scan(code).code() == "revoked");
  CHECK(shop.scan(shop.code_of(order, 0)).status == 201);
}

TEST_CASE("every order of a cancelled event is given back whole, and no door lets it in", "[s9]") {
  Sale shop(std::vector<json>{type_body("Seat", 10'000, 20)});
  const auto first = shop.paid(0, 2), second = shop.paid(0, 1);
  const auto code = shop.code_of(second, 0);
  auto cancelled =
      shop.host.api.post("/v1/events/" + shop.sale.event_id + "/cancel", json::object());
  INFO(cancelled.text);
  REQUIRE(cancelled.status == 200);
  for (const auto& order : {first, second}) {
    auto refund = shop.host.api.post(Sale::refunds_of(order), {{"reason", "event_cancelled"}});
    INFO(refund.text);
    CHECK(refund.status == 201);
    CHECK(refund.body["amount"] == order["total"]);
  }
  CHECK(shop.scan(code).code() == "cancelled");
}

TEST_CASE("complimentary tickets and box office sales share the stock and are counted apart",
          "[s9]") {
  Sale shop(std::vector<json>{type_body("Seat", 10'000, 5)});
  shop.paid(0, 2);
  const auto path = "/v1/events/" + shop.sale.event_id + "/box-office";
  json comps{{"items", json::array({{{"ticket_type_id", shop.sale.type_ids[0]}, {"quantity", 3}}})},
             {"kind", "comp"},
             {"buyer", {{"email", "press@example.org"}, {"name", "Press"}}}};
  auto given = shop.host.api.post(path + "-orders", comps);
  INFO(given.text);
  REQUIRE(given.status == 201);
  CHECK(given.body["total"]["amount"] == 0);
  CHECK(shop.host.api.post(path + "-orders", comps).code() == "sold_out");
  auto counts = shop.host.api.get(path);
  INFO(counts.text);
  CHECK(counts.body["items"][0]["comps"] == 3);
  CHECK(counts.body["items"][0]["sold"] == 2);
  CHECK(counts.body["items"][0]["cash"]["amount"] == 20'000);
}
