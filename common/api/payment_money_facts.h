// What the payment service announces of money: the facts that ticket follows. Amounts are what
// moved; of a dispute, what it may cost the order. Card data and names never leave the payment
// service.
#pragma once

#include <variant>

#include "common/api/payment_terms.h"

namespace bilten::api::payment {

// Which money a fact is about; the base of the facts here.
struct Moved {
  Id organization_id, order_id, payment_id;
  Money amount;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Moved::organization_id),
                      field("order_id", &Moved::order_id), field("payment_id", &Moved::payment_id),
                      field("amount", &Moved::amount, between(0, kMoneyMax)),
                      field("at", &Moved::at));
  }
};

struct Captured : Moved {
  static constexpr std::string_view name = "payment.captured";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An order's money is here.";
};

struct Failed : Moved {
  static constexpr std::string_view name = "payment.failed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A payment was refused or given up; another may follow while the order is held.";
  FailReason reason = FailReason::declined;
  static constexpr auto fields() {
    return join_fields(Moved::fields(), field_list(field("reason", &Failed::reason).or_default()));
  }
};

struct Refunded : Moved {
  static constexpr std::string_view name = "payment.refunded";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Money went back to who paid: for a ticket.refunded or ticket.paid_too_late, or by "
      "somebody's hand at the provider.";
  std::optional<Id> refund_id;  // Of ticket.refunded; absent: nobody asked for it here.
  static constexpr auto fields() {
    return join_fields(Moved::fields(), field_list(field("refund_id", &Refunded::refund_id)));
  }
};

struct Disputed : Moved {
  static constexpr std::string_view name = "payment.disputed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Who paid has asked their bank for the money back; it is decided later.";
  std::string reference = {};          // The provider's id of the dispute.
  std::optional<Instant> due_at = {};  // Evidence is heard until then.
  // Minor units, beside the amount: what the bank takes although it had gone back before.
  int64_t taken_again = 0;
  static constexpr auto fields() {
    return join_fields(
        Moved::fields(),
        field_list(
            field("reference", &Disputed::reference, length(0, kReferenceMax)).or_default(),
            field("due_at", &Disputed::due_at),
            field("taken_again", &Disputed::taken_again, between(0, kMoneyMax)).or_default()));
  }
};

struct DisputeClosed : Moved {
  static constexpr std::string_view name = "payment.dispute_closed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A dispute is decided.";
  bool won = false;         // The money stays; otherwise it went back.
  int64_t taken_again = 0;  // As of payment.disputed.
  static constexpr auto fields() {
    return join_fields(
        Moved::fields(),
        field_list(
            field("won", &DisputeClosed::won),
            field("taken_again", &DisputeClosed::taken_again, between(0, kMoneyMax)).or_default()));
  }
};

using MoneyFacts = std::variant<Captured, Failed, Refunded, Disputed, DisputeClosed>;

}  // namespace bilten::api::payment
