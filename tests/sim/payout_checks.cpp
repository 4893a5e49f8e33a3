#include "tests/sim/payout_checks.h"

#include <map>

#include "common/base/shares.h"
#include "daemons/payment/order_book_rows.h"
#include "daemons/payment/owed.h"

namespace bilten::sim {

using namespace api::payment;
using payment::Account;
using payment::account_of;
using payment::is_with_organizer;
using payment::kDayMillis;

namespace {

// What is owed to an organiser, but for what they have in an account of their own.
bool is_earned(const Account& account) {
  return account.kind == AccountKind::organizer_payable ||
         account.kind == AccountKind::buyer_fees || account.kind == AccountKind::tax;
}

using Sums = std::map<std::string, int64_t>;  // By currency.

// One event's money in one currency.
struct EventMoney {
  int64_t owed = 0, disputed = 0, paid = 0;
  int64_t due() const { return owed - std::min(disputed, std::max<int64_t>(0, owed)); }
};

class PayoutAudit {
 public:
  explicit PayoutAudit(Daemon& payment) : snapshot_(payment.store().snapshot()) {
    const auto facts = snapshot_->journal(0, kAll, false);
    CHECK_INVARIANT(facts);
    for (const auto& fact : *facts) note(fact);
  }

  // The first thing that is not as it should be; empty: all is.
  const std::string& failure() const { return failure_; }

  void compare() {
    Sums earned, set_aside;
    take_settled(earned);
    rows().scan<payment::OrderSumsRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      for (const auto& sum : row.sums) {
        if (is_earned(account_of(sum))) earned[sum.amount.currency] -= sum.amount.amount;
      }
      return true;
    });
    rows().scan<payment::PayoutRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      const auto& [amount, currency] = row.amount;
      if (row.state == PayoutState::failed) return true;
      earned[currency] -= amount;
      if (row.state == PayoutState::made) set_aside[currency] += amount;
      return true;
    });
    rows().scan<payment::AccountRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      const auto account = payment::read_account(key.substr(16));
      if (is_earned(account)) earned[account.currency] += row.balance;
      if (account.kind == AccountKind::payouts) set_aside[account.currency] += row.balance;
      return true;
    });
    expect_none(earned, "what was paid out and what is owed is not what was earned");
    expect_none(set_aside, "what is set aside is not what payouts wait to be sent");
    compare_owed();
  }

  bool is_all_paid() const {
    bool all = true;
    for (const auto& [currency, due] : due_) all = all && due <= 0;
    rows().scan<payment::PayoutRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      all = all && row.state != PayoutState::made;
      return true;
    });
    return all;
  }

 private:
  const Rows& rows() const { return snapshot_->rows(); }

  // What was in the organiser's own account was theirs, and is owed no more: by entries of no
  // order.
  void take_settled(Sums& earned) {
    rows().scan<payment::EntryRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      if (row.order_id) return true;
      for (const auto& posting : row.postings) {
        const auto account = account_of(posting);
        if (is_with_organizer(account)) earned[account.currency] += posting.amount.amount;
      }
      return true;
    });
  }

  void note(const JournalFact& fact) {
    if (fact.name == Posted::name) posted(*decode<Posted>(fact.body));
    if (fact.name == PayoutTermsSet::name) terms_ = decode<PayoutTermsSet>(fact.body)->terms;
    if (fact.name == PayoutMade::name) made(*decode<PayoutMade>(fact.body));
    if (fact.name == PayoutFailed::name) failed(decode<PayoutFailed>(fact.body)->payout_id);
  }

  void posted(const Posted& entry) {
    organization_id_ = entry.organization_id;
    for (const auto& posting : entry.postings) {
      const auto account = account_of(posting);
      auto& event = of(entry.event_id, account.currency);
      const auto before = event.due();
      if (is_earned(account) || is_with_organizer(account)) event.owed -= posting.amount.amount;
      if (account.kind == AccountKind::disputes) event.disputed += posting.amount.amount;
      due_[account.currency] += event.due() - before;
    }
  }

  // Its entries came before it.
  void made(const PayoutMade& payout) {
    made_.emplace(payout.payout_id, payout);
    for (const auto& part : payout.parts) {
      auto& event = of(part.event_id, payout.amount.currency);
      event.paid += part.amount;
      if (part.amount < 0) continue;
      if (event.owed < event.disputed + kept_back(event, part, payout.at)) {
        fail("an event was paid more than it may be");
      }
    }
  }
  int64_t kept_back(const EventMoney& event, const PayoutPart& part, const Instant& at) {
    const auto ends =
        part.event_id ? rows().find<payment::EventEndRow>(part.event_id->view()) : std::nullopt;
    if (!ends) return 0;
    const auto due = ends->ends_at.ms + terms_.days * kDayMillis;
    if (at.ms < due) fail("an event was paid before its time");
    if (at.ms >= due + terms_.hold_back_days * kDayMillis) return 0;
    return part_of(std::max<int64_t>(0, event.owed + event.paid), terms_.hold_back_rate);
  }

  // Its entries are undone beside it.
  void failed(const Id& payout_id) {
    const auto& payout = made_.at(payout_id);
    for (const auto& part : payout.parts) {
      of(part.event_id, payout.amount.currency).paid -= part.amount;
    }
  }

  // The service remembers what it owes by event.
  void compare_owed() {
    std::map<std::pair<Id, std::string>, int64_t> remembered;
    rows().scan<payment::OwedRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      const auto account = payment::read_account(key.substr(32));
      if (account.kind == AccountKind::disputes) return true;
      remembered[{*Id::from_bytes(key.substr(16, 16)), account.currency}] -= row.balance;
      return true;
    });
    for (const auto& [name, event] : events_) {
      if (remembered[name] != event.owed) fail("an event is owed another amount than remembered");
      const auto paid = rows().find<payment::EventPaidRow>(
          payment::event_paid_key(organization_id_, name.first, name.second));
      if ((paid ? paid->amount : 0) != event.paid) {
        fail("an event was paid another amount than remembered");
      }
    }
  }

  EventMoney& of(const std::optional<Id>& event_id, const std::string& currency) {
    return events_[{event_id.value_or(Id{}), currency}];
  }
  void fail(const std::string& why) {
    if (failure_.empty()) failure_ = why;
  }
  void expect_none(const Sums& sums, const std::string& otherwise) {
    for (const auto& [currency, sum] : sums) {
      if (sum != 0) fail(otherwise + ": " + std::to_string(sum) + currency);
    }
  }

  std::unique_ptr<Snapshot> snapshot_;
  std::string failure_;
  Id organization_id_;  // A run has one.
  PayoutTerms terms_;
  std::map<std::pair<Id, std::string>, EventMoney> events_;  // By event, nil: of none; currency.
  Sums due_;                                                 // Of all events.
  std::map<Id, PayoutMade> made_;
};

}  // namespace

void check_payouts(World& world, Daemon& payment) {
  PayoutAudit audit(payment);
  audit.compare();
  if (!audit.failure().empty()) world.fail(audit.failure());
}

bool is_all_paid(Daemon& payment) {
  return PayoutAudit(payment).is_all_paid();
}

}  // namespace bilten::sim
