#include "daemons/payment/webhooks.h"

#include "daemons/payment/bounces.h"
#include "daemons/payment/disputes.h"
#include "daemons/payment/foreign_refunds.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/refunds.h"
#include "daemons/payment/tasks.h"

namespace bilten::payment {

using api::payment::Offered;
using api::payment::TakeOwnWebhook;
using api::payment::TakeWebhook;
using api::payment::WebhookTaken;

namespace {

constexpr size_t kForgottenAtOnce = 2;
// Longer than it takes until an open payment is looked up.
constexpr UnixMillis kUnknownForMost = 3'600'000;

using Kind = WebhookEvent::Kind;

// What a provider signed is recorded for ever: it must be within the bounds of facts all the same.
bool is_within_bounds(const WebhookEvent& event) {
  constexpr size_t most = api::payment::kReferenceMax;
  if (event.id.empty() || event.id.size() > most || event.reference.size() > most ||
      event.sub_reference.size() > most) {
    return false;
  }
  return event.kind == Kind::other ||
         (event.amount.amount >= 0 && event.amount.amount <= api::payment::kPaymentMax &&
          currency_decimals(event.amount.currency));
}

// A webhook may come before the answer to the call that made the intent. Whoever has an account
// knows what signs its webhooks, and could say anything of others' payments: nothing is heard but
// of those that were opened in it.
std::optional<Id> find_subject(const Rows& rows, const std::string& account,
                               const WebhookEvent& event) {
  std::optional<Id> found;
  if (const auto known = rows.find<ReferenceRow>(reference_key(account, event.reference))) {
    found = known->payment_id;
  } else if (event.payment_id) {
    found = event.payment_id;
  }
  if (!found) return std::nullopt;
  const auto payment = rows.find<PaymentRow>(found->view());
  const bool fits = payment && account_name(*payment) == account;
  return fits ? found : std::nullopt;
}

void take_intent_event(const Rows& rows, const Context& context, const Id& payment_id,
                       const PaymentRow& payment, const WebhookEvent& event, Effects& effects) {
  if (payment.reference.empty() && !event.reference.empty()) {
    auto offered = about<Offered>(payment_id, payment, context.now);
    offered.reference = event.reference;
    effects.record(offered);
  }
  take_news(rows, context, payment_id, payment, {event.intent, event.amount, event.sub_reference},
            effects);
}

// The refund here that the event is about: one of ours by its id, one by hand by what it is called
// there. Nothing: it is not known yet.
std::optional<Id> find_refund(const Rows& rows, const Id& payment_id, const WebhookEvent& event) {
  const auto own = event.refund_id ? rows.find<RefundRow>(event.refund_id->view()) : std::nullopt;
  if (own && own->payment_id == payment_id) return event.refund_id;
  std::optional<Id> found;
  rows.scan<RefundOfPayment>(payment_id.view(), {}, kRefundsOfPaymentMax,
                             [&](std::string_view key, const RefundOfPayment&) {
                               const auto id = *Id::from_bytes(key.substr(16));
                               const auto refund = rows.find<RefundRow>(id.view());
                               CHECK_INVARIANT(refund);
                               if (refund->reference == event.sub_reference) found = id;
                               return !found;
                             });
  return found;
}

Status take_refund_event(const Rows& rows, const Context& context, const Id& payment_id,
                         const PaymentRow& payment, const WebhookEvent& event, Effects& effects) {
  const RefundNews news{event.refund, event.sub_reference, "failed_later"};
  if (take_bounce(rows, context, payment_id, payment, news, effects)) return Done{};
  if (const auto known = find_refund(rows, payment_id, event)) {
    take_refund_news(rows, context.now, *known, news, effects);
  } else if (event.refund == RefundState::succeeded) {
    return take_foreign_refund(rows, context, payment_id, payment, event.amount,
                               event.sub_reference, effects);
  }
  return Done{};
}

// It may be known here by no other name yet, or never be: that it went may be told afterwards.
bool tells_failed_refund(const WebhookEvent& event) {
  return event.kind == Kind::refund && event.refund == RefundState::failed &&
         !event.sub_reference.empty();
}

// Money goes back of a payment whose money is not known here: what tells that it came is on its way
// still. Of an intent that is not known at all it may be nobody's here; then it is taken later.
bool is_too_early(const WebhookEvent& event, const std::optional<PaymentRow>& payment,
                  UnixMillis now) {
  if (event.kind == Kind::intent || event.kind == Kind::other) return false;
  return payment ? !has_money(*payment) : now - event.at < kUnknownForMost;
}

Status take_event(const Rows& rows, const Context& context, const Id& payment_id,
                  const PaymentRow& payment, const WebhookEvent& event, Effects& effects) {
  switch (event.kind) {
    case Kind::intent: take_intent_event(rows, context, payment_id, payment, event, effects); break;
    case Kind::refund: return take_refund_event(rows, context, payment_id, payment, event, effects);
    case Kind::dispute_opened:
    case Kind::dispute_closed:
      take_dispute(rows, context.now, payment_id, payment, event, effects);
      break;
    case Kind::other: break;
  }
  return Done{};
}

Decided<Nothing> take_webhook(const Rows& rows, const Context& context, const TakeWebhook& message,
                              const std::optional<Id>& owner, const Providers& providers) {
  const auto account = account_name(message.provider, owner);
  const auto provider = providers(account, {});
  if (!provider) {
    return Error{Code::not_found, "unknown_provider", "No such provider is configured here."};
  }
  const auto& signature = message.provider == "stripe" ? message.header_stripe_signature
                                                       : message.header_bilten_signature;
  const auto event = provider->read_webhook(
      {message.raw_body.data, signature ? std::string_view(*signature) : std::string_view()},
      context.now);
  if (!event) return event.error();
  if (!is_within_bounds(*event)) {
    return Error{Code::invalid, "malformed_webhook", "Its ids or its amount are out of bounds."};
  }
  Decision<Nothing> decision;
  if (rows.has(WebhookRow::table, reference_key(account, event->id))) return decision;
  const auto payment_id = find_subject(rows, account, *event);
  const auto payment = payment_id ? rows.find<PaymentRow>(payment_id->view()) : std::nullopt;
  if (is_too_early(*event, payment, context.now)) return too_early();
  WebhookTaken taken{.provider = message.provider,
                     .event_id = event->id,
                     .type = event->type.substr(0, 100),
                     .is_ours = payment_id && event->kind != Kind::other,
                     .at = {context.now},
                     .organization_id = owner};
  if (payment_id && tells_failed_refund(*event)) taken.failed_refund = event->sub_reference;
  decision.record(taken);
  if (!payment_id) return decision;
  if (auto done = take_event(rows, context, *payment_id, *payment, *event, decision); !done) {
    return done.error();
  }
  return decision;
}

}  // namespace

Decided<Nothing> decide_webhook(const Rows& rows, const Context& context,
                                const TakeWebhook& message, const Providers& providers) {
  return take_webhook(rows, context, message, std::nullopt, providers);
}

Decided<Nothing> decide_own_webhook(const Rows& rows, const Context& context,
                                    const TakeOwnWebhook& message, const Providers& providers) {
  return take_webhook(rows, context, message, message.organization_id, providers);
}

void apply(Rows& rows, const WebhookTaken& fact) {
  const auto account = account_name(fact.provider, fact.organization_id);
  if (fact.failed_refund) note_failed_refund(rows, account, *fact.failed_refund);
  const auto key = reference_key(account, fact.event_id);
  rows.save(key, WebhookRow{});
  rows.save(std::string(RowKey().number(static_cast<uint64_t>(fact.at.ms)).text(key)),
            WebhookAge{});
  const auto limit = fact.at.ms - kWebhooksKept;
  std::vector<std::string> old;
  rows.scan<WebhookAge>({}, {}, kForgottenAtOnce, [&](std::string_view age, const WebhookAge&) {
    const std::string until(RowKey().number(static_cast<uint64_t>(std::max<int64_t>(limit, 0))));
    if (age.substr(0, 8) < until) old.emplace_back(age);
    return true;
  });
  for (const auto& age : old) {
    rows.erase<WebhookRow>(std::string_view(age).substr(8));
    rows.erase<WebhookAge>(age);
  }
}

}  // namespace bilten::payment
