#include "daemons/payment/payments.h"

#include "daemons/payment/attention.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/orders.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/statement_rows.h"
#include "daemons/payment/tasks.h"

namespace bilten::payment {

using api::payment::ActionWanted;
using api::payment::CancelWanted;
using api::payment::Captured;
using api::payment::Failed;
using api::payment::HeldForReview;
using api::payment::kPaymentMax;
using api::payment::MoneyNamed;
using api::payment::Offered;
using api::payment::OpenPayment;
using api::payment::PaymentView;
using api::payment::Wanted;

namespace {

// Of one order; each is another intent at the provider.
constexpr size_t kPaymentsPerOrderMax = 20;
// After an offer, before it is looked whether a webhook was lost.
constexpr UnixMillis kFirstLookUp = 30'000;

bool can_be_ended(const PaymentRow& payment) {
  return is_open(payment) && payment.state != PaymentState::closing;
}

void end_payment(const Context& context, const Id& payment_id, const PaymentRow& payment,
                 FailReason reason, Effects& effects) {
  if (payment.method != Method::card) {  // Nobody else knows of it.
    auto failed = moved<Failed>(payment_id, payment, payment.amount, context.now);
    failed.reason = reason;
    effects.record(failed);
    return;
  }
  auto fact = about<CancelWanted>(payment_id, payment, context.now);
  fact.reason = reason;
  effects.record(fact);
  // One that is still being opened has no name yet at the provider; it is ended when it has.
  if (!payment.reference.empty()) begin_task(TaskKind::cancel, payment_id, context.now, effects);
}

void end_open_payments(const Rows& rows, const Context& context, const Id& order_id,
                       FailReason reason, const std::function<bool(const PaymentRow&)>& which,
                       Effects& effects) {
  for_each_payment(rows, order_id, [&](const Id& id, const PaymentRow& payment) {
    if (can_be_ended(payment) && which(payment)) end_payment(context, id, payment, reason, effects);
  });
}

bool is_any(const PaymentRow&) {
  return true;
}

Status check_payable(const OrderRow& order, UnixMillis now) {
  if (order.state == OrderState::sold) {
    return Error{Code::conflict, "already_paid", "The order is paid; its tickets are there."};
  }
  if (order.state == OrderState::over || now >= order.expires_at.ms) {
    return rests_on("ticket",
                    {Code::conflict, "hold_expired", "The order's time is over; order again."});
  }
  return Done{};
}

Status check_return_url(const std::optional<std::string>& url) {
  if (!url || url->starts_with("https://") || url->starts_with("http://127.0.0.1") ||
      url->starts_with("http://localhost")) {
    return Done{};
  }
  Error error{Code::invalid, "invalid", "return_url is not one that a payer can be sent to."};
  error.fields.push_back({"/return_url", "must begin with https://"});
  return error;
}

void change_payment(Rows& rows, const Id& payment_id,
                    const std::function<void(PaymentRow&)>& change) {
  auto payment = find_payment(rows, payment_id);
  change(payment);
  rows.save(payment_id.view(), payment);
}

// By which bank statements find the order.
void note_transfer_code(Rows& rows, const Wanted& fact) {
  const auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order);
  rows.save(transfer_code_key(fact.organization_id, order->code), TransferCodeRow{fact.order_id});
}

void end_tasks(Rows& rows, const Id& payment_id) {
  for (const auto kind : {TaskKind::open, TaskKind::look_up, TaskKind::cancel}) {
    end_task(rows, kind, payment_id);
  }
}

}  // namespace

PaymentRow find_payment(const Rows& rows, const Id& payment_id) {
  auto payment = rows.find<PaymentRow>(payment_id.view());
  CHECK_INVARIANT(payment);
  return std::move(*payment);
}

size_t for_each_payment(
    const Rows& rows, const Id& order_id,
    const std::function<void(const Id& payment_id, const PaymentRow& payment)>& use) {
  size_t count = 0;
  rows.scan<PaymentOfOrder>(order_id.view(), {}, kPaymentsPerOrderMax,
                            [&](std::string_view key, const PaymentOfOrder&) {
                              const auto id = newest_first(*Id::from_bytes(key.substr(16)));
                              use(id, find_payment(rows, id));
                              ++count;
                              return true;
                            });
  return count;
}

Result<Where> where_paid(Method method, const Id& organization_id, const Terms& terms) {
  const auto& config = terms.config;
  const std::string name(word(method));
  switch (method) {
    case Method::card: {
      if (config.provider == ProviderName::none) break;
      const bool is_own = terms.own_accounts.contains(organization_id);
      return Where{std::string(word(config.provider)),
                   is_own ? ProviderAccount::organization : ProviderAccount::platform};
    }
    case Method::transfer:
      if (config.transfer) return Where{name};
      break;
    case Method::onsite:
      if (config.onsite) return Where{name};
      break;
  }
  return Error{Code::conflict, "method_unavailable",
               "Nothing is paid by " + name + " here; choose another method."};
}

Movement movement_of(const Id& payment_id, const PaymentRow& payment, const Money& amount,
                     std::string_view reference) {
  Movement made{payment.order_id, payment_id,       payment.organization_id,
                amount,           payment.provider, reference};
  if (payment.account == ProviderAccount::organization) made.provider += kOwnSuffix;
  return made;
}

bool is_open(const PaymentRow& payment) {
  return payment.state <= PaymentState::closing;
}

bool has_money(const PaymentRow& payment) {
  return payment.received.has_value();
}

bool is_last_in_review(const PaymentRow& payment, int64_t amount) {
  return payment.state == PaymentState::held_for_review &&
         payment.refunded + amount == payment.received->amount;
}

PaymentView view_of_payment(const Vault& vault, const Rows& rows, const Id& payment_id,
                            const PaymentRow& payment) {
  PaymentView view{.id = payment_id, .order_id = payment.order_id, .method = payment.method};
  view.state = payment.state;
  view.amount = payment.amount;
  view.refunded = {payment.refunded, payment.amount.currency};
  view.created_at = payment.created_at;
  if (can_be_ended(payment)) view.redirect_url = vault.get(redirect_key(payment_id));
  if (payment.method == Method::transfer) {
    view.reference_code = rows.find<OrderRow>(payment.order_id.view())->code;
  }
  if (payment.state == PaymentState::failed) view.fail_reason = payment.fail_reason;
  view.disputed = payment.is_disputed;
  return view;
}

Decided<PaymentView> decide_open_payment(const Rows& rows, const Context& context,
                                         const OpenPayment& message, const Terms& terms) {
  const auto& order_id = message.order_id;
  const auto order = find_order(rows, context.person, order_id, message.secret, terms.mesh_key);
  if (!order) return order.error();
  if (const auto fit = check_payable(*order, context.now); !fit) return fit.error();
  if (order->total.amount > kPaymentMax) {
    return Error{Code::conflict, "amount_too_large",
                 "At most " + to_text({kPaymentMax, order->total.currency}) +
                     " are paid at once; order less, several times."};
  }
  const auto where = where_paid(message.method, order->organization_id, terms);
  if (!where) return where.error();
  if (const auto fit = check_return_url(message.return_url); !fit) return fit.error();

  Decision<PaymentView> decision;
  bool is_paid = false;
  std::optional<std::pair<Id, PaymentRow>> same;
  const auto count = for_each_payment(rows, order_id, [&](const Id& id, const PaymentRow& payment) {
    is_paid = is_paid || (has_money(payment) && payment.refunded < payment.amount.amount);
    const bool is_same =
        can_be_ended(payment) && payment.method == message.method && payment.amount == order->total;
    if (is_same && !same) same.emplace(id, payment);
  });
  if (is_paid) return Error{Code::conflict, "already_paid", "The order's money is here."};
  if (same) {
    decision.answer = view_of_payment(context.vault, rows, same->first, same->second);
    return decision;
  }
  if (count >= kPaymentsPerOrderMax) {
    return Error{Code::conflict, "too_many_payments",
                 "Too many payments were begun for this order; order again."};
  }
  end_open_payments(rows, context, order_id, FailReason::superseded, is_any, decision);
  PaymentRow payment{.organization_id = order->organization_id, .order_id = order_id};
  payment.method = message.method;
  payment.provider = where->provider;
  payment.account = where->account;
  payment.amount = order->total;
  payment.created_at = {context.now};
  const auto payment_id = context.fresh_id();
  auto wanted = about<Wanted>(payment_id, payment, context.now);
  wanted.method = payment.method;
  wanted.provider = payment.provider;
  wanted.amount = payment.amount;
  wanted.account = payment.account;
  decision.record(wanted);
  if (message.return_url) decision.keep(return_key(payment_id), *message.return_url);
  if (payment.method == Method::card) {
    begin_task(TaskKind::open, payment_id, context.now, decision);
  } else {
    payment.state = PaymentState::pending;
  }
  decision.answer = view_of_payment(context.vault, rows, payment_id, payment);
  return decision;
}

void take_money(const Rows& rows, const Context& context, const Id& payment_id,
                const PaymentRow& payment, const Money& received, Books& books, Effects& effects) {
  if (received == payment.amount) {
    effects.record(moved<Captured>(payment_id, payment, received, context.now));
  } else {
    auto held = about<HeldForReview>(payment_id, payment, context.now);
    held.received = received;
    effects.record(held);
  }
  book_capture(books, rows, movement_of(payment_id, payment, received, payment.reference));
}

void take_news(const Rows& rows, const Context& context, const Id& payment_id,
               const PaymentRow& payment, const IntentNews& news, Effects& effects) {
  const auto& money = news.money_reference;
  const auto key = reference_key(account_name(payment), money);
  if (!money.empty() && !rows.has(ReferenceRow::table, key)) {
    auto named = about<MoneyNamed>(payment_id, payment, context.now);
    named.reference = money;
    effects.record(named);
  }
  if (has_money(payment)) return;  // Whatever is told later is older.
  switch (news.state) {
    case IntentState::captured: {
      Books books(rows, {context.now}, effects);
      return take_money(rows, context, payment_id, payment, news.amount, books, effects);
    }
    case IntentState::failed:
    case IntentState::canceled: {
      if (!is_open(payment)) return;
      auto failed = moved<Failed>(payment_id, payment, payment.amount, context.now);
      const bool was_declined = news.state == IntentState::failed;
      failed.reason =
          was_declined ? FailReason::declined : payment.fail_reason.value_or(FailReason::abandoned);
      effects.record(failed);
      return;
    }
    case IntentState::requires_action:
      if (payment.state <= PaymentState::pending) {
        effects.record(about<ActionWanted>(payment_id, payment, context.now));
      }
      return;
    case IntentState::authorized:
    case IntentState::pending: return;
  }
}

Effects decide_order_over(const Rows& rows, const Context& context,
                          const api::ticket::Expired& fact) {
  Effects effects;
  end_open_payments(rows, context, fact.order_id, FailReason::order_over, is_any, effects);
  return effects;
}

Effects decide_order_cancelled(const Rows& rows, const Context& context,
                               const api::ticket::Cancelled& fact) {
  Effects effects;
  end_open_payments(rows, context, fact.order_id, FailReason::order_over, is_any, effects);
  return effects;
}

Effects decide_order_sold(const Rows& rows, const Context& context, const api::ticket::Sold& fact) {
  Effects effects;
  end_open_payments(rows, context, fact.order_id, FailReason::superseded, is_any, effects);
  return effects;
}

bool is_order_known(const Rows& rows, const api::ticket::Sold& fact) {
  return fact.payment_id || fact.total.amount > 0 || rows.find<OrderRow>(fact.order_id.view());
}

Effects decide_order_changed(const Rows& rows, const Context& context,
                             const api::ticket::OrderChanged& fact) {
  Effects effects;
  end_open_payments(
      rows, context, fact.order_id, FailReason::superseded,
      [&](const PaymentRow& payment) { return payment.amount != fact.total; }, effects);
  return effects;
}

void apply(Rows& rows, const Wanted& fact) {
  const bool is_by_hand = fact.method != Method::card;
  PaymentRow payment{.organization_id = fact.organization_id, .order_id = fact.order_id};
  payment.method = fact.method;
  payment.provider = fact.provider;
  payment.account = fact.account;
  payment.amount = fact.amount;
  payment.state = is_by_hand ? PaymentState::pending : PaymentState::opening;
  payment.created_at = fact.at;
  rows.save(fact.payment_id.view(), payment);
  rows.save(key_of(fact.order_id, newest_first(fact.payment_id)), PaymentOfOrder{});
  if (fact.method == Method::transfer) note_transfer_code(rows, fact);
}

void apply(Rows& rows, const Offered& fact) {
  change_payment(rows, fact.payment_id, [&](PaymentRow& payment) {
    CHECK_INVARIANT(payment.reference.empty());
    payment.reference = fact.reference;
    rows.save(reference_key(account_name(payment), fact.reference), ReferenceRow{fact.payment_id});
    if (payment.state != PaymentState::opening) return;
    payment.state = PaymentState::pending;
    set_task(rows, TaskKind::look_up, fact.payment_id, fact.at.ms + kFirstLookUp);
  });
  end_task(rows, TaskKind::open, fact.payment_id);
}

void apply(Rows& rows, const MoneyNamed& fact) {
  const auto payment = find_payment(rows, fact.payment_id);
  rows.save(reference_key(account_name(payment), fact.reference), ReferenceRow{fact.payment_id});
}

void apply(Rows& rows, const ActionWanted& fact) {
  change_payment(rows, fact.payment_id,
                 [](PaymentRow& payment) { payment.state = PaymentState::requires_action; });
}

void apply(Rows& rows, const CancelWanted& fact) {
  change_payment(rows, fact.payment_id, [&](PaymentRow& payment) {
    payment.state = PaymentState::closing;
    payment.fail_reason = fact.reason;
  });
  end_task(rows, TaskKind::look_up, fact.payment_id);
}

void apply(Rows& rows, const Captured& fact) {
  change_payment(rows, fact.payment_id, [&](PaymentRow& payment) {
    if (payment.state == PaymentState::held_for_review) {
      end_attention(rows, AttentionKind::review, fact.organization_id, fact.payment_id);
    } else {
      CHECK_INVARIANT(!has_money(payment));
      payment.received = fact.amount;
    }
    payment.state = PaymentState::captured;
  });
  end_tasks(rows, fact.payment_id);
}

void apply(Rows& rows, const HeldForReview& fact) {
  change_payment(rows, fact.payment_id, [&](PaymentRow& payment) {
    CHECK_INVARIANT(!has_money(payment));
    payment.received = fact.received;
    payment.state = PaymentState::held_for_review;
  });
  end_tasks(rows, fact.payment_id);
  add_attention(rows, AttentionKind::review, fact.organization_id, fact.payment_id, fact.payment_id,
                fact.at);
}

void apply(Rows& rows, const Failed& fact) {
  change_payment(rows, fact.payment_id, [&](PaymentRow& payment) {
    CHECK_INVARIANT(!has_money(payment));
    payment.state = PaymentState::failed;
    payment.fail_reason = fact.reason;
  });
  end_tasks(rows, fact.payment_id);
}

}  // namespace bilten::payment
