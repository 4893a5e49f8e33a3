// Scenario 15 with money: an on-sale rush of buyers who pay while a third of the provider's answers
// is lost and payment, ticket and broker are killed again and again. Nobody is charged twice or for
// nothing, and orders, the provider's book and the ledger agree to the cent.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "common/base/random.h"
#include "tests/support/money_books.h"
#include "tests/support/paying_crowd.h"
#include "tests/support/wall_clock.h"

using namespace bilten;
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
  return {20, 360, 20, 300, 8};
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

  bool comes_on(int64_t moves, double seconds = 30) const {
    const auto before = crowd.moves();
    return wait_until([&] { return crowd.moves() >= before + moves; }, seconds);
  }
  // A kill in the midst of what has just begun to go on again.
  void kill_again_and_again() {
    static constexpr const char* kProcesses[] = {"payment", "ticket", "payment", "broker"};
    SeededRandom random(15);
    const auto each = rushing() / static_cast<size_t>(size.kills);
    for (int kill = 0; kill < size.kills; ++kill) {
      const auto* process = kProcesses[kill % 4];
      INFO("kill " << kill << ", of " << process);
      crowd.let_in(each);
      REQUIRE(comes_on(10 + static_cast<int64_t>(random.below(30))));
      platform.crash(process);
      REQUIRE(wait_until([&] { return crowd.acting() < 3 * each; }, 60));
    }
    crowd.let_in(rushing() % static_cast<size_t>(size.kills));
    REQUIRE(wait_until([&] { return crowd.acted() == rushing(); }, 60));
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
  std::vector<SoldOrder> orders() const {
    std::vector<SoldOrder> all;
    for (const auto& buyer : crowd.buyers()) {
      if (!buyer.order_id().empty()) all.push_back({buyer.order_id(), buyer.secret()});
    }
    return all;
  }
};

}  // namespace

TEST_CASE("a rush that pays while daemons are killed charges each order once, and the books agree",
          "[s15][payment]") {
  const auto began = std::chrono::steady_clock::now();
  Rush rush;
  rush.kill_again_and_again();
  rush.let_time_pass();

  auto& host = rush.host;
  MoneyBooks books(rush.sale, rush.orders(), rush.size.seats);
  std::vector<std::string> faults;
  wait_until(
      [&] {
        if (!log_in(host)) return false;
        faults = books.faults(host, sandbox_book(host.api));
        return faults.empty();
      },
      120);
  CHECK(faults == std::vector<std::string>{});
  for (const auto& buyer : rush.crowd.buyers()) {
    if (buyer.order_state() != "paid") continue;  // What a buyer was told stays true.
    const auto path = "/v1/orders/" + buyer.order_id() + "?secret=" + buyer.secret();
    CHECK(host.api.get(path).body["state"] == "paid");
  }
  const auto verified = rush.platform.ctl({"journal", "verify"});
  INFO(verified.out);
  CHECK(verified.status == 0);
  const auto rebuilt = rush.platform.ctl({"rebuild", "--verify"});
  INFO(rebuilt.out);
  CHECK(rebuilt.status == 0);
  std::printf("s15: %d kills in %.0f s, %zu orders of %lld buyers for %lld seats: %s\n",
              rush.size.kills, seconds_since(began), rush.orders().size(),
              static_cast<long long>(rush.size.buyers), static_cast<long long>(rush.size.seats),
              books.summary().c_str());
}
