// What is remembered of comparing a provider's report with the ledger.
#pragma once

#include "common/api/payment_reconcile.h"
#include "daemons/payment/ledger_rows.h"

namespace bilten::payment {

using api::payment::ReconcilePhase;

// Reports are of accounts, by account_name: "stripe", of one that an organisation has
// "stripe-<its id>". Whose it is; nothing: the platform's.
inline std::optional<Id> owner_of(std::string_view account) {
  constexpr size_t id_size = 36;
  if (account.size() < id_size + 2 || account[account.size() - id_size - 1] != '-') return {};
  return Id::parse(account.substr(account.size() - id_size));
}
// What the ledger's clearing account is "of" where that account's money is booked.
inline std::string clearing_of(std::string_view account) {
  const auto owner = owner_of(account);
  if (!owner) return std::string(account);
  return std::string(account.substr(0, account.size() - owner->text().size() - 1)) +
         std::string(kOwnSuffix);
}

// Key: the account's name. Of the run that is under way, or of the last.
struct ReconcileRow {
  static constexpr std::string_view table = "reconcile";
  ReconcilePhase phase = ReconcilePhase::idle;
  int64_t run = 0, attempts = 0;
  Instant from = {}, until = {};
  std::string cursor = {};  // Of the page to read next.
  int64_t lines = 0;
  std::optional<Instant> compared_until = {};  // By the last run that was not given up.
  int64_t matched = 0, unlisted = 0;           // Of that one; differences beyond those it lists.
  std::string failure = {};
  std::optional<Instant> ended_at = {}, next_at = {};
  static constexpr auto fields() {
    using Self = ReconcileRow;
    constexpr auto count = between(0, INT64_MAX);
    return join_fields(
        field_list(field("phase", &Self::phase), field("run", &Self::run, count),
                   field("attempts", &Self::attempts, count), field("from", &Self::from),
                   field("until", &Self::until),
                   field("cursor", &Self::cursor, length(0, api::payment::kReferenceMax)),
                   field("lines", &Self::lines, count)),
        field_list(field("compared_until", &Self::compared_until),
                   field("matched", &Self::matched, count),
                   field("unlisted", &Self::unlisted, count),
                   field("failure", &Self::failure, length(0, 64)),
                   field("ended_at", &Self::ended_at), field("next_at", &Self::next_at)));
  }
};

// Key: the account's name, a 0 byte, the run, the movement's turn. Until the next run is read.
struct ReportRow : api::payment::ReportedMovement {
  static constexpr std::string_view table = "report";
};
inline std::string provider_prefix(std::string_view provider) {
  return std::string(RowKey().text(provider).end());
}
inline std::string report_prefix(std::string_view provider, int64_t run) {
  return std::string(RowKey().text(provider).end().number(static_cast<uint64_t>(run)));
}

// Key: the account's name, a 0 byte, the reference, a 0 byte, the currency. One that stands.
struct DifferenceRow : api::payment::OpenDifference {
  static constexpr std::string_view table = "difference";
  bool is_dismissed = false;
  static constexpr auto fields() {
    return join_fields(api::payment::OpenDifference::fields(),
                       field_list(field("is_dismissed", &DifferenceRow::is_dismissed)));
  }
};
inline std::string difference_key(std::string_view provider, std::string_view reference,
                                  std::string_view currency) {
  return std::string(RowKey().text(provider).end().text(reference).end().text(currency));
}

// Key: the account's name, a 0 byte, its line's reference. A fee, or a payout, that is booked.
struct BookedFee {
  static constexpr std::string_view table = "booked_fee";
  static constexpr auto fields() { return field_list(); }
};

}  // namespace bilten::payment
