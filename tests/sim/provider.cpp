// The provider's port and its book.
#include "tests/sim/provider.h"

namespace bilten::sim {

using payment::IntentState;
using payment::IntentView;
using payment::RefundState;
using payment::RefundView;

namespace {

constexpr SteadyMicros kLateMost =
    20 * kSecond;  // Of a call that is carried out after its time-out.
constexpr uint32_t kStalePerMille = 100;
constexpr uint32_t kRefundFailsPerMille = 100, kRefundWaitsPerMille = 150,
                   kRefundBouncesPerMille = 80;

Error trouble(Code code, const char* reason) {
  return {code, reason, "The provider lies."};
}

}  // namespace

std::optional<Error> LyingProvider::lie_about(const std::function<void()>& act) {
  if (!happens(trouble_)) return std::nullopt;
  ++world_.coverage.calls_lost;
  switch (random_.below(6)) {
    case 0: return trouble(Code::unavailable, "timed_out");
    case 1: after(kLateMost, act); return trouble(Code::unavailable, "timed_out");
    case 2: {
      auto busy = trouble(Code::no_capacity, "provider_busy");
      busy.retry_after_ms = static_cast<uint32_t>(random_.below(5000));
      return busy;
    }
    case 3: return trouble(Code::unavailable, "provider_failed");
    case 4: act(); return trouble(Code::unavailable, "provider_garbled");
    default: act(); return trouble(Code::unavailable, "timed_out");
  }
}

void LyingProvider::after(SteadyMicros most, std::function<void()> what) {
  ++under_way_;
  const auto delay = 100 + static_cast<SteadyMicros>(random_.below(static_cast<uint64_t>(most)));
  world_.after(delay, [this, what = std::move(what)] {
    --under_way_;
    what();
  });
}

void LyingProvider::soon_or_late(SteadyMicros most, std::function<void()> what) {
  if (happens(250)) return hours_later(std::move(what));
  after(most, std::move(what));
}

void LyingProvider::let_hours_pass() {
  for (auto& what : std::exchange(held_, {})) after(kSecond, std::move(what));
}

Result<IntentView> LyingProvider::view(const std::string& reference) const {
  const auto found = book_.find(reference);
  if (found == book_.end()) return Error{Code::not_found, "unknown_intent", "No such intent."};
  const auto& intent = found->second;
  IntentView view{.reference = reference, .state = intent.state, .amount = intent.amount};
  if (intent.state == IntentState::captured) {
    view.amount = intent.captured;
    view.money_reference = intent.money_reference;
  } else {
    view.redirect_url = page_of(reference);
  }
  return view;
}

Result<IntentView> LyingProvider::open(const payment::Intent& intent) {
  return ask([this, intent]() -> Result<IntentView> {
    auto& reference = intents_[intent.key];
    if (reference.empty()) {
      reference = "in-" + std::to_string(book_.size());
      auto& booked = book_[reference];
      booked.payment_id = intent.payment_id;
      booked.amount = intent.amount;
    }
    return view(reference);
  });
}

// Some of its machines have not heard yet of what the others did.
Result<IntentView> LyingProvider::look_up(const std::string& reference) {
  return ask([this, reference]() -> Result<IntentView> {
    auto seen = view(reference);
    if (trouble_ > 0 && happens(kStalePerMille) && seen) {
      seen->state = IntentState::pending;
      seen->amount = book_[reference].amount;
      seen->money_reference.clear();
    }
    return seen;
  });
}

Result<IntentView> LyingProvider::capture(const std::string& reference, const std::string&) {
  return look_up(reference);
}

Result<IntentView> LyingProvider::cancel(const std::string& reference, const std::string&) {
  return ask([this, reference]() -> Result<IntentView> {
    auto& intent = book_[reference];
    if (!intent.is_decided() && !intent.is_thinking) move(reference, IntentState::canceled);
    return view(reference);
  });
}

Result<RefundView> LyingProvider::refund(const payment::RefundOrder& order) {
  return ask([this, order]() -> Result<RefundView> {
    if (const auto known = refunds_.find(order.key); known != refunds_.end()) {
      return known->second.view;
    }
    const auto& intent = book_[order.reference];
    const bool fits = intent.state == IntentState::captured &&
                      order.amount.currency == intent.captured.currency &&
                      order.amount.amount <= intent.kept();
    if (!fits) refused_.insert(order.key);
    // What was answered under a key stays so, also for who comes late.
    if (refused_.contains(order.key)) return trouble(Code::conflict, "nothing_to_refund");
    return refund_now(order);
  });
}

RefundView LyingProvider::refund_now(const payment::RefundOrder& order) {
  book_[order.reference].refunded += order.amount.amount;
  refunds_[order.key] = {order.reference,
                         order.refund_id,
                         {"re-" + order.key, RefundState::pending, order.amount, {}}};
  report(order.reference, "refund", "re-" + order.key, -order.amount.amount);
  const auto end = happens(kRefundFailsPerMille) ? RefundState::failed : RefundState::succeeded;
  if (happens(kRefundWaitsPerMille)) {
    soon_or_late(5 * kSecond, [this, key = order.key, end] { end_refund(key, end); });
  } else {
    end_refund(order.key, end);
  }
  return refunds_[order.key].view;
}

void LyingProvider::end_refund(const std::string& key, RefundState state) {
  auto& refund = refunds_[key];
  refund.view.state = state;
  if (state == RefundState::succeeded) {
    ++world_.coverage.paid_back;
    // Its bank sends it back.
    if (happens(kRefundBouncesPerMille)) {
      ++world_.coverage.refunds_bounced;
      soon_or_late(5 * kSecond, [this, key] {
        refunds_[key].is_over = true;
        end_refund(key, RefundState::failed);
      });
    }
  }
  if (state == RefundState::failed) {
    refund.view.failure = "account_closed";
    book_[refund.intent].refunded -= refund.view.amount.amount;
    report(refund.intent, "refund_failure", refund.view.reference, refund.view.amount.amount);
    ++world_.coverage.refunds_failed;
  }
  tell_refund(refund.intent, refund);
}

void LyingProvider::move(const std::string& reference, IntentState state) {
  book_[reference].state = state;
  tell_intent(reference, "intent.moved");
}

void LyingProvider::take(const std::string& reference, const Money& amount) {
  auto& intent = book_[reference];
  intent.captured = amount;
  intent.money_reference = "mo-" + reference;
  intent.is_thinking = false;
  report(reference, "charge", "ch-" + reference, amount.amount);
  ++world_.coverage.captured;
  move(reference, IntentState::captured);
}

void LyingProvider::pay(const std::string& page, Payer payer) {
  const auto reference = page.substr(page.rfind('/') + 1);
  if (page != page_of(reference)) return;
  auto& intent = book_[reference];
  if (intent.is_decided() || intent.is_thinking) return;
  const auto later = [this, reference] { take(reference, book_[reference].amount); };
  switch (payer) {
    case Payer::approves: return take(reference, intent.amount);
    case Payer::declines: return move(reference, IntentState::failed);
    case Payer::is_challenged:
      move(reference, IntentState::requires_action);
      return after(kSecond, [this, page, approves = happens(700)] {
        pay(page, approves ? Payer::approves : Payer::declines);
      });
    case Payer::leaves: return;
    case Payer::is_slow: intent.is_thinking = true; return after(4 * kSecond, later);
    case Payer::is_late: intent.is_thinking = true; return hours_later(later);
    case Payer::pays_less:
      return take(reference, {intent.amount.amount - 1, intent.amount.currency});
    case Payer::pays_otherwise: return take(reference, {intent.amount.amount, "USD"});
  }
}

std::string LyingProvider::pick_captured(uint32_t which,
                                         const std::function<bool(const Booked&)>& fits) const {
  std::vector<std::string> fitting;
  for (const auto& [reference, intent] : book_) {
    if (intent.kept() > 0 && fits(intent)) fitting.push_back(reference);
  }
  return fitting.empty() ? "" : fitting[which % fitting.size()];
}

void LyingProvider::refund_by_hand(uint32_t which, bool whole) {
  const auto reference = pick_captured(which, [](const Booked&) { return true; });
  if (reference.empty()) return;
  auto& intent = book_[reference];
  const auto amount = whole ? intent.kept() : (intent.kept() + 1) / 2;
  intent.refunded += amount;
  ++world_.coverage.refunded_by_hand;
  const auto name = "rh-" + std::to_string(++by_hand_);
  report(reference, "refund", name, -amount);
  tell_refund(
      reference,
      {reference, {}, {name, RefundState::succeeded, {amount, intent.captured.currency}, {}}});
}

void LyingProvider::dispute(uint32_t which, bool won) {
  // Also of what all had gone back and came again by a bounce, of which nothing may be known here.
  const auto reference =
      pick_captured(which, [](const Booked& intent) { return !intent.was_disputed; });
  if (reference.empty()) return;
  auto& intent = book_[reference];
  const Money amount{intent.kept(), intent.captured.currency};
  intent.was_disputed = true;
  intent.disputed = amount.amount;
  ++world_.coverage.disputed;
  report(reference, "dispute", "di-" + reference, -amount.amount);
  tell_dispute(reference, amount, false, false);
  if (happens(200)) return;  // It is never decided.
  soon_or_late(3 * kSecond, [this, reference, amount, won] {
    if (won) {
      book_[reference].disputed = 0;
      report(reference, "dispute_reversal", "di-" + reference, amount.amount);
    }
    tell_dispute(reference, amount, true, won);
  });
}

}  // namespace bilten::sim
