// What the payment service records of money in its ledger: entries of double entry.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::payment {

// The chart of accounts (docs/ledger.md has an example of each). Each organisation has a set of its
// own, one for each currency. Debits are positive, credits negative.
enum class AccountKind : uint8_t {
  clearing,           // What a provider holds for us. Of: the provider; "bank": what is at the
                      // platform's bank; "stripe-own": the organiser's own account there, whose
                      // money is theirs already.
  organizer_payable,  // What the organiser has earned and was not paid yet.
  buyer_fees,         // Fees that buyers paid on top; the organiser's as well.
  tax,                // What buyers paid as tax. Of: the rate, hundredths of a percent.
  platform_fees,      // What the platform has earned.
  provider_fees,      // What a provider kept for its work. Of: the provider.
  refunds,            // Promised to buyers, not back with them yet.
  disputes,           // Taken back by a provider, not decided yet.
  payouts,            // Set aside for the organiser, not sent yet.
  unapplied,          // Came in, and is of no order.
  rounding,           // Differences of a report too small to pursue.
};
constexpr auto names_of(AccountKind) {
  return std::array<std::string_view, 11>{
      "clearing", "organizer_payable", "buyer_fees", "tax",       "platform_fees", "provider_fees",
      "refunds",  "disputes",          "payouts",    "unapplied", "rounding"};
}

// Why an entry was made.
enum class EntryKind : uint8_t {
  capture,
  unapplied,
  provider_fee,
  refund_due,
  refund_sent,
  dispute_opened,
  dispute_won,
  dispute_lost,
  payout,
  payout_sent,
  reversal,
  correction,
  own_settled,  // Of what the organiser earned they had so much by themselves.
  refund_bounced,
  debt_received,    // The organiser sent the platform what they owed.
  provider_payout,  // A provider sent its balance to the platform's bank, or that came back.
};
constexpr auto names_of(EntryKind) {
  return std::array<std::string_view, 16>{
      "capture",     "unapplied",      "provider_fee",  "refund_due",
      "refund_sent", "dispute_opened", "dispute_won",   "dispute_lost",
      "payout",      "payout_sent",    "reversal",      "correction",
      "own_settled", "refund_bounced", "debt_received", "provider_payout"};
}

inline constexpr int64_t kPostingsMax = 40;

// What an entry adds to one account.
struct Posting {
  AccountKind account = AccountKind::clearing;
  std::string of;  // Which of the accounts of that kind, where there are several.
  Money amount;    // Debit positive, credit negative; never 0.
  bool operator==(const Posting&) const = default;
  static constexpr auto fields() {
    return field_list(field("account", &Posting::account),
                      field("of", &Posting::of, length(0, 32, Format::word)).or_default(),
                      field("amount", &Posting::amount, between(INT64_MIN, INT64_MAX))
                          .doc("Debit positive, credit negative."));
  }
};

// Why an entry is made, and what it is about.
struct EntryAbout {
  Id organization_id;
  EntryKind kind = EntryKind::correction;
  std::optional<Id> event_id = {}, order_id = {}, payment_id = {};
  std::string reference = {};            // The provider's own, to compare its reports with.
  std::optional<int64_t> reverses = {};  // The number of the entry that this one undoes.
  bool operator==(const EntryAbout&) const = default;
  static constexpr auto fields() {
    using Self = EntryAbout;
    return field_list(field("organization_id", &Self::organization_id), field("kind", &Self::kind),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("payment_id", &Self::payment_id),
                      field("reference", &Self::reference, length(0, 255)).or_default(),
                      field("reverses", &Self::reverses, between(1, INT64_MAX)));
  }
};

struct Posted : EntryAbout {
  static constexpr std::string_view name = "payment.posted";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "The ledger has an entry more. Its postings sum to zero in each currency; it never changes.";
  int64_t number = 0;  // From 1, over all organisations: a later entry has a higher one.
  std::vector<Posting> postings;
  Instant at;
  static constexpr auto fields() {
    return join_fields(EntryAbout::fields(),
                       field_list(field("number", &Posted::number, between(1, INT64_MAX)),
                                  field("postings", &Posted::postings, items(2, kPostingsMax)),
                                  field("at", &Posted::at)));
  }
};

using LedgerFacts = std::variant<Posted>;

}  // namespace bilten::api::payment
