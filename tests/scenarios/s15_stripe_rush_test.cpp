// Scenario 15 with Stripe: the same rush against our server of its API, whose requests go wrong in
// every way it knows, whose webhooks are lost for a while, while daemons are killed.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "tests/support/money_books.h"
#include "tests/support/paying_crowd.h"
#include "tests/support/stripe_account.h"

using namespace bilten::test;

namespace {

struct Size {
  int kills;
  size_t buyers;
  int64_t seats;
};

Size size_of_rush() {
  if (std::getenv("BILTEN_FULL")) return {20, 320, 280};
  return {6, 60, 52};
}

// Holds are for a minute; before they end, payments of which no webhook told are looked up.
constexpr int kLookedUp = 31, kHoldOver = kLookedUp + 59;

const std::vector<Habit>& habits() {
  static const std::vector<Habit> kHabits = {
      {"card", "approve"}, {"card", "3ds", "approve"},
      {"card", "approve"}, {"card", "decline", "approve"},
      {"card", "approve"}, {"card", "transfer", "card", "first:approve", "approve"},
      {"card", "approve"}, {"card"},  // Leaves.
  };
  return kHabits;
}

struct Rush : StripePlatform {
  Size size = size_of_rush();
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, size.seats)}, {{"hold_minutes", 1}});
  PayingCrowd crowd{platform.url(), buyers(), 8, press};

  std::vector<PayingBuyer> buyers() const {
    std::vector<PayingBuyer> all;
    const auto wish = order_body(sale.event_id, sale.type_ids[0], 1);
    for (size_t i = 0; i < size.buyers; ++i) all.emplace_back(habits()[i % habits().size()], wish);
    return all;
  }
  // An answer that says that the page is over was heard, too.
  static bool press(Api&, const std::string& page, const std::string& button) {
    Api browser("");
    return browser
               .send("POST", page, "outcome=" + button, {},
                     {"Content-Type: application/x-www-form-urlencoded"})
               .status != 0;
  }
  // A third of all requests goes wrong, a ninth part of these each way.
  void let_go_wrong() const {
    static const std::vector<std::string> kFaults = {
        "timeout_after",  "cut_before", "500_after", "500_kept", "503",
        "timeout_before", "garbage",    "429",       "cut_after"};
    const auto every = 3 * kFaults.size();
    for (const char* method : {"POST", "GET"}) {
      for (size_t i = 0; i < kFaults.size(); ++i) {
        server.order("fault", {{"kind", kFaults[i]},
                               {"method", method},
                               {"times", 1'000'000},
                               {"seconds", 2},
                               {"every", every},
                               {"passed", 3 * i}});
      }
    }
  }
  // In the middle nobody hears of what buyers do.
  void lose_webhooks(int kill) const {
    if (kill == size.kills / 2) server.order("hold_webhooks");
    if (kill == size.kills / 2 + 1) server.order("drop_webhooks");
  }
  void let_time_pass() {
    const auto leavers = size.buyers / habits().size() + 1;
    if (can_turn) clock.set(kLookedUp);
    REQUIRE(wait_until([&] { return crowd.finished() + leavers >= crowd.size(); }, 90));
    if (can_turn) clock.set(kHoldOver);
    REQUIRE(wait_until([&] { return crowd.finished() == crowd.size(); }, 90));
    crowd.stop();
  }
  ProviderBook book() const {
    ProviderBook book;
    for (const auto& session : server.objects("checkout.session")) {
      auto& taken = book[session["metadata"]["payment_id"]];
      taken.is_decided = taken.is_decided && session["status"] != "open";
    }
    for (const auto& charge : server.objects("charge")) {
      auto& taken = book[charge["metadata"]["payment_id"]];
      taken.captured += charge["amount_captured"].get<int64_t>();
      taken.refunded += charge["amount_refunded"].get<int64_t>();
    }
    return book;
  }
};

}  // namespace

TEST_CASE("a rush that pays at Stripe while requests go wrong and daemons are killed adds up",
          "[s15][stripe]") {
  const auto began = std::chrono::steady_clock::now();
  Rush rush;
  rush.let_go_wrong();
  rush_through_kills(rush.platform, rush.crowd, rush.size.buyers, rush.size.kills,
                     [&](int kill) { rush.lose_webhooks(kill); });
  rush.let_time_pass();
  const auto orders = orders_of(rush.crowd.buyers());
  MoneyBooks books(rush.sale, orders, rush.size.seats);
  books.check(rush.platform, rush.host, [&] { return rush.book(); });
  std::printf("s15: %d kills in %.0f s, %zu orders of %zu buyers at Stripe: %s\n", rush.size.kills,
              seconds_since(began), orders.size(), rush.size.buyers, books.summary().c_str());
}
