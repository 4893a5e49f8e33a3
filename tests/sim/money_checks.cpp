#include "tests/sim/money_checks.h"

#include <algorithm>
#include <map>

#include "daemons/payment/flow_rows.h"
#include "daemons/payment/ledger_rows.h"
#include "daemons/payment/order_book_rows.h"
#include "daemons/payment/payout_rows.h"
#include "daemons/ticket/refund_rows.h"
#include "daemons/ticket/standing.h"

namespace bilten::sim {

using api::payment::AccountKind;
using api::payment::Method;
using api::payment::PaymentState;
using api::payment::ProviderAccount;

namespace {

// What an order's money may be: of which staff judges something, it may be more.
struct Range {
  int64_t least = 0, most = 0;
  void add(int64_t amount) {
    least += amount;
    most += amount;
  }
  void stretch(int64_t amount) { (amount < 0 ? least : most) += amount; }
  bool has(int64_t amount) const { return least <= amount && amount <= most; }
};

struct OrderMoney {
  int64_t here = 0;  // At providers and in the organiser's hands.
  Range expected;
  bool is_judged = false;  // Staff has let another amount count, or is to judge one.
};

using Sums = std::map<std::string, int64_t>;  // By currency.

class MoneyAudit {
 public:
  MoneyAudit(World& world, Daemon& payment, Daemon& ticket, const Accounts& accounts)
      : world_(world),
        payment_(payment.store().snapshot()),
        ticket_(ticket.store().snapshot()),
        rows_(payment_->rows()),
        accounts_(accounts) {}

  void run() {
    intents(accounts_.platform, ProviderAccount::platform, clearing_);
    intents(accounts_.own, ProviderAccount::organization, own_clearing_);
    payments();
    refunds();
    disputes();
    orders();
    payouts();
    fees();
    accounts();
    count();
  }

 private:
  void fail(const std::string& why) { world_.fail(why); }

  static bool is_card(const payment::PaymentRow& row) { return row.method == Method::card; }

  // Money that came to the provider is known here, as much as it is. Nothing of an order that is
  // over can be paid there.
  void intents(const LyingProvider& provider, ProviderAccount account, Sums& clearing) {
    for (const auto& [reference, intent] : provider.book()) {
      if (!intent.is_decided()) fail("nobody will end " + reference + ", which can be paid");
      if (intent.state != payment::IntentState::captured) continue;
      const auto row = rows_.find<payment::PaymentRow>(intent.payment_id.view());
      if (!row || row->received != intent.captured) {
        fail("the provider took money of " + reference + ", and the payment does not know");
      } else if (row->reference != reference || row->account != account) {
        fail("a payment was paid in another intent than its own");
      }
      kept_[intent.payment_id] = intent.kept();
      clearing[intent.captured.currency] += intent.kept();
    }
  }

  void payments() {
    rows_.scan<payment::PaymentRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      if (!row.received) return true;
      const auto id = *Id::from_bytes(key);
      if (is_card(row) && !kept_.contains(id)) fail("a payment has money that never came");
      const auto kept = is_card(row) ? kept_[id] : row.received->amount - row.refunded;
      if (!is_card(row)) by_hand_[row.received->currency] += kept;
      note_payment(row, id, kept);
      return true;
    });
  }
  void note_payment(const payment::PaymentRow& row, const Id& id, int64_t kept) {
    auto& order = orders_[row.order_id];
    const bool in_review = row.state == PaymentState::held_for_review;
    if (in_review) {
      ++held_;
      unapplied_[row.received->currency] += row.received->amount;
      due_[row.received->currency].add(-row.refunded);  // Due once it is judged.
      order.is_judged = true;
    }
    if (row.received->currency != row.amount.currency) {
      if (!in_review && kept != 0 && !waits_for_staff(id)) {
        fail("money of another currency was not given back");
      }
      return;
    }
    order.here += kept;
    if (in_review) return order.expected.add(row.received->amount - row.refunded);
    if (row.received != row.amount &&
        rows_.has(payment::PaidBy::table, payment::key_of(row.order_id, id))) {
      order.is_judged = true;
      order.expected.stretch(row.received->amount - row.amount.amount);
    }
  }
  bool waits_for_staff(const Id& payment_id) {
    bool waits = false;
    rows_.scan<payment::AttentionRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      waits = waits || row.payment_id == payment_id;
      return true;
    });
    return waits;
  }

  // What staff is still to give back.
  void refunds() {
    rows_.scan<payment::RefundRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      if (row.state == payment::RefundProgress::done) return true;
      const auto payment = rows_.find<payment::PaymentRow>(row.payment_id.view());
      if (is_card(*payment) && row.state == payment::RefundProgress::wanted) {
        fail("a refund is under way, and nobody asks for it");
      }
      if (row.amount.currency == payment->amount.currency) {
        orders_[payment->order_id].expected.stretch(row.amount.amount);
      }
      due_[row.amount.currency].stretch(row.amount.amount);
      return true;
    });
  }

  void disputes() {
    rows_.scan<payment::DisputeRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      if (row.state != payment::DisputeState::open) return true;
      const auto payment = rows_.find<payment::PaymentRow>(key);
      if (row.amount.currency == payment->amount.currency) {
        orders_[payment->order_id].expected.add(-row.amount.amount);
      }
      disputed_[row.amount.currency] += row.amount.amount;
      return true;
    });
  }

  // Of the whole run, whenever it is looked at.
  void count() {
    auto& met = world_.coverage;
    met.held_for_review = std::max(met.held_for_review, held_);
    met.paid_twice = met.paid_too_late = 0;
    ticket_->rows().scan<ticket::LatePayment>({}, {}, kAll, [&](std::string_view key, const auto&) {
      const auto order = ticket_->rows().find<ticket::OrderRow>(key.substr(0, 16));
      ++(order->payment_id ? met.paid_twice : met.paid_too_late);
      return true;
    });
  }

  // What the ticket service sold and did not take back.
  int64_t worth_of(const Id& order_id) {
    const auto row = ticket_->rows().find<ticket::OrderRow>(order_id.view());
    if (!row || !row->payment_id) return 0;
    const auto standing = ticket::find_standing(ticket_->rows(), order_id, *row);
    return standing.paid - standing.refunded;
  }

  void orders() {
    for (auto& [order_id, order] : orders_) {
      const auto worth = worth_of(order_id);
      order.expected.add(worth);
      if (!order.expected.has(order.here)) {
        fail("an order is worth " + std::to_string(worth) + ", and of its money is here " +
             std::to_string(order.here));
      }
      if (!order.is_judged) check_sums(order_id, worth);
    }
  }
  // The ledger's sums of an order are what it is worth.
  void check_sums(const Id& order_id, int64_t worth) {
    const auto sums = rows_.find<payment::OrderSumsRow>(order_id.view());
    int64_t booked = 0;
    for (const auto& sum : sums ? sums->sums : std::vector<payment::Posting>()) {
      const bool is_price =
          sum.account == AccountKind::organizer_payable || sum.account == AccountKind::buyer_fees ||
          sum.account == AccountKind::tax || sum.account == AccountKind::platform_fees;
      if (is_price) booked -= sum.amount.amount;
    }
    if (booked != worth) {
      fail("an order is worth " + std::to_string(worth) + ", and the ledger says " +
           std::to_string(booked));
    }
  }

  // Taken by the provider, as far as its report was read.
  void fees() {
    rows_.scan<payment::AccountRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      const auto account = payment::read_account(key.substr(16));
      if (account.kind == AccountKind::provider_fees) clearing_[account.currency] -= row.balance;
      return true;
    });
  }

  // They are sent from the platform's account. What is in the organiser's own is settled, and so is
  // what went out of it afterwards: by entries of no order.
  void payouts() {
    rows_.scan<payment::EntryRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      if (row.order_id) return true;
      for (const auto& posting : row.postings) {
        const auto account = payment::account_of(posting);
        if (payment::is_with_organizer(account))
          own_clearing_[account.currency] += posting.amount.amount;
      }
      if (row.kind == payment::EntryKind::own_settled) ++world_.coverage.own_settled;
      return true;
    });
    rows_.scan<payment::PayoutRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      const auto& [amount, currency] = row.amount;
      if (row.state == api::payment::PayoutState::sent) clearing_[currency] -= amount;
      return true;
    });
  }

  void accounts() {
    std::map<std::pair<AccountKind, std::string>, Sums> balances;
    rows_.scan<payment::AccountRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      const auto account = payment::read_account(key.substr(16));
      balances[{account.kind, account.of}][account.currency] += row.balance;
      return true;
    });
    expect("clearing", balances[{AccountKind::clearing, "stripe"}], clearing_);
    expect("own account", balances[{AccountKind::clearing, "stripe-own"}], own_clearing_);
    expect("transfers", balances[{AccountKind::clearing, "transfer"}], by_hand_);
    expect("disputes", balances[{AccountKind::disputes, ""}], disputed_);
    expect("unapplied", negated(balances[{AccountKind::unapplied, ""}]), unapplied_);
    // What a dispute took is not due any more, though staff still sees that it could not be
    // refunded.
    for (const auto& [currency, amount] : negated(balances[{AccountKind::refunds, ""}])) {
      if (due_[currency].has(amount)) continue;
      fail("the ledger's refunds are " + std::to_string(amount) + currency + " and should be " +
           std::to_string(due_[currency].least) + " to " + std::to_string(due_[currency].most));
    }
  }
  static Sums negated(Sums sums) {
    for (auto& [currency, amount] : sums) amount = -amount;
    return sums;
  }
  void expect(const std::string& account, Sums is, Sums should_be) {
    std::erase_if(is, [](const auto& each) { return each.second == 0; });
    std::erase_if(should_be, [](const auto& each) { return each.second == 0; });
    if (is == should_be) return;
    const auto words = [](const Sums& sums) {
      std::string text;
      for (const auto& [currency, amount] : sums) text += " " + std::to_string(amount) + currency;
      return text;
    };
    fail("the ledger's " + account + " are" + words(is) + " and should be" + words(should_be));
  }

  World& world_;
  std::unique_ptr<Snapshot> payment_, ticket_;
  const Rows& rows_;
  const Accounts& accounts_;
  uint64_t held_ = 0;           // For review.
  std::map<Id, int64_t> kept_;  // By payment.
  std::map<Id, OrderMoney> orders_;
  Sums clearing_, own_clearing_, by_hand_, disputed_, unapplied_;
  std::map<std::string, Range> due_;
};

}  // namespace

void check_ledger(World& world, Daemon& payment) {
  Sums sums;
  const auto snapshot = payment.store().snapshot();
  snapshot->rows().scan<payment::AccountRow>(
      {}, {}, kAll, [&](std::string_view key, const payment::AccountRow& row) {
        sums[payment::read_account(key.substr(16)).currency] += row.balance;
        return true;
      });
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) world.fail("the accounts do not sum to zero in " + currency);
  }
}

bool has_no_tasks(Daemon& payment) {
  bool none = true;
  const auto snapshot = payment.store().snapshot();
  snapshot->rows().scan<payment::TaskRow>({}, {}, 1, [&](std::string_view, const auto&) {
    none = false;
    return false;
  });
  return none;
}

void check_money(World& world, Daemon& payment, Daemon& ticket, const Accounts& accounts) {
  MoneyAudit(world, payment, ticket, accounts).run();
}

}  // namespace bilten::sim
