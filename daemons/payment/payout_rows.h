// What the payment service remembers of paying organisers.
#pragma once

#include "common/api/payment_payouts.h"
#include "common/store/rows.h"
#include "daemons/payment/ledger_rows.h"

namespace bilten::payment {

using api::payment::PayoutPart;
using api::payment::PayoutState;
using api::payment::PayoutTerms;

// Key: event id. When its money is due is counted from its end.
struct EventEndRow {
  static constexpr std::string_view table = "event_end";
  Id organization_id;
  Instant ends_at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &EventEndRow::organization_id),
                      field("ends_at", &EventEndRow::ends_at));
  }
};

// Key: organisation id. Absent: the terms as they are by themselves.
struct PayoutTermsRow {
  static constexpr std::string_view table = "payout_terms";
  PayoutTerms terms;
  static constexpr auto fields() { return field_list(field("terms", &PayoutTermsRow::terms)); }
};

// Key: owed_key. What is owed to the organiser about one event, or is at risk for it, by account;
// an account at 0 is left out, so that what is settled costs nothing.
struct OwedRow {
  static constexpr std::string_view table = "owed";
  int64_t balance = 0;  // Debit positive.
  static constexpr auto fields() {
    return field_list(field("balance", &OwedRow::balance, between(INT64_MIN, INT64_MAX)));
  }
};

// Key: organisation id, event id (nil: of no event), currency. What was paid out for it.
struct EventPaidRow {
  static constexpr std::string_view table = "event_paid";
  int64_t amount = 0;
  static constexpr auto fields() {
    return field_list(field("amount", &EventPaidRow::amount, between(INT64_MIN, INT64_MAX)));
  }
};

// Key: payout id.
struct PayoutRow {
  static constexpr std::string_view table = "payout";
  Id organization_id;
  PayoutState state = PayoutState::made;
  Money amount = {};
  std::vector<PayoutPart> parts = {};
  std::string reference = {};
  Instant at = {};
  std::optional<Instant> ended_at = {};
  static constexpr auto fields() {
    using Self = PayoutRow;
    return field_list(field("organization_id", &Self::organization_id),
                      field("state", &Self::state),
                      field("amount", &Self::amount, between(1, INT64_MAX)),
                      field("parts", &Self::parts, items(1, api::payment::kPayoutEventsMax)),
                      field("reference", &Self::reference, length(0, 255)), field("at", &Self::at),
                      field("ended_at", &Self::ended_at));
  }
};

// Key: organisation id, payout id with its bits turned: the newest first.
struct PayoutOfOrganization {
  static constexpr std::string_view table = "payout_of_organization";
  static constexpr auto fields() { return field_list(); }
};

inline std::string owed_key(const Id& organization_id, const Id& event_id, const Account& account) {
  RowKey key(organization_id);
  return std::string(add_account(key.id(event_id), account));
}
inline std::string event_paid_key(const Id& organization_id, const Id& event_id,
                                  std::string_view currency) {
  return std::string(RowKey(organization_id).id(event_id).text(currency));
}
inline Id turned(Id id) {
  for (auto& byte : id.bytes) byte = static_cast<uint8_t>(~byte);
  return id;
}
inline std::string payout_of_key(const Id& organization_id, const Id& payout_id) {
  return std::string(RowKey(organization_id).id(turned(payout_id)));
}

}  // namespace bilten::payment
