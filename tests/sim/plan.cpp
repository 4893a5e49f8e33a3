#include "tests/sim/plan.h"

#include <algorithm>
#include <array>

namespace bilten::sim {

namespace {

constexpr SteadyMicros kBegin = 1 * kSecond;
constexpr SteadyMicros kClose = 200 * kMillisecond;
constexpr std::array kBrokers{1U, 2U, 2U, 3U, 3U, 4U, 5U};
constexpr int64_t kHourMs = 3'600'000;

constexpr std::array kPeople{Deed::order,   Deed::order,  Deed::order,  Deed::order_twice,
                             Deed::confirm, Deed::cancel, Deed::admit,  Deed::admit,
                             Deed::confirm, Deed::refund, Deed::refund, Deed::rotate_keys};
// The same where orders are paid.
constexpr std::array kPayers{Deed::order,
                             Deed::order,
                             Deed::order,
                             Deed::order_twice,
                             Deed::pay,
                             Deed::pay,
                             Deed::pay,
                             Deed::pay,
                             Deed::cancel,
                             Deed::admit,
                             Deed::refund,
                             Deed::refund,
                             Deed::dispute,
                             Deed::refund,
                             Deed::forge,
                             Deed::pay_out,
                             Deed::look_after_money,
                             Deed::look_after_money,
                             Deed::refund_by_hand};
constexpr std::array kTroubles{0U, 100U, 300U, 600U};  // Per mille of a provider's calls.
constexpr std::array kFaults{
    Deed::kill_daemon,       Deed::die_before_commit, Deed::die_after_commit, Deed::fill_disk,
    Deed::jump_clock,        Deed::kill_broker,       Deed::break_link,       Deed::partition,
    Deed::slow_network,      Deed::lose_publications, Deed::die_after_commit, Deed::break_link,
    Deed::die_before_commit, Deed::move_event,        Deed::slow_disk,        Deed::stop_daemon,
    Deed::stop_broker,       Deed::double_link,       Deed::slow_link,        Deed::partition};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed ^ 0x62696C74656E) {}

  Plan make(uint64_t seed) {
    Plan plan;
    plan.seed = seed;
    plan.brokers = kBrokers[number(0, kBrokers.size() - 1)];
    plan.takes_money = takes_money_ = number(0, 1) == 0;
    plan.provider_trouble = kTroubles[number(0, kTroubles.size() - 1)];
    join(plan);
    plan.queue_max = number(0, 3) == 0 ? number(1, 6) : 1024;
    plan.credit = number(0, 1) ? number(1, 3) : number(4, 32);
    plan.high_water = number(0, 3) == 0 ? 8 : 256;
    const SteadyMicros length = number(2, 7) * kSecond;
    const uint32_t people = number(8, 40), faults = number(0, 8);
    for (uint32_t i = 0; i < faults; ++i) add(plan, fault(length, plan.brokers), i);
    if (number(0, 9) == 0) swizzle(plan, length);
    if (number(0, 9) == 0) isolate(plan, length);
    if (number(0, 15) == 0) restart_all(plan, length);
    if (takes_money_ && number(0, 3) == 0) open_own_account(plan, length);
    for (uint32_t i = 0; i < people; ++i) add(plan, of_people(length), faults);
    std::stable_sort(plan.actions.begin(), plan.actions.end(),
                     [](const Action& a, const Action& b) { return a.at < b.at; });
    for (uint32_t i = 0; i < plan.actions.size(); ++i) plan.actions[i].number = i;
    return plan;
  }

 private:
  uint32_t number(uint32_t least, uint32_t most) {
    return least + static_cast<uint32_t>(random_.below(most - least + 1));
  }
  SteadyMicros time(SteadyMicros most) {
    return static_cast<SteadyMicros>(random_.below(static_cast<uint64_t>(most)));
  }
  uint32_t daemons() const { return takes_money_ ? kDaemons : kPayment; }
  // Faults of the ticket daemon are the ones that hurt, and of the one that takes money.
  uint32_t some_daemon() {
    if (number(0, 2) == 0) return number(0, daemons() - 1);
    return takes_money_ && number(0, 1) ? kPayment : kTicket;
  }

  // Half of all comes when something else breaks.
  void add(Plan& plan, Action action, uint32_t faults_before) {
    if (faults_before > 0 && number(0, 1)) {
      const auto near = plan.actions[number(0, faults_before - 1)].at;
      action.at = std::max(kBegin, near + time(kClose) - kClose / 2);
    }
    plan.actions.push_back(action);
  }

  Action of_people(SteadyMicros length) {
    Action action;
    action.at = kBegin + time(length);
    action.deed = takes_money_ ? kPayers[number(0, kPayers.size() - 1)]
                               : kPeople[number(0, kPeople.size() - 1)];
    action.a = number(0, kBuyers - 1);
    const bool orders = action.deed == Deed::order || action.deed == Deed::order_twice;
    action.b = orders ? number(0, 1) : number(0, 99);
    action.value = action.deed == Deed::rush ? number(5, 20) : number(1, 3);
    if (action.deed == Deed::pay) action.value = paying();
    return action;
  }

  // Half of all payers pay as they should.
  uint32_t paying() { return number(0, 1) ? 0 : number(0, kPayings - 1); }

  // Some join all brokers; where they do not, requests have to be forwarded.
  void join(Plan& plan) {
    const uint32_t all = (1U << plan.brokers) - 1;
    const bool everywhere = number(0, 2) == 0;
    for (auto& joins : plan.joins) joins = everywhere ? all : number(1, all);
  }

  Action fault(SteadyMicros length, uint32_t brokers) {
    Action action;
    action.at = kBegin + time(length);
    action.deed = kFaults[number(0, kFaults.size() - 1)];
    action.length = number(0, 1) ? time(200 * kMillisecond) : time(3 * kSecond);
    switch (action.deed) {
      case Deed::kill_broker:
      case Deed::stop_broker: action.a = number(0, brokers - 1); break;
      case Deed::break_link:
      case Deed::double_link:
      case Deed::slow_link:
      case Deed::partition:
        choose_link(action, brokers);
        action.value = action.deed == Deed::partition ? number(1, 3) : number(0, 1);
        break;
      case Deed::jump_clock:
        action.a = some_daemon();
        action.value = jump(action.a);
        break;
      default: action.a = some_daemon();
    }
    return action;
  }

  // Milliseconds, either way. Of user and event small ones: a token lives for 15 minutes.
  int64_t jump(uint32_t daemon) {
    const bool large = daemon != kUser && daemon != kEvent && number(0, 1);
    const int64_t most = large ? 2 * kHourMs : kHourMs / 80;
    return static_cast<int64_t>(random_.below(static_cast<uint64_t>(2 * most))) - most;
  }

  // Of the ticket daemon, of anybody, or between two brokers.
  void choose_link(Action& action, uint32_t brokers) {
    action.b = number(0, brokers - 1);
    switch (number(0, brokers > 1 ? 2 : 1)) {
      case 0: action.a = kTicket; break;
      case 1: action.a = number(0, kFirstBroker - 1); break;
      default: action.a = kFirstBroker + (action.b + number(1, brokers - 1)) % brokers;
    }
  }

  void cut(Plan& plan, uint32_t member, uint32_t broker, SteadyMicros from, SteadyMicros until,
           uint32_t ways) {
    Action action;
    action.deed = Deed::partition;
    action.at = from;
    action.length = until - from;
    action.a = member;
    action.b = broker;
    action.value = ways;
    plan.actions.push_back(action);
  }

  // Links fall silent one after the other, and come back in another order.
  void swizzle(Plan& plan, SteadyMicros length) {
    const SteadyMicros begin = kBegin + time(length);
    const SteadyMicros last = begin + time(2 * kSecond);
    const uint32_t links = number(3, 8);
    for (uint32_t i = 0; i < links; ++i) {
      Action link;
      choose_link(link, plan.brokers);
      const SteadyMicros silent_at = begin + (last - begin) * i / links;
      cut(plan, link.a, link.b, silent_at, last + time(2 * kSecond), number(1, 3));
    }
  }

  // A broker is cut off from the others, and from some of those who joined it.
  void isolate(Plan& plan, SteadyMicros length) {
    const uint32_t broker = number(0, plan.brokers - 1);
    const SteadyMicros begin = kBegin + time(length), end = begin + time(6 * kSecond);
    for (uint32_t member = 0; member < kFirstBroker + plan.brokers; ++member) {
      if (member >= kFirstBroker || number(0, 2) == 0) cut(plan, member, broker, begin, end, 3);
      if (member >= kFirstBroker)
        cut(plan, kFirstBroker + broker, member - kFirstBroker, begin, end, 3);
    }
  }

  void open_own_account(Plan& plan, SteadyMicros length) {
    Action action;
    action.deed = Deed::open_own_account;
    action.at = kBegin + time(length);
    plan.actions.push_back(action);
  }

  // Every process is stopped in order and started again, one after the other.
  void restart_all(Plan& plan, SteadyMicros length) {
    SteadyMicros at = kBegin + time(length);
    for (uint32_t i = 0; i < daemons() + plan.brokers; ++i) {
      Action action;
      action.deed = i < daemons() ? Deed::stop_daemon : Deed::stop_broker;
      action.a = i < daemons() ? i : i - daemons();
      action.at = at;
      action.length = 10 * kMillisecond + time(300 * kMillisecond);
      at += action.length + time(600 * kMillisecond);
      plan.actions.push_back(action);
    }
  }

  SeededRandom random_;
  bool takes_money_ = false;
};

}  // namespace

std::vector<uint32_t> Plan::joined_by(uint32_t member) const {
  std::vector<uint32_t> joined;
  for (uint32_t broker = 0; broker < brokers; ++broker) {
    if (joins[member] >> broker & 1) joined.push_back(broker);
  }
  return joined;
}

Plan make_plan(uint64_t seed) {
  return Maker(seed).make(seed);
}

SteadyMicros end_of(const Plan& plan) {
  SteadyMicros end = kBegin;
  for (const auto& action : plan.actions) end = std::max(end, action.at + action.length);
  return end;
}

}  // namespace bilten::sim
