// Scenario 8: a ticket changes hands.
#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

// A guest's order of free tickets, and what its holder does with them.
struct Holder {
  Holder(Platform& platform_, const OnSale& sale, size_t type, int quantity)
      : platform(platform_), api(platform.url()) {
    const auto order =
        api.post("/v1/orders", order_body(sale.event_id, sale.type_ids[type], quantity));
    INFO(order.text);
    REQUIRE(order.status == 201);
    secret = order.body["secret"];
    ticket_ids = order.body["ticket_ids"];
  }

  Reply ticket(size_t index) {
    return api.get("/v1/tickets/" + ticket_ids.at(index) + "?secret=" + secret);
  }
  Reply offer(size_t index) {
    return api.post("/v1/tickets/" + ticket_ids.at(index) + "/transfers",
                    {{"email", "omar@example.org"}, {"secret", secret}});
  }
  Reply withdraw(const std::string& transfer_id) {
    return api.post("/v1/transfers/" + transfer_id + "/withdraw", {{"secret", secret}});
  }
  // What the mail to the new holder would carry.
  std::string mailed_code(const std::string& transfer_id) const {
    const auto mail = platform.ctl(
        {"call", "ticket", "transfer_mail", json{{"transfer_id", transfer_id}}.dump()});
    INFO(mail.out);
    REQUIRE(mail.status == 0);
    return json::parse(mail.out)["code"];
  }

  Platform& platform;
  Api api;
  std::string secret;
  std::vector<std::string> ticket_ids;
};

json scan_body(const OnSale& sale, const std::string& code) {
  return {{"code", code}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}};
}

}  // namespace

TEST_CASE("a ticket is offered by mail and accepted: its old code is dead, its new one works",
          "[s8]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 50)});
  Holder giver(platform, sale, 0, 2);
  const std::string old_code = giver.ticket(0).body["code"];

  const auto offered = giver.offer(0);
  INFO(offered.text);
  REQUIRE(offered.status == 201);
  const std::string transfer = offered.body["id"];
  CHECK(offered.headers.at("location") == "/v1/transfers/" + transfer);
  CHECK(giver.ticket(0).body["code"] == old_code);
  CHECK(giver.offer(0).code() == "transfer_open");

  Api taker(platform.url());
  const auto accept = "/v1/transfers/" + transfer + "/accept";
  CHECK(taker.post(accept, {{"code", "guessed"}}).code() == "unknown_transfer");
  const json acceptance{{"code", giver.mailed_code(transfer)}, {"name", "Omar Said"}};
  const auto accepted = taker.post(accept, acceptance);
  INFO(accepted.text);
  REQUIRE(accepted.status == 200);
  CHECK(taker.post(accept, acceptance).body == accepted.body);

  const auto path = "/v1/tickets/" + giver.ticket_ids[0];
  const auto shown = "?secret=" + accepted.body["secret"].get<std::string>();
  const auto mine = taker.get(path + shown);
  REQUIRE(mine.status == 200);
  CHECK(mine.body["state"] == "valid");
  CHECK(taker.get(path + "/qr.svg" + shown).status == 200);
  CHECK(taker.get(path + "/ticket.pdf" + shown).status == 200);
  CHECK(taker.get("/v1/tickets/" + giver.ticket_ids[1] + shown).code() == "unknown_ticket");

  const auto gone = giver.ticket(0);
  CHECK(gone.body["state"] == "transferred");
  CHECK_FALSE(gone.body.contains("code"));
  CHECK(giver.api.get(path + "/qr.svg?secret=" + giver.secret).code() == "ticket_ended");

  CHECK(host.api.post("/v1/check-ins", scan_body(sale, old_code)).code() == "revoked");
  CHECK(host.api.post("/v1/check-ins", scan_body(sale, mine.body["code"])).status == 201);
  CHECK(platform.stop() == 0);
}

TEST_CASE("an offer taken back changes nothing, one that must not be made is refused", "[s8]") {
  Platform platform;
  auto host = organizer(platform.url());
  auto named = type_body("Named", 0, 50);
  named["transferable"] = false;
  const auto sale = on_sale(host, {type_body("Free entry", 0, 50), named});
  CHECK(Holder(platform, sale, 1, 1).offer(0).code() == "not_transferable");

  Holder holder(platform, sale, 0, 6);
  const auto before = holder.ticket(0);
  const std::string transfer = holder.offer(0).body["id"];
  const json acceptance{{"code", holder.mailed_code(transfer)}};
  CHECK(holder.withdraw(transfer).body["state"] == "withdrawn");
  CHECK(holder.api.post("/v1/transfers/" + transfer + "/accept", acceptance).code() ==
        "transfer_over");
  CHECK(holder.ticket(0).body == before.body);

  for (size_t i = 1; i < 5; ++i) CHECK(holder.offer(i).status == 201);
  const auto sixth = holder.offer(5);
  CHECK(sixth.status == 429);
  CHECK(sixth.code() == "too_many_transfers");
  CHECK(std::stol(sixth.headers.at("retry-after")) > 3000);
}

TEST_CASE("a person's tickets follow the transfers", "[s8]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 50)});
  auto giver = organizer(platform.url(), "Giver"), taker = organizer(platform.url(), "Taker");
  const auto order = giver.api.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 2));
  INFO(order.text);
  REQUIRE(order.status == 201);
  const auto ids_of = [](Organizer& person) {
    const auto mine = person.api.get("/v1/me/tickets");
    INFO(mine.text);
    REQUIRE(mine.status == 200);
    std::vector<std::string> ids;
    for (const auto& ticket : mine.body["items"]) ids.push_back(ticket["id"]);
    return ids;
  };
  const std::vector<std::string> ids = order.body["ticket_ids"];
  CHECK(ids_of(giver) == ids);
  CHECK(ids_of(taker).empty());

  const auto offer =
      giver.api.post("/v1/tickets/" + ids[0] + "/transfers", {{"email", taker.email}});
  INFO(offer.text);
  REQUIRE(offer.status == 201);
  const std::string transfer = offer.body["id"];
  const auto mail =
      platform.ctl({"call", "ticket", "transfer_mail", json{{"transfer_id", transfer}}.dump()});
  const json acceptance{{"code", json::parse(mail.out)["code"]}, {"name", "Omar Said"}};
  REQUIRE(taker.api.post("/v1/transfers/" + transfer + "/accept", acceptance).status == 200);
  CHECK(ids_of(giver) == std::vector{ids[1]});
  REQUIRE(ids_of(taker) == std::vector{ids[0]});

  const std::string code = taker.api.get("/v1/me/tickets").body["items"][0]["code"];
  CHECK(host.api.post("/v1/check-ins", scan_body(sale, code)).status == 201);
  CHECK(Api(platform.url()).get("/v1/me/tickets").status == 401);
}
