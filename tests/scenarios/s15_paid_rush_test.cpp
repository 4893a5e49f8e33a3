// Scenario 15 with money: an on-sale rush of buyers who pay while a third of the provider's answers
// is lost and payment, ticket and broker are killed again and again. Nobody is charged twice or for
// nothing, and orders, the provider's book and the ledger agree to the cent.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "tests/support/money_books.h"
#include "tests/support/paying_crowd.h"
#include "tests/support/wall_clock.h"

using namespace bilten::test;

namespace {

// Of the buyers the latecomers find what others have left.
struct Size {
  int kills;
  int64_t buyers, latecomers, seats;
  int connections;
};

Size size_of_rush() {
  if (std::getenv("BILTEN_FULL")) return {200, 4200, 200, 3600, 16};
  if (is_sanitized()) return {6, 66, 6, 54, 4};
  return {20, 255, 15, 210, 8};
}

// Holds are for a minute, and late money comes long after. Clocks that jump by more than a minute
// are not believed at once, so time is turned on in two steps.
constexpr int kHoldOver = 59, kLate = 110;

Habit habit_of(size_t number) {
  static const std::vector<Habit> kHabits = {
      {"card", "approve"},
      {"card", "twice"},
      {"card", "approve"},
      {"card", "challenge", "approve"},
      {"card", "slow", "transfer", "card", "approve"},  // Pays twice.
      {"card", "transfer", "card", "first:approve", "approve"},
      {"card", "approve"},
      {"card", "out_of_order"},
      {"card", "approve"},
      {"card", "decline", "failed", "card", "approve"},
      {"card", "approve"},
      {"card", "slow"},
      {"card", "approve"},
      {"card", "abandon"},
      {"card", "approve"},
      {"card", "late"},
  };
  return kHabits[number % kHabits.size()];
}

struct Rush {
  Size size = size_of_rush();
  bool can_turn = WallClock::obstacle().empty();
  WallClock clock;
  Platform platform{
      {.extra = {"--set", "payment.sandbox_lost_answers=30", "--set", "payment.sandbox_slow_s=1",
                 "--set", "payment.sandbox_late_s=" + std::to_string(kLate)},
       .environment = can_turn ? clock.environment() : std::vector<std::string>{}}};
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, size.seats)}, {{"hold_minutes", 1}});
  PayingCrowd crowd{platform.url(), buyers(), size.connections, press};

  std::vector<PayingBuyer> buyers() const {
    std::vector<PayingBuyer> all;
    const auto wish = order_body(sale.event_id, sale.type_ids[0], 1);
    for (size_t i = 0; i < rushing(); ++i) all.emplace_back(habit_of(i), wish);
    for (auto i = size.latecomers; i > 0; --i) all.emplace_back(Habit{"card", "approve"}, wish);
    return all;
  }
  size_t rushing() const { return static_cast<size_t>(size.buyers - size.latecomers); }
  static bool press(Api& api, const std::string& page, const std::string& button) {
    return api.send("POST", page, "press=" + button, {},
                    {"Content-Type: application/x-www-form-urlencoded"})
               .status == 200;
  }

  // Those who are not going to pay lose their places to others, and money that comes then is late.
  void let_time_pass() {
    if (can_turn) clock.set(kHoldOver);
    REQUIRE(wait_until([&] { return crowd.finished() == rushing(); }, 90));
    crowd.let_in(static_cast<size_t>(size.latecomers));
    REQUIRE(wait_until([&] { return crowd.finished() == crowd.size(); }, 90));
    if (can_turn) clock.set(2 * kHoldOver);
    crowd.stop();
  }
};

}  // namespace

TEST_CASE("a rush that pays while daemons are killed charges each order once, and the books agree",
          "[s15][payment]") {
  const auto began = std::chrono::steady_clock::now();
  Rush rush;
  rush_through_kills(rush.platform, rush.crowd, rush.rushing(), rush.size.kills);
  rush.let_time_pass();
  auto& host = rush.host;
  const auto orders = orders_of(rush.crowd.buyers());
  MoneyBooks books(rush.sale, orders, rush.size.seats);
  books.check(rush.platform, host, [&] { return sandbox_book(host.api); });
  for (const auto& buyer : rush.crowd.buyers()) {
    if (buyer.order_state() != "paid") continue;  // What a buyer was told stays true.
    const auto path = "/v1/orders/" + buyer.order_id() + "?secret=" + buyer.secret();
    CHECK(host.api.get(path).body["state"] == "paid");
  }
  std::printf("s15: %d kills in %.0f s, %zu orders of %lld buyers for %lld seats: %s\n",
              rush.size.kills, seconds_since(began), orders.size(),
              static_cast<long long>(rush.size.buyers), static_cast<long long>(rush.size.seats),
              books.summary().c_str());
}
