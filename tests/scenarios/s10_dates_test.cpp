// Scenario 10 for an event with several dates: each sells and opens its doors by its own times, and
// one that is cancelled takes nothing of the others with it.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

// Three weeks in Cairo, whose clocks go forward in the night before the 28th of April 2028.
const json kRun = {{"starts_at", "2028-04-20T08:00:00Z"}, {"ends_at", "2028-05-10T22:00:00Z"}};

struct Run {
  Platform platform;
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Whole run", 0, 100)}, kRun);
  Api guest{platform.url()};

  std::string path(const std::string& below) const {
    return "/v1/events/" + sale.event_id + "/" + below;
  }
  json must(const Reply& reply, long status) {
    INFO(reply.text);
    REQUIRE(reply.status == status);
    return reply.body;
  }
  json add_date(const json& body) { return must(host.api.post(path("dates"), body), 201); }
  std::string add_type(const json& date, bool refundable = true) {
    auto body = type_body("Evening", 0, 100);
    body["date_id"] = date["id"];
    body["refundable"] = refundable;
    return must(host.api.post(path("ticket-types"), body), 201)["id"];
  }
  std::string add_list(const json& date) {
    const json body{{"name", "Of the day"}, {"date_id", date["id"]}};
    return must(host.api.post(path("check-in-lists"), body), 201)["id"];
  }
  json buy(const std::string& type_id) {
    return must(guest.post("/v1/orders", order_body(sale.event_id, type_id, 1)), 201);
  }
  json ticket(const json& order) {
    return must(guest.get("/v1/orders/" + order["id"].get<std::string>() +
                          "/tickets?secret=" + order["secret"].get<std::string>()),
                200)["items"][0];
  }
  Reply scan(const json& order, const std::string& list_id) {
    return host.api.post(
        "/v1/check-ins",
        {{"code", ticket(order)["code"]}, {"check_in_list_id", list_id}, {"nonce", fresh_key()}});
  }
};

}  // namespace

TEST_CASE("each date of a run sells and lets in by its own times; a cancelled one is given back",
          "[s10][dates]") {
  Run run;
  const auto open = run.add_date({{"starts_local", "2028-04-21T20:00"},
                                  {"ends_local", "2028-04-21T23:00"},
                                  {"doors_at", "2020-01-01T00:00:00Z"},  // So that it lets in now.
                                  {"label", {{"en", "Premiere"}, {"ar", "العرض الأول"}}}});
  const auto later =
      run.add_date({{"starts_local", "2028-05-02T20:00"}, {"ends_local", "2028-05-02T23:00"}});
  CHECK(open["starts_at"] == "2028-04-21T18:00:00Z");
  CHECK(later["starts_at"] == "2028-05-02T17:00:00Z");
  const auto of_open = run.add_type(open), of_later = run.add_type(later, false);
  const auto open_list = run.add_list(open);

  const auto types =
      run.guest.get(run.path("ticket-types") + "?date_id=" + later["id"].get<std::string>());
  REQUIRE(types.status == 200);
  REQUIRE(types.body["items"].size() == 1);
  CHECK(types.body["items"][0]["date"]["starts_local"] == "2028-05-02T20:00");

  const auto first = run.buy(of_open), second = run.buy(of_later);
  const auto whole = run.buy(run.sale.type_ids[0]);
  CHECK(run.ticket(first)["starts_at"] == open["starts_at"]);
  CHECK_FALSE(run.ticket(whole).contains("date_id"));

  const auto other = run.scan(second, open_list);
  CHECK(other.code() == "wrong_type");
  CHECK(other.body["date_id"] == later["id"]);
  CHECK(other.body["date_starts_at"] == later["starts_at"]);
  CHECK(run.scan(first, open_list).status == 201);
  CHECK(run.scan(whole, open_list).status == 201);
  const auto early = run.scan(second, run.sale.list_id);
  CHECK(early.code() == "not_yet");
  CHECK(early.body["opens_at"] == later["doors_at"]);

  const auto refunds = "/v1/orders/" + second["id"].get<std::string>() + "/refunds";
  const json by_buyer{{"secret", second["secret"]}};
  CHECK(run.guest.post(refunds, by_buyer).code() == "not_refundable");
  run.must(run.host.api.post(run.path("dates/") + later["id"].get<std::string>() + "/cancel",
                             json::object()),
           200);
  CHECK(wait_until([&] {
    return run.guest.post("/v1/orders", order_body(run.sale.event_id, of_later, 1)).code() ==
           "date_cancelled";
  }));
  CHECK(run.scan(second, run.sale.list_id).code() == "cancelled");
  run.must(run.guest.post(refunds, by_buyer), 201);
  CHECK(run.buy(of_open)["state"] == "paid");
}

TEST_CASE("a repeated date keeps its time on the wall, and strangers read it", "[s10][dates]") {
  Run run;
  const auto made =
      run.must(run.host.api.post(run.path("dates/repeat"), {{"starts_local", "2028-04-26T20:00"},
                                                            {"ends_local", "2028-04-26T23:00"},
                                                            {"every", "day"},
                                                            {"times", 5},
                                                            {"skip", json::array({"2028-04-29"})}}),
               201);
  CHECK(made["items"].size() == 4);
  const auto list = run.guest.get(run.path("dates") + "?limit=3");
  REQUIRE(list.status == 200);
  REQUIRE(list.body["items"].size() == 3);
  std::set<std::string> instants;
  for (const auto& date : list.body["items"]) {
    CHECK(date["starts_local"].get<std::string>().substr(10) == "T20:00");
    instants.insert(date["starts_at"].get<std::string>().substr(10));
  }
  CHECK(instants == std::set<std::string>{"T18:00:00Z", "T17:00:00Z"});
  const auto rest =
      run.guest.get(run.path("dates") + "?cursor=" + list.body["next_cursor"].get<std::string>());
  CHECK(rest.body["items"].size() == 1);

  const auto shorter =
      run.host.api.patch("/v1/events/" + run.sale.event_id, {{"ends_at", "2028-04-28T00:00:00Z"}});
  CHECK(shorter.status == 409);
  CHECK(shorter.code() == "date_outside_event");
  const auto outside = run.host.api.post(run.path("dates"), {{"starts_local", "2028-06-01T20:00"},
                                                             {"ends_local", "2028-06-01T23:00"}});
  CHECK(outside.code() == "date_outside_event");
}
