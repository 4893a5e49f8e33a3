// What the payment service records of comparing a provider's report with the ledger, for itself
// alone: how far a run is, what the provider reported, how both differ.
#pragma once

#include <variant>

#include "common/api/payment_terms.h"

namespace bilten::api::payment {

inline constexpr int64_t kReportPageMax = 100;
inline constexpr int64_t kDifferencesMax = 1000;

enum class DifferenceKind : uint8_t { missing_here, missing_there, other_amount };
constexpr auto names_of(DifferenceKind) {
  return std::array<std::string_view, 3>{"missing_here", "missing_there", "other_amount"};
}

struct Difference {
  DifferenceKind kind = DifferenceKind::missing_here;
  std::string reference;
  std::string currency;
  int64_t ours = 0, theirs = 0;
  Instant at = {};
  bool operator==(const Difference&) const = default;
  static constexpr auto fields() {
    using Self = Difference;
    constexpr auto any = between(INT64_MIN, INT64_MAX);
    return field_list(field("kind", &Self::kind),
                      field("reference", &Self::reference, length(0, kReferenceMax)),
                      field("currency", &Self::currency, length(3, 3)),
                      field("ours", &Self::ours, any).doc("What the ledger has, minor units."),
                      field("theirs", &Self::theirs, any).doc("What the report has."),
                      field("at", &Self::at).or_default().doc("When the money moved first."));
  }
};

// The base of facts about one run. `provider` is the account whose report it is: "stripe", of one
// that an organisation has "stripe-<its id>".
struct OfReconcile {
  std::string provider;
  int64_t run = 0;  // From 1.
  Instant at = {};
  static constexpr auto fields() {
    using Self = OfReconcile;
    return field_list(field("provider", &Self::provider, length(1, kAccountNameMax)),
                      field("run", &Self::run, between(1, INT64_MAX)), field("at", &Self::at));
  }
};

struct ReconcileBegun : OfReconcile {
  static constexpr std::string_view name = "payment.reconcile_begun";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A provider's report of some time is to be read.";
  Instant from = {}, until = {};
  static constexpr auto fields() {
    return join_fields(OfReconcile::fields(), field_list(field("from", &ReconcileBegun::from),
                                                         field("until", &ReconcileBegun::until)));
  }
};

// Until next_at it is expected to go on by itself; then it is looked at again.
struct ReconcilePlanned {
  static constexpr std::string_view name = "payment.reconcile_planned";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "When the report of a provider is seen to next.";
  std::string provider;
  int64_t attempts = 0;  // Of the step that a run is at.
  std::optional<Instant> next_at = {};
  static constexpr auto fields() {
    using Self = ReconcilePlanned;
    return field_list(field("provider", &Self::provider, length(1, kAccountNameMax)),
                      field("attempts", &Self::attempts, between(0, INT64_MAX)),
                      field("next_at", &Self::next_at));
  }
};

// Under the name that the ledger has for it.
struct ReportedMovement {
  std::string reference;
  Money amount;  // To us positive.
  Instant at = {};
  static constexpr auto fields() {
    using Self = ReportedMovement;
    return field_list(field("reference", &Self::reference, length(0, kReferenceMax)),
                      field("amount", &Self::amount, between(-kMoneyMax, kMoneyMax)),
                      field("at", &Self::at));
  }
};

struct ReportTaken : OfReconcile {
  static constexpr std::string_view name = "payment.report_taken";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A page of a provider's report was read.";
  std::vector<ReportedMovement> movements = {};  // A line's fee may be one of its own.
  std::vector<std::string> fees = {};            // Lines whose fee, or payout, is booked.
  std::string next = {};                         // Cursor; empty: it was the last page.
  int64_t passed_over = 0;                       // Lines of what is not compared.
  static constexpr auto fields() {
    using Self = ReportTaken;
    return join_fields(
        OfReconcile::fields(),
        field_list(
            field("movements", &Self::movements, items(0, 2 * kReportPageMax)),
            field("fees", &Self::fees, items(0, kReportPageMax, length(1, kReferenceMax))),
            field("next", &Self::next, length(0, kReferenceMax)),
            field("passed_over", &Self::passed_over, between(0, kReportPageMax)).or_default()));
  }
};

struct ReconcileEnded : OfReconcile {
  static constexpr std::string_view name = "payment.reconcile_ended";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A provider's report was compared with the ledger.";
  std::string failure = {};  // Empty: it was read to its end, and what follows is what was found.
  int64_t matched = 0;
  int64_t found = 0;  // Differences, those not listed included.
  std::vector<Difference> differences = {};
  static constexpr auto fields() {
    using Self = ReconcileEnded;
    constexpr auto count = between(0, INT64_MAX);
    return join_fields(
        OfReconcile::fields(),
        field_list(field("failure", &Self::failure, length(0, 64)),
                   field("matched", &Self::matched, count), field("found", &Self::found, count),
                   field("differences", &Self::differences, items(0, kDifferencesMax))));
  }
};

struct DifferenceDismissed {
  static constexpr std::string_view name = "payment.difference_dismissed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "An operator has explained a difference.";
  std::string provider, reference, currency;
  Instant at = {};
  static constexpr auto fields() {
    using Self = DifferenceDismissed;
    return field_list(field("provider", &Self::provider, length(1, kAccountNameMax)),
                      field("reference", &Self::reference, length(0, kReferenceMax)),
                      field("currency", &Self::currency, length(3, 3)), field("at", &Self::at));
  }
};

struct ReportGone {
  static constexpr std::string_view name = "payment.report_gone";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "An account is not in the settings any more: its report is not read until it is again.";
  std::string provider;
  Instant at = {};
  static constexpr auto fields() {
    return field_list(field("provider", &ReportGone::provider, length(1, kAccountNameMax)),
                      field("at", &ReportGone::at));
  }
};

using ReconcileFacts = std::variant<ReconcilePlanned, ReportTaken, ReconcileBegun, ReconcileEnded,
                                    DifferenceDismissed, ReportGone>;

}  // namespace bilten::api::payment
