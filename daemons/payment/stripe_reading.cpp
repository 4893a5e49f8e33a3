#include "daemons/payment/stripe_reading.h"

#include "daemons/payment/json.h"
#include "daemons/payment/stripe_amounts.h"

namespace bilten::payment::stripe {
namespace {

constexpr size_t kEventBytesMax = 1 << 20;

using Kind = WebhookEvent::Kind;

IntentState state_of(const Session& session, std::string_view intent_status) {
  const auto status = session.status.value_or("");
  if (session.payment_status == "paid") return IntentState::captured;
  if (status == "expired") return IntentState::canceled;
  if (intent_status == "requires_action") return IntentState::requires_action;
  // While the page is open the buyer may try another card; afterwards nobody will.
  const bool refused = intent_status == "requires_payment_method" || intent_status == "canceled";
  return status == "complete" && refused ? IntentState::failed : IntentState::pending;
}

RefundState state_of(const Refund& refund) {
  const auto status = refund.status.value_or("");
  if (status == "succeeded") return RefundState::succeeded;
  return status == "failed" || status == "canceled" ? RefundState::failed : RefundState::pending;
}

std::optional<Id> id_of(const std::optional<std::string>& text) {
  return text ? Id::parse(*text) : std::nullopt;
}

// An inquiry is a bank's question; the money stays where it is until it becomes a dispute.
bool is_inquiry(const Dispute& dispute) {
  return dispute.status.starts_with("warning_");
}

Status fill(WebhookEvent& event, const Session& session) {
  const auto view = view_of(session);
  if (!view) return view.error();
  event.kind = Kind::intent;
  event.reference = session.id;
  event.sub_reference = session.payment_intent.value_or("");
  if (session.metadata) event.payment_id = id_of(session.metadata->payment_id);
  event.intent =
      event.type == "checkout.session.async_payment_failed" ? IntentState::failed : view->state;
  event.amount = view->amount;
  return Done{};
}

Status fill(WebhookEvent& event, const Refund& refund) {
  const auto view = view_of(refund);
  if (!view) return view.error();
  event.kind = Kind::refund;
  event.reference = refund.payment_intent.value_or(refund.charge.value_or(""));
  event.sub_reference = refund.id;
  if (refund.metadata) {
    event.payment_id = id_of(refund.metadata->payment_id);
    event.refund_id = id_of(refund.metadata->refund_id);
  }
  event.refund = view->state;
  event.amount = view->amount;
  return Done{};
}

Status fill(WebhookEvent& event, const Dispute& dispute) {
  auto amount = money_of(dispute.amount, dispute.currency);
  if (!amount) return amount.error();
  if (is_inquiry(dispute)) return Done{};
  event.kind = event.type == "charge.dispute.closed" ? Kind::dispute_closed : Kind::dispute_opened;
  event.reference = dispute.payment_intent.value_or(dispute.charge.value_or(""));
  event.sub_reference = dispute.id;
  event.won = dispute.status == "won";
  event.amount = std::move(*amount);
  if (dispute.evidence_details && dispute.evidence_details->due_by) {
    event.due_at = *dispute.evidence_details->due_by * 1000;
  }
  return Done{};
}

template <class T>
Status read_object(WebhookEvent& event, std::string_view packed) {
  const auto read = decode<Event<T>>(packed);
  return read ? fill(event, read->data.object) : Status(read.error());
}

// The types that say something new to us; docs/stripe.md tells organizers to choose just these.
// A dispute opens for us once it takes the money: an inquiry that becomes one says so the same way.
Status read_by_type(WebhookEvent& event, std::string_view packed) {
  const std::string_view type = event.type;
  if (type == "checkout.session.completed" || type == "checkout.session.expired" ||
      type == "checkout.session.async_payment_succeeded" ||
      type == "checkout.session.async_payment_failed") {
    return read_object<Session>(event, packed);
  }
  if (type == "refund.created" || type == "refund.updated" || type == "refund.failed") {
    return read_object<Refund>(event, packed);
  }
  if (type == "charge.dispute.funds_withdrawn" || type == "charge.dispute.closed") {
    return read_object<Dispute>(event, packed);
  }
  return Done{};
}

Error malformed(const Error& why) {
  Error error{Code::invalid, "malformed_webhook", why.detail, why.fields};
  if (!why.fields.empty()) error.detail = why.fields[0].pointer + " " + why.fields[0].message;
  return error;
}

}  // namespace

Result<IntentView> view_of(const Session& session, std::string_view intent_status) {
  if (!session.amount_total || !session.currency) {
    return Error{Code::invalid, "malformed_object", "a session without an amount"};
  }
  auto amount = money_of(*session.amount_total, *session.currency);
  if (!amount) return amount.error();
  return IntentView{.reference = session.id,
                    .state = state_of(session, intent_status),
                    .amount = std::move(*amount),
                    .redirect_url = session.url,
                    .money_reference = session.payment_intent.value_or("")};
}

Result<RefundView> view_of(const Refund& refund) {
  auto amount = money_of(refund.amount, refund.currency);
  if (!amount) return amount.error();
  const auto state = state_of(refund);
  return RefundView{.reference = refund.id,
                    .state = state,
                    .amount = std::move(*amount),
                    .failure = state == RefundState::failed ? *refund.status : ""};
}

Result<WebhookEvent> read_event(std::string_view body, bool live) {
  const auto packed = pack_json(body, kEventBytesMax);
  if (!packed) return malformed(packed.error());
  const auto head = decode<EventHead>(*packed);
  if (!head) return malformed(head.error());
  if (head->livemode != live) {
    return Error{Code::invalid, "wrong_mode",
                 live ? "An event of test mode came to a key for real money."
                      : "An event of real money came to a key of test mode."};
  }
  WebhookEvent event;
  event.id = head->id;
  event.type = head->type;
  event.at = head->created * 1000;
  const auto read = read_by_type(event, *packed);
  if (!read) return malformed(read.error());
  return event;
}

}  // namespace bilten::payment::stripe
