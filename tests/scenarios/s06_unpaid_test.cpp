// Scenario 6: cards refused, buyers who leave, money that comes too late.
#include <cstdio>

#include "tests/support/payer.h"
#include "tests/support/wall_clock.h"

using namespace bilten::test;

namespace {

// Holds are for a minute, and late money comes 40 s after they ended. Clocks that jump by more than
// a minute are not believed at once, so time is turned on in steps of less.
constexpr int kHoldOver = 58, kLateMoney = kHoldOver + 40;

struct Sale {
  bool can_turn = WallClock::obstacle().empty();
  WallClock clock;
  Platform platform{{.extra = {"--set", "payment.sandbox_late_s=" + std::to_string(kLateMoney)},
                     .environment = can_turn ? clock.environment() : std::vector<std::string>{}}};
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, 2)}, {{"hold_minutes", 1}});
  Api guest{platform.url()};

  Payer hold(int quantity) {
    auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], quantity));
    INFO(order.text);
    REQUIRE(order.status == 201);
    return {platform.url(), order.body};
  }
  int available() {
    return host.api.get("/v1/events/" + sale.event_id + "/ticket-types")
        .body["items"][0]["available"];
  }
};

}  // namespace

TEST_CASE("a refused card leaves the hold, which another payment pays", "[s6][payment]") {
  Sale sale;
  auto payer = sale.hold(1);
  const auto refused = payer.begin();
  CHECK(payer.press("decline").text.find("Declined") != std::string::npos);
  REQUIRE(payer.wait_for_payment("failed"));
  CHECK(payer.payment()["fail_reason"] == "declined");
  CHECK(payer.order()["state"] == "held");
  CHECK(payer.begin()["id"] != refused["id"]);
  payer.press("approve");
  CHECK(payer.wait_for_order("paid"));
  auto again = payer.api().post("/v1/orders/" + payer.order_id() + "/payments",
                                {{"secret", payer.secret()}});
  CHECK(again.status == 409);
  CHECK(again.code() == "already_paid");
}

TEST_CASE("who leaves loses the places in time; money that then comes goes back, or finds them",
          "[s6][payment]") {
  Sale sale;
  if (!sale.can_turn) {
    std::printf("SKIPPED late money: %s\n", WallClock::obstacle().c_str());
    return;
  }
  auto left = sale.hold(1), late = sale.hold(1);
  left.begin();
  CHECK(left.press("abandon").text.find("left without paying") != std::string::npos);
  late.begin();
  CHECK(late.press("late").text.find("thinking") != std::string::npos);
  CHECK(sale.available() == 0);
  sale.clock.set(kHoldOver);
  REQUIRE(left.wait_for_order("expired", 30));
  REQUIRE(late.wait_for_order("expired", 30));
  REQUIRE(wait_until([&] { return sale.available() == 2; }));  // An order is over a moment before.
  CHECK(left.wait_for_payment("failed"));
  CHECK(left.payment()["fail_reason"] == "order_over");

  SECTION("the places are gone") {
    CHECK(sale.hold(2).order()["state"] == "held");
    sale.clock.set(kLateMoney);
    CHECK(late.wait_for_payment("refunded", 40));
    CHECK(late.order()["state"] == "expired");
    CHECK(sale.available() == 0);
  }
  SECTION("the places are free") {
    sale.clock.set(kLateMoney);
    CHECK(late.wait_for_order("paid", 40));
    CHECK(late.payment()["state"] == "captured");
    CHECK(sale.available() == 1);
  }
}
