// Scenario 4, as far as it goes without payment: a stranger gets a ticket, or a hold that ends.
#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

TEST_CASE("a stranger orders a free ticket and the door admits it once", "[s4][s10]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 50)});
  Api guest(platform.url());

  auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 2));
  INFO(order.text);
  REQUIRE(order.status == 201);
  CHECK(order.body["state"] == "paid");
  CHECK(order.body["total"]["amount"] == 0);
  CHECK(order.headers.at("location") == "/v1/orders/" + order.body["id"].get<std::string>());
  const std::string secret = order.body["secret"];
  const std::string order_id = order.body["id"];

  auto tickets = guest.get("/v1/orders/" + order_id + "/tickets?secret=" + secret);
  INFO(tickets.text);
  REQUIRE(tickets.status == 200);
  REQUIRE(tickets.body["items"].size() == 2);
  const std::string code = tickets.body["items"][0]["code"];
  const std::string ticket_id = tickets.body["items"][0]["id"];

  auto qr = guest.get("/v1/tickets/" + ticket_id + "/qr.svg?secret=" + secret);
  REQUIRE(qr.status == 200);
  CHECK(qr.headers.at("content-type") == "image/svg+xml");
  CHECK(qr.text.find("<svg") != std::string::npos);

  const json scan{{"code", code}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}};
  auto first = host.api.post("/v1/check-ins", scan);
  INFO(first.text);
  REQUIRE(first.status == 201);
  CHECK(first.body["result"] == "ok");
  auto repeated = host.api.post("/v1/check-ins", scan);
  CHECK(repeated.status == 201);
  CHECK(repeated.body == first.body);
  json second_scan = scan;
  second_scan["nonce"] = fresh_key();
  auto second = host.api.post("/v1/check-ins", second_scan);
  CHECK(second.status == 409);
  CHECK(second.code() == "already_redeemed");
  CHECK(second.body["first_at"] == first.body["at"]);

  auto types = guest.get("/v1/events/" + sale.event_id + "/ticket-types");
  CHECK(types.body["items"][0]["available"] == 48);
  CHECK(platform.stop() == 0);
}

TEST_CASE("a hold that nobody pays ends on time and its stock returns once", "[s4][s6]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 5000, 3)}, {{"hold_minutes", 1}});
  Api guest(platform.url());
  auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 3));
  INFO(order.text);
  REQUIRE(order.status == 201);
  CHECK(order.body["state"] == "held");
  CHECK(order.body["total"] == json{{"amount", 15'000}, {"currency", "EGP"}});
  CHECK(order.body.contains("expires_at"));
  auto refused = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
  CHECK(refused.status == 409);
  CHECK(refused.code() == "sold_out");

  const auto path = "/v1/orders/" + order.body["id"].get<std::string>() +
                    "?secret=" + order.body["secret"].get<std::string>();
  // One minute is the shortest hold an event may have.
  CHECK(wait_until([&] { return guest.get(path).body["state"] == "expired"; }, 75));
  CHECK(wait_until([&] {
    return guest.get("/v1/events/" + sale.event_id + "/ticket-types")
               .body["items"][0]["available"] == 3;
  }));
}

TEST_CASE("the same idempotency key gives the same order, another body under it none", "[s4]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  Api buyer(platform.url(), host.api.token());
  const auto key = fresh_key();
  auto first = buyer.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1), key);
  REQUIRE(first.status == 201);
  auto again = buyer.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1), key);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  auto other = buyer.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 2), key);
  CHECK(other.status == 422);
  CHECK(buyer.get("/v1/events/" + sale.event_id + "/ticket-types").body["items"][0]["available"] ==
        4);
}

TEST_CASE("a quote and the order of the same basket agree, whatever takes off and adds on",
          "[s4]") {
  Platform platform;
  auto host = organizer(platform.url());
  auto seat = type_body("Seat", 19'990, 20);
  seat["tax_rate"] = 1400;
  seat["fee_amount"] = 150;
  seat["group_rates"] = json::array({{{"from", 4}, {"rate", 1000}}});
  seat["tiers"] = json::array(
      {{{"name", "Early"}, {"price", {{"amount", 9'990}, {"currency", "EGP"}}}, {"up_to", 2}}});
  auto balcony = type_body("Balcony", 5000, 20);
  balcony["visibility"] = "hidden";
  const auto sale = on_sale(host, {seat, balcony});
  const auto event = "/v1/events/" + sale.event_id;
  auto quota = host.api.post(
      event + "/quotas", {{"name", "House"}, {"quantity", 6}, {"ticket_type_ids", sale.type_ids}});
  INFO(quota.text);
  REQUIRE(quota.status == 201);
  auto promo = host.api.post(event + "/promo-codes", {{"code", "friends"},
                                                      {"kind", "percent"},
                                                      {"rate", 2500},
                                                      {"opens_hidden", true},
                                                      {"tickets_max", 6}});
  INFO(promo.text);
  REQUIRE(promo.status == 201);

  Api guest(platform.url());
  CHECK(guest.get(event + "/ticket-types").body["items"].size() == 1);
  CHECK(guest.get(event + "/ticket-types?promo_code=FRIENDS").body["items"].size() == 2);
  auto wish = order_body(sale.event_id, sale.type_ids[0], 4);
  wish["items"].push_back({{"ticket_type_id", sale.type_ids[1]}, {"quantity", 1}});
  CHECK(guest.post("/v1/orders", wish).code() == "unknown_ticket_type");
  wish["promo_code"] = "Friends";
  auto asked = wish;
  asked.erase("buyer");
  const auto quote = guest.post("/v1/quotes", asked);
  INFO(quote.text);
  REQUIRE(quote.status == 200);
  const auto order = guest.post("/v1/orders", wish);
  INFO(order.text);
  REQUIRE(order.status == 201);
  for (const char* sum : {"items", "discount", "fees", "tax", "total"}) {
    CHECK(quote.body[sum] == order.body[sum]);
  }
  // 2 x 99.90 and 2 x 199.90 less 10 % less 25 %, with 1.50 a ticket; the balcony less 25 %.
  CHECK(order.body["total"]["amount"] == 13'486 + 26'986 + 600 + 3750);

  auto more = order_body(sale.event_id, sale.type_ids[0], 2);
  CHECK(guest.post("/v1/orders", more).code() == "sold_out");  // One place is left of the house.
  const auto path = "/v1/orders/" + order.body["id"].get<std::string>();
  const json secret{{"secret", order.body["secret"]}};
  auto fewer = secret;
  fewer["items"] = json::array({{{"ticket_type_id", sale.type_ids[0]}, {"quantity", 1}}});
  const auto changed = guest.send("PUT", path + "/items", fewer.dump(), {});
  INFO(changed.text);
  REQUIRE(changed.status == 200);
  CHECK(changed.body["total"]["amount"] == 9990 + 150);
  CHECK(guest.post("/v1/orders", more).status == 201);
  CHECK(guest.post(path + "/extend", secret).status == 200);
  CHECK(guest.post(path + "/extend", secret).code() == "already_extended");
}
