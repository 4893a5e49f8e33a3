// What the payment service records on the way to money, for itself alone: what it wants of a
// provider, how that went, what a provider said.
#pragma once

#include <variant>

#include "common/api/payment_terms.h"

namespace bilten::api::payment {

// The base of facts about one payment.
struct OfPayment {
  Id organization_id, order_id, payment_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &OfPayment::organization_id),
                      field("order_id", &OfPayment::order_id),
                      field("payment_id", &OfPayment::payment_id), field("at", &OfPayment::at));
  }
};

// Somebody wants to pay an order: the provider is to be asked for an intent.
struct Wanted : OfPayment {
  static constexpr std::string_view name = "payment.wanted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Somebody wants to pay an order.";
  Method method = Method::card;
  std::string provider;
  Money amount;  // The order's total of this moment.
  ProviderAccount account = ProviderAccount::platform;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(),
                       field_list(field("method", &Wanted::method),
                                  field("provider", &Wanted::provider, length(1, kProviderNameMax)),
                                  field("amount", &Wanted::amount, between(1, kMoneyMax)),
                                  field("account", &Wanted::account).or_default()));
  }
};

// The provider has an intent, and the payer somewhere to go.
struct Offered : OfPayment {
  static constexpr std::string_view name = "payment.offered";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The provider waits for the payer.";
  std::string reference;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(), field_list(field("reference", &Offered::reference,
                                                             length(1, kReferenceMax))));
  }
};

// Refunds and disputes name the money by a reference of its own.
struct MoneyNamed : OfPayment {
  static constexpr std::string_view name = "payment.money_named";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The provider has another name for the payment's money.";
  std::string reference;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(), field_list(field("reference", &MoneyNamed::reference,
                                                             length(1, kReferenceMax))));
  }
};

struct ActionWanted : OfPayment {
  static constexpr std::string_view name = "payment.action_wanted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The payer's bank asks for something more.";
};

// Nobody shall pay by this one any more; should money come all the same, it is taken as ever.
struct CancelWanted : OfPayment {
  static constexpr std::string_view name = "payment.cancel_wanted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A payment is to be ended at the provider.";
  FailReason reason = FailReason::superseded;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(), field_list(field("reason", &CancelWanted::reason)));
  }
};

struct HeldForReview : OfPayment {
  static constexpr std::string_view name = "payment.held_for_review";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "Money came that is not what was asked for: staff decides what becomes of it.";
  Money received;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(), field_list(field("received", &HeldForReview::received,
                                                             between(0, kMoneyMax))));
  }
};

struct Reviewed : OfPayment {
  static constexpr std::string_view name = "payment.reviewed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Staff has decided about money that was held for review.";
  bool released = false;  // It counts as paid; otherwise it goes back.
  Id person_id;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(), field_list(field("released", &Reviewed::released),
                                                       field("person_id", &Reviewed::person_id)));
  }
};

struct RefundWanted : OfPayment {
  static constexpr std::string_view name = "payment.refund_wanted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Money is to go back by the way it came.";
  Id refund_id;
  std::optional<Id> asked_id;  // Of ticket.refunded.
  Money amount;
  static constexpr auto fields() {
    return join_fields(OfPayment::fields(),
                       field_list(field("refund_id", &RefundWanted::refund_id),
                                  field("asked_id", &RefundWanted::asked_id),
                                  field("amount", &RefundWanted::amount, between(1, kMoneyMax))));
  }
};

// The base of facts about one refund.
struct OfRefund {
  Id organization_id, payment_id, refund_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &OfRefund::organization_id),
                      field("payment_id", &OfRefund::payment_id),
                      field("refund_id", &OfRefund::refund_id), field("at", &OfRefund::at));
  }
};

// The money went back, as payment.refunded beside it tells everybody.
struct RefundDone : OfRefund {
  static constexpr std::string_view name = "payment.refund_done";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "The provider has given money back.";
  std::string reference;
  std::optional<int64_t> part = {};  // Minor units; absent: all of it.
  static constexpr auto fields() {
    return join_fields(
        OfRefund::fields(),
        field_list(field("reference", &RefundDone::reference, length(0, kReferenceMax)),
                   field("part", &RefundDone::part, between(1, kMoneyMax))));
  }
};

struct RefundFailed : OfRefund {
  static constexpr std::string_view name = "payment.refund_failed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Money could not be given back; staff is to look at it.";
  std::string reason;
  std::optional<std::string> reference = {};
  static constexpr auto fields() {
    return join_fields(
        OfRefund::fields(),
        field_list(field("reason", &RefundFailed::reason, length(0, 64)),
                   field("reference", &RefundFailed::reference, length(1, kReferenceMax))));
  }
};

struct RefundBounced : OfRefund {
  static constexpr std::string_view name = "payment.refund_bounced";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "Money that had gone back came here again, for its bank did not take it; staff is to look at "
      "it.";
  std::string reason;
  std::optional<std::string> reference = {};  // That it had gone under; absent: of all of it.
  // Of a part of the refund: how much, minor units, and the refund that it is from here on.
  std::optional<int64_t> part = {};
  std::optional<Id> part_id = {};
  // Of what came, minor units: the buyer has as much by a dispute that was lost, and it is not due.
  int64_t settled = 0;
  static constexpr auto fields() {
    using Self = RefundBounced;
    return join_fields(
        OfRefund::fields(),
        field_list(field("reason", &Self::reason, length(0, 64)),
                   field("reference", &Self::reference, length(0, kReferenceMax)),
                   field("part", &Self::part, between(1, kMoneyMax)),
                   field("part_id", &Self::part_id),
                   field("settled", &Self::settled, between(0, kMoneyMax)).or_default()));
  }
};

struct RefundRetried : OfRefund {
  static constexpr std::string_view name = "payment.refund_retried";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Staff wants a failed refund to be tried again.";
};

// The base of facts about something to be done at a provider.
struct OfTask {
  TaskKind kind = TaskKind::open;
  Id id;  // The payment's; of a refund the refund's.
  static constexpr auto fields() {
    return field_list(field("kind", &OfTask::kind), field("id", &OfTask::id));
  }
};

struct Attempted : OfTask {
  static constexpr std::string_view name = "payment.attempted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "A provider is asked; again at next_at, if it says nothing.";
  int64_t attempt = 1;
  Instant next_at;
  static constexpr auto fields() {
    return join_fields(OfTask::fields(),
                       field_list(field("attempt", &Attempted::attempt, between(1, INT64_MAX)),
                                  field("next_at", &Attempted::next_at)));
  }
};

struct Postponed : OfTask {
  static constexpr std::string_view name = "payment.postponed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A provider could not say; it is asked again at next_at.";
  Instant next_at;
  static constexpr auto fields() {
    return join_fields(OfTask::fields(), field_list(field("next_at", &Postponed::next_at)));
  }
};

struct RefundsPaced {
  static constexpr std::string_view name = "payment.refunds_paced";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "An account's provider is asked for no refund before that: some were just now, or it wants "
      "us "
      "to wait.";
  std::string account;
  Instant not_before;
  static constexpr auto fields() {
    return field_list(field("account", &RefundsPaced::account, length(1, kAccountNameMax)),
                      field("not_before", &RefundsPaced::not_before));
  }
};

struct GivenUp : OfTask {
  static constexpr std::string_view name = "payment.given_up";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "A provider was asked so often in vain that it is not asked again unless staff wants it.";
  Id organization_id, payment_id;
  Instant at;
  static constexpr auto fields() {
    return join_fields(
        OfTask::fields(),
        field_list(field("organization_id", &GivenUp::organization_id),
                   field("payment_id", &GivenUp::payment_id), field("at", &GivenUp::at)));
  }
};

struct WebhookTaken {
  static constexpr std::string_view name = "payment.webhook_taken";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A provider told something genuine for the first time.";
  std::string provider, event_id, type;
  bool is_ours = true;  // Otherwise it is about nothing that is known here.
  Instant at;
  std::optional<Id> organization_id = {};  // Whose own account told it; absent: the platform's.
  std::optional<std::string> failed_refund = {};  // That it says has failed, as it is called there.
  static constexpr auto fields() {
    using Self = WebhookTaken;
    return field_list(field("provider", &Self::provider, length(1, kProviderNameMax)),
                      field("event_id", &Self::event_id, length(1, kReferenceMax)),
                      field("type", &Self::type, length(0, 100)), field("is_ours", &Self::is_ours),
                      field("at", &Self::at), field("organization_id", &Self::organization_id),
                      field("failed_refund", &Self::failed_refund, length(1, kReferenceMax)));
  }
};

using FlowFacts =
    std::variant<Wanted, Attempted, Offered, WebhookTaken, ActionWanted, CancelWanted, Postponed,
                 HeldForReview, Reviewed, MoneyNamed, RefundWanted, RefundDone, RefundFailed,
                 RefundBounced, RefundRetried, GivenUp, RefundsPaced>;

}  // namespace bilten::api::payment
