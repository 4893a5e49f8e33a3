#include "tests/sim/run.h"

#include <memory>
#include <vector>

#include "daemons/payment/flow_rows.h"
#include "daemons/payment/payout_rows.h"
#include "daemons/ticket/door_rows.h"
#include "tests/sim/broker_node.h"
#include "tests/sim/checks.h"
#include "tests/sim/money_checks.h"
#include "tests/sim/money_time.h"
#include "tests/sim/services.h"
#include "tests/sim/session_checks.h"

namespace bilten::sim {

namespace {

// After the last fault a fresh order must succeed and all must be read.
constexpr SteadyMicros kLively = 30 * kSecond;
constexpr SteadyMicros kStopMost = 2 * kSecond;  // Until an orderly stop ends all the same.

class Run final : private Insight {
 public:
  Run(const Plan& plan, bool telling)
      : plan_(plan),
        world_(plan.seed, telling),
        network_(world_, plan.high_water),
        traffic_(world_),
        accounts_{{world_, "platform", plan.seed ^ 0x70726F76, plan.provider_trouble},
                  {world_, "own", plan.seed ^ 0x6F776E, plan.provider_trouble}} {
    set_provider(accounts_.platform);
    for (uint32_t i = 0; i < plan.brokers; ++i) {
      brokers_.push_back(std::make_unique<BrokerNode>(world_, network_, traffic_, plan.queue_max));
    }
    // In the order of plan.h's numbers, which are the network's.
    for (const auto* table :
         {&user_table(), &event_table(), &ticket_table(), &reader_table(), &payment_table()}) {
      const bool sells = table == &ticket_table();
      const auto number = static_cast<uint32_t>(daemons_.size());
      daemons_.push_back(std::make_unique<Daemon>(world_, network_, *table, plan.joined_by(number),
                                                  sells ? plan.credit : 64));
    }
    Insight& insight = *this;
    shop_ = std::make_unique<Shop>(world_, network_, plan, insight, accounts_);
    for (auto& broker : brokers_) broker->add_links(plan.brokers);
    daemons_[kUser]->on_start = start_of_user;
    daemons_[kTicket]->on_commit = [this] { check_stock(world_, *daemons_[kTicket]); };
    daemons_[kPayment]->on_start = [this](const Rows& rows, const Context& context) {
      return start_of_payment(rows, context, own_accounts_);
    };
    daemons_[kPayment]->on_commit = [this] { check_ledger(world_, *daemons_[kPayment]); };
  }

  Outcome run() {
    open();
    for (const auto& action : plan_.actions) world_.at(action.at, [&] { act(action); });
    const SteadyMicros quiet_at = end_of(plan_);
    world_.run_until(quiet_at, [] { return false; });
    if (!world_.failed()) become_quiet(quiet_at);
    if (!world_.failed()) follow_money();
    for (const auto& broker : brokers_) {
      if (broker->is_up()) broker->count();
    }
    return {world_.failure(), world_.trace_hash(), world_.coverage, world_.story()};
  }

 private:
  House house() {
    return {*daemons_[kUser], *daemons_[kEvent], *daemons_[kTicket], *daemons_[kReader],
            plan_.takes_money ? daemons_[kPayment].get() : nullptr};
  }

  void open() {
    for (auto& broker : brokers_) broker->start();
    start_daemons();
    shop_->open();
  }

  void start_daemons() {
    for (const auto& daemon : daemons_) {
      if (plan_.takes_money || daemon != daemons_[kPayment]) daemon->start();
    }
  }

  void act(const Action& action) {
    if (world_.telling()) world_.tell("* " + words_of(action));
    world_.trace(action.number, "act");
    const SteadyMicros until = world_.now() + action.length;
    switch (action.deed) {
      case Deed::kill_daemon: return daemon(action).crash_for(action.length);
      case Deed::die_before_commit: return daemon(action).die_in_commit(true, action.length);
      case Deed::die_after_commit: return daemon(action).die_in_commit(false, action.length);
      case Deed::fill_disk: return daemon(action).fill_disk(until);
      case Deed::slow_disk: return daemon(action).slow_disk(until);
      case Deed::jump_clock:
        // Before that, tokens that are over at one service and not yet at another end the story.
        if (shop_->is_open()) daemon(action).jump_clock(action.value);
        return;
      case Deed::kill_broker: return kill_broker(action.a, action.length);
      case Deed::stop_daemon: return daemon(action).stop_for(kStopMost, action.length);
      case Deed::stop_broker: return brokers_[action.a]->stop_for(kStopMost, action.length);
      case Deed::double_link: return network_.double_link(action.a, action.b, until);
      case Deed::slow_link: return network_.slow_link(action.a, action.b, until);
      case Deed::break_link: return network_.break_link(action.a, action.b, action.value == 1);
      case Deed::partition:
        if (action.value & 1) network_.stall(action.a, action.b, true, until);
        if (action.value & 2) network_.stall(action.a, action.b, false, until);
        return;
      case Deed::open_own_account: return open_own_account();
      case Deed::slow_network: return network_.slow_down(until);
      case Deed::lose_publications: return network_.lose_publications(until);
      default: return shop_->act(action);
    }
  }

  // It is in the settings, and the daemon is started anew.
  void open_own_account() {
    const auto& organization_id = shop_->organization_id();
    if (!organization_id) return world_.after(kSecond / 5, [this] { open_own_account(); });
    own_accounts_ = own_account(*organization_id, accounts_.own);
    own_table_ = payment_table_of(own_accounts_);
    daemons_[kPayment]->set_table(*own_table_);
    daemons_[kPayment]->stop_for(kStopMost, kSecond / 20);
  }

  Daemon& daemon(const Action& action) { return *daemons_[action.a]; }

  void kill_broker(uint32_t number, SteadyMicros down) {
    brokers_[number]->crash();
    world_.after(down, [this, number] {
      if (!brokers_[number]->is_up()) brokers_[number]->start();
    });
  }

  void become_quiet(SteadyMicros quiet_at) {
    if (world_.telling()) world_.tell("* the last fault is over");
    for (auto& broker : brokers_) {
      if (!broker->is_up()) broker->start();
    }
    for (auto& daemon : daemons_) daemon->spare();
    start_daemons();
    for (auto* account : accounts_.both()) account->stop_lying();
    shop_->ask_fresh();
    if (!world_.run_until(quiet_at + kLively, [&] { return is_settled(); })) not_settled();
  }

  // What was promised is checked once hours have passed; then come weeks in which money moves on.
  void follow_money() {
    const auto all = house();
    if (!all.payment) return check_all(world_, all, *shop_);
    MoneyTime time(world_, all, *shop_, accounts_, plan_.seed);
    time.let_hours_pass();
    if (!world_.failed()) check_all(world_, all, *shop_);
    if (!world_.failed()) time.let_weeks_pass();
    if (!world_.failed()) check_books(world_, all);
    if (!world_.failed()) check_sessions(world_, *all.payment);
  }

  bool is_settled() { return shop_->fresh_done() && shop_->idle() && all_is_read(house()); }

  void not_settled() {
    if (!shop_->fresh_done()) {
      world_.fail("no fresh order succeeded within 30 s after the last fault");
    } else if (!shop_->idle()) {
      world_.fail("a call is still under way 30 s after the last fault");
    } else {
      world_.fail("a reader has not taken all facts 30 s after the last fault");
    }
  }

  std::optional<Id> find_list() override {
    std::optional<Id> found;
    daemons_[kTicket]->store().snapshot()->rows().scan<ticket::ListRow>(
        {}, {}, 1, [&](std::string_view key, const ticket::ListRow&) {
          found = Id::from_bytes(key);
          return false;
        });
    return found;
  }

  std::optional<Attention> find_attention(uint32_t which) override {
    std::vector<Attention> all;
    const auto snapshot = daemons_[kPayment]->store().snapshot();
    const auto& rows = snapshot->rows();
    rows.scan<payment::AttentionRow>(
        {}, {}, SIZE_MAX, [&](std::string_view key, const payment::AttentionRow& row) {
          const auto payment = rows.find<payment::PaymentRow>(row.payment_id.view());
          all.push_back({static_cast<api::payment::AttentionKind>(key[16]),
                         *Id::from_bytes(key.substr(17)), row.payment_id,
                         payment->method != api::payment::Method::card});
          return true;
        });
    if (all.empty()) return std::nullopt;
    return all[which % all.size()];
  }

  std::optional<Id> find_payout() override {
    std::optional<Id> found;
    daemons_[kPayment]->store().snapshot()->rows().scan<payment::PayoutRow>(
        {}, {}, SIZE_MAX, [&](std::string_view key, const payment::PayoutRow& row) {
          if (row.state == api::payment::PayoutState::made) found = Id::from_bytes(key);
          return !found;
        });
    return found;
  }

  bool has_order(const std::string& mail) override {
    bool found = false;
    const auto snapshot = daemons_[kTicket]->store().snapshot();
    snapshot->rows().scan<ticket::OrderRow>(
        {}, {}, SIZE_MAX, [&](std::string_view key, const ticket::OrderRow&) {
          const auto buyer = snapshot->vault().get(ticket::vault_key(*Id::from_bytes(key)));
          found = buyer && decode<api::ticket::Buyer>(*buyer)->email == mail;
          return !found;
        });
    return found;
  }

  const Plan& plan_;
  World world_;
  Network network_;
  Traffic traffic_;
  Accounts accounts_;
  payment::OwnAccounts own_accounts_;  // Once there are any.
  std::unique_ptr<Table> own_table_;   // Of payment, with them.
  std::vector<std::unique_ptr<BrokerNode>> brokers_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
  std::unique_ptr<Shop> shop_;
};

}  // namespace

Outcome run(const Plan& plan, bool telling) {
  return Run(plan, telling).run();
}

}  // namespace bilten::sim
