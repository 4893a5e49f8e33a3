// Any run of messages with waiting lists keeps the stock exact and the line fair.
#include <algorithm>

#include "common/api/ticket_waiting.h"
#include "common/api/ticket_waiting_facts.h"
#include "daemons/ticket/waiting_rows.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// The line as the facts tell it, by the rule alone: whoever is offered places must be the first of
// those whose quantity was free just then.
class Referee {
 public:
  void watch(const Shop& shop) {
    for (const auto& fact : shop.bench.journal()) {
      if (fact.seq <= seen_) continue;
      seen_ = fact.seq;
      if (fact.name == WaitingListJoined::name) {
        const auto joined = *decode<WaitingListJoined>(fact.body);
        line_.push_back({joined.entry_id, joined.ticket_type_id, joined.quantity});
      } else if (fact.name == WaitingListOffered::name) {
        served(*decode<WaitingListOffered>(fact.body));
      } else if (fact.name == WaitingListLeft::name) {
        drop(decode<WaitingListLeft>(fact.body)->entry_id);
      }
    }
  }
  int offers = 0;

 private:
  struct Place {
    Id entry_id, type_id;
    int64_t quantity;
  };

  void served(const WaitingListOffered& offer) {
    ++offers;
    const auto at = find(offer.entry_id);
    REQUIRE(at != line_.end());
    for (auto before = line_.begin(); before != at; ++before) {
      // Someone before who wants no more than this one would have fitted as well.
      const bool passed_over = before->type_id == at->type_id && before->quantity <= at->quantity;
      CHECK_FALSE(passed_over);
    }
    line_.erase(at);
  }
  void drop(const Id& entry_id) {
    const auto at = find(entry_id);
    if (at != line_.end()) line_.erase(at);
  }
  std::vector<Place>::iterator find(const Id& entry_id) {
    return std::find_if(line_.begin(), line_.end(),
                        [&](const Place& place) { return place.entry_id == entry_id; });
  }

  uint64_t seen_ = 0;
  std::vector<Place> line_;
};

struct Run {
  explicit Run(uint64_t seed) : random(seed) {
    shop.terms.ends_at.ms += 1000 * kHour;
    shop.tell<api::event::Changed>(api::event::State::published);
    for (int64_t price : {500, 700, 900}) types.push_back(shop.add_type(price, 4));
    AddQuota quota;
    quota.event_id = shop.event_id;
    quota.title = "Two of three";
    quota.quantity = 6;
    quota.ticket_type_ids = {types[1], types[2]};
    shop.bench.must(quota, &shop.manager);
  }

  void step() {
    shop.bench.now += static_cast<UnixMillis>(random.below(200'000));
    if (random.below(12) == 0) shop.bench.now += 8 * kHour;  // So that offers lapse.
    shop.bench.run_timers();
    switch (random.below(20)) {
      case 0: return random.below(8) == 0 ? pay() : change();
      case 1: return change();
      case 2: return leave();
      case 3:
      case 4: return cancel();
      case 5:
      case 6:
      case 7: return accept();
      case 8:
      case 9:
      case 10:
      case 11:
      case 12: return join();
      default: return order();
    }
  }

  Id any_type() { return types[random.below(types.size())]; }
  int64_t some() { return 1 + static_cast<int64_t>(random.below(4)); }
  void order() {
    const auto type_id = any_type();
    const bool is_waited_for = shop.stock(type_id).waiting > 0;
    const auto made = shop.bench.send(shop.basket({{type_id, some()}}));
    if (made) orders.push_back(*made);
    if (is_waited_for) CHECK_FALSE(made);  // Nobody jumps the line.
  }
  const OrderView* any() { return orders.empty() ? nullptr : &orders[random.below(orders.size())]; }
  void cancel() {
    const auto* order = any();
    if (!order) return;
    CancelOrder message;
    message.order_id = order->id;
    message.secret = order->secret;
    (void)shop.bench.send(message);
  }
  void pay() {
    if (const auto* order = any()) shop.bench.must(ConfirmOrder{order->id, id_of(201)});
  }
  void join() {
    JoinWaitingList message;
    message.event_id = shop.event_id;
    message.ticket_type_id = any_type();
    message.quantity = some();
    message.buyer = {"b" + std::to_string(random.below(9)) + "@example.org", "Somebody"};
    if (const auto joined = shop.bench.send(message)) entries.push_back(*joined);
  }
  void accept() {
    if (entries.empty()) return;
    const auto& entry = entries[random.below(entries.size())];
    if (const auto made = shop.bench.send(AcceptWaitingOffer{entry.id, entry.secret})) {
      orders.push_back(*made);
    }
  }
  void leave() {
    if (entries.empty()) return;
    const auto& entry = entries[random.below(entries.size())];
    (void)shop.bench.send(LeaveWaitingList{entry.id, entry.secret});
  }
  void change() {
    ChangeType message;
    message.ticket_type_id = any_type();
    message.quantity = static_cast<int64_t>(random.below(8));
    (void)shop.bench.send(message, &shop.manager);
  }

  void check() {
    referee.watch(shop);
    int64_t held = 0, of_orders = 0, of_offers = 0, waiting = 0, in_line = 0;
    for (const auto& type_id : types) {
      held += shop.stock(type_id).held;
      waiting += shop.stock(type_id).waiting;
    }
    const auto snapshot = shop.bench.store->snapshot();
    snapshot->rows().scan<ticket::OrderRow>(
        {}, {}, SIZE_MAX, [&](std::string_view, const ticket::OrderRow& order) {
          for (const auto& line : order.lines) {
            of_orders += order.state == OrderState::held ? line.quantity : 0;
          }
          return true;
        });
    snapshot->rows().scan<ticket::WaitingRow>(
        {}, {}, SIZE_MAX, [&](std::string_view, const ticket::WaitingRow& entry) {
          of_offers += entry.state == WaitingState::offered ? entry.quantity : 0;
          in_line += entry.state == WaitingState::waiting ? 1 : 0;
          return true;
        });
    CHECK(held == of_orders + of_offers);
    CHECK(waiting == in_line);
  }

  Shop shop;
  SeededRandom random;
  Referee referee;
  std::vector<Id> types;
  std::vector<OrderView> orders;
  std::vector<WaitingView> entries;
};

}  // namespace

TEST_CASE("any run with waiting lists keeps the stock exact and passes over nobody who fits",
          "[ticket][waiting]") {
  const auto seed = GENERATE(range(1, 16));
  INFO("seed " << seed);
  Run run(static_cast<uint64_t>(seed));
  for (int i = 0; i < 300; ++i) {
    run.step();
    run.check();
  }
  CHECK(run.referee.offers > 0);
  run.shop.bench.check_rebuild();
}
