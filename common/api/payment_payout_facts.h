// What the payment service records of paying organisers.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::payment {

inline constexpr int64_t kPayoutDaysMax = 365;
// More events that are due go into the payout after it.
inline constexpr int64_t kPayoutEventsMax = 100;

// When an organisation is paid, and how much is kept back for a while.
struct PayoutTerms {
  int64_t days = 7;
  int64_t hold_back_rate = 0;
  int64_t hold_back_days = 30;
  bool operator==(const PayoutTerms&) const = default;
  static constexpr auto fields() {
    using Self = PayoutTerms;
    return field_list(field("days", &Self::days, between(0, kPayoutDaysMax))
                          .or_default()
                          .doc("After an event's end, until its money is due."),
                      field("hold_back_rate", &Self::hold_back_rate, between(0, ticket::kRateMax))
                          .or_default()
                          .doc("Of what an event earned, hundredths of a percent, kept for refunds "
                               "and disputes."),
                      field("hold_back_days", &Self::hold_back_days, between(0, kPayoutDaysMax))
                          .or_default()
                          .doc("After that, until what was kept back is due as well."));
  }
};

struct PayoutTermsSet {
  static constexpr std::string_view name = "payment.payout_terms_set";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An organisation is paid on other terms from now on.";
  Id organization_id;
  PayoutTerms terms;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &PayoutTermsSet::organization_id),
                      field("terms", &PayoutTermsSet::terms), field("at", &PayoutTermsSet::at));
  }
};

struct PayoutDue {
  static constexpr std::string_view name = "payment.payout_due";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "The time came to pay an event's organiser. A payout beside it: there was something to pay.";
  Id organization_id, event_id;
  std::optional<Instant> next_at;  // When to look again; absent: all of it was due.
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &PayoutDue::organization_id),
                      field("event_id", &PayoutDue::event_id),
                      field("next_at", &PayoutDue::next_at), field("at", &PayoutDue::at));
  }
};

// An event's part in a payout, minor units. What an event owes is carried: it lessens the payout.
struct PayoutPart {
  std::optional<Id> event_id;  // Absent: of no event.
  int64_t amount = 0;          // Negative: it owes as much.
  int64_t held_back = 0;       // Not due yet.
  int64_t disputed = 0;        // Kept until its disputes are decided.
  int64_t entry = 0;           // The ledger's, that set it aside.
  bool operator==(const PayoutPart&) const = default;
  static constexpr auto fields() {
    using Self = PayoutPart;
    return field_list(field("event_id", &Self::event_id),
                      field("amount", &Self::amount, between(INT64_MIN, INT64_MAX)),
                      field("held_back", &Self::held_back, between(0, INT64_MAX)),
                      field("disputed", &Self::disputed, between(0, INT64_MAX)),
                      field("entry", &Self::entry, between(0, INT64_MAX)));
  }
};

struct PayoutMade {
  static constexpr std::string_view name = "payment.payout_made";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Money is set aside for an organiser. It is sent by hand, and payment.payout_sent tells of "
      "it.";
  Id organization_id, payout_id;
  Money amount;  // Above 0: what the parts sum to.
  std::vector<PayoutPart> parts;
  Instant at;
  static constexpr auto fields() {
    using Self = PayoutMade;
    return field_list(
        field("organization_id", &Self::organization_id), field("payout_id", &Self::payout_id),
        field("amount", &Self::amount, between(1, INT64_MAX)),
        field("parts", &Self::parts, items(1, kPayoutEventsMax)), field("at", &Self::at));
  }
};

// How a payout ended; the base of the two below.
struct PayoutMoved {
  Id organization_id, payout_id;
  Money amount;
  Instant at;
  static constexpr auto fields() {
    using Self = PayoutMoved;
    return field_list(
        field("organization_id", &Self::organization_id), field("payout_id", &Self::payout_id),
        field("amount", &Self::amount, between(1, INT64_MAX)), field("at", &Self::at));
  }
};

struct PayoutSent : PayoutMoved {
  static constexpr std::string_view name = "payment.payout_sent";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A payout's money is on its way to the organiser.";
  std::string from;       // Which clearing account it went from.
  std::string reference;  // Of the transfer, at the bank.
  static constexpr auto fields() {
    using Self = PayoutSent;
    return join_fields(PayoutMoved::fields(),
                       field_list(field("from", &Self::from, length(1, 32, Format::word)),
                                  field("reference", &Self::reference, length(0, 255))));
  }
};

struct PayoutFailed : PayoutMoved {
  static constexpr std::string_view name = "payment.payout_failed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A payout did not reach the organiser; its money is owed again.";
};

using PayoutFacts = std::variant<PayoutTermsSet, PayoutDue, PayoutMade, PayoutSent, PayoutFailed>;

}  // namespace bilten::api::payment
