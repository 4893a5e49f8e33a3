// Scenario 9 at its size: an event is cancelled and all its money goes back, whatever is killed.
#include <cstdlib>

#include "tests/support/payer.h"

using namespace bilten::test;

namespace {

struct CancelledEvent {
  static Platform::Options options() {
    Platform::Options made;
    made.extra = {"--set", "payment.sandbox_lost_answers=10"};
    return made;
  }

  CancelledEvent() {
    const auto policy = platform.ctl({"call", "payment", "fee_policy.set",
                                      R"({"currency":"EGP","rate":250,"fixed":50,"cap":300})"});
    INFO(policy.out);
    REQUIRE(policy.status == 0);
    auto seat = type_body("Seat", 5000, kSeats);
    seat["tax_rate"] = 1400;
    seat["fee_amount"] = 100;
    sale = on_sale(host, {seat});
  }

  // Sells everything: first all want to pay, then all are sent to pay, then all pay.
  void sell_out() {
    for (int i = 0; i < kSeats / 2; ++i) {
      auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 2));
      INFO(order.text);
      REQUIRE(order.status == 201);
      payers.emplace_back(platform.url(), order.body);
      total += order.body["total"]["amount"].get<int64_t>();
    }
    for (auto& payer : payers) {
      payer.api().post("/v1/orders/" + payer.order_id() + "/payments",
                       {{"secret", payer.secret()}});
    }
    for (auto& payer : payers) payer.begin();
    for (auto& payer : payers) payer.press("approve");
    for (auto& payer : payers) REQUIRE(payer.wait_for_order("paid"));
  }
  std::string refunds() const { return "/v1/events/" + sale.event_id + "/refunds"; }
  json newest() { return host.api.get(refunds()).body["items"].at(0); }
  json money() {
    const auto items = host.api.get(refunds() + "/money").body["items"];
    return items.empty() ? json{{"returned", {{"refunds", 0}}}} : items[0];
  }
  int64_t returned() { return money()["returned"]["refunds"]; }
  std::string code_of(Payer& payer) {
    const auto path = "/v1/orders/" + payer.order_id() + "/tickets?secret=" + payer.secret();
    return guest.get(path).body["items"][0]["code"];
  }
  // Each payment's part of what the provider has in its book.
  void check_book() {
    int64_t refunded = 0;
    size_t entries = 0;
    std::string cursor;
    do {
      const auto page = guest.get("/v1/sandbox/book?limit=200" + cursor).body;
      for (const auto& entry : page["items"]) {
        ++entries;
        CHECK(entry["refunded"] == entry["captured"]);
        refunded += entry["refunded"]["amount"].get<int64_t>();
      }
      cursor = page.contains("next_cursor") ? "&cursor=" + page["next_cursor"].get<std::string>()
                                            : std::string();
    } while (!cursor.empty());
    CHECK(entries == payers.size());
    CHECK(refunded == total);
  }
  void check_ledger() {
    const auto path = "/v1/organizations/" + host.organization_id;
    for (const auto& account : host.api.get(path + "/ledger/trial-balance").body["accounts"]) {
      INFO(account);
      CHECK(account["balance"] == 0);
    }
    CHECK(host.api.get(path + "/payments/attention").body["items"].empty());
  }

  const int kSeats = std::getenv("BILTEN_FULL") ? 1000 : 120;
  Platform platform{options()};
  Organizer host = organizer(platform.url());
  OnSale sale;
  Api guest{platform.url()};
  std::vector<Payer> payers;
  int64_t total = 0;
};

}  // namespace

TEST_CASE("a cancelled event's money goes back to each payer once, whatever is killed",
          "[s9][payment]") {
  CancelledEvent event;
  event.sell_out();
  const auto code = event.code_of(event.payers[0]);
  auto& api = event.host.api;
  CHECK(api.post(event.refunds(), json::object()).code() == "not_cancelled");
  REQUIRE(api.post("/v1/events/" + event.sale.event_id + "/cancel", json::object()).status == 200);
  const auto begun = api.post(event.refunds(), json::object());
  INFO(begun.text);
  REQUIRE(begun.status == 202);
  event.platform.crash("ticket");
  REQUIRE(wait_until([&] { return event.platform.is_ready(); }, 60));
  REQUIRE(wait_until([&] { return event.returned() > 0; }, 30));
  event.platform.crash("payment");
  REQUIRE(wait_until([&] { return event.platform.is_ready(); }, 60));

  const auto orders = static_cast<int64_t>(event.payers.size());
  CHECK(wait_until([&] { return event.newest()["state"] == "done"; }, 60));
  INFO(event.newest());
  CHECK(event.newest()["id"] == begun.body["id"]);
  CHECK(event.newest()["orders_left"] == 0);
  CHECK(event.newest()["sums"]["orders"] == orders);
  CHECK(event.newest()["sums"]["amount"] == event.total);
  CHECK(wait_until([&] { return event.returned() == orders; }, 120));
  INFO(event.money());
  CHECK(event.money()["returned"]["amount"] == event.total);
  CHECK(event.money()["waiting"]["refunds"] == 0);
  event.check_book();
  event.check_ledger();
  for (auto& payer : event.payers) CHECK(payer.order()["state"] == "refunded");
  CHECK(event.payers.back().payment()["state"] == "refunded");
  const auto scan =
      api.post("/v1/check-ins",
               {{"code", code}, {"check_in_list_id", event.sale.list_id}, {"nonce", fresh_key()}});
  CHECK(scan.code() == "cancelled");
  const auto types = api.get("/v1/events/" + event.sale.event_id + "/ticket-types").body["items"];
  CHECK(types[0]["available"] == event.kSeats);
}
