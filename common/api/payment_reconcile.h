// The contract of reconciliation: what a provider reports, compared with the ledger.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::payment {

inline constexpr int64_t kReportLinesMax = 10'000;
inline constexpr int64_t kDifferencesMax = 1000;

// One movement of a provider's report.
struct ReportLine {
  std::string reference;
  Money amount;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("reference", &ReportLine::reference, length(1, 255)),
                      field("amount", &ReportLine::amount, between(-kMoneyMax, kMoneyMax))
                          .doc("To us positive, from us negative."),
                      field("at", &ReportLine::at));
  }
};

enum class DifferenceKind : uint8_t { missing_here, missing_there, other_amount };
constexpr auto names_of(DifferenceKind) {
  return std::array<std::string_view, 3>{"missing_here", "missing_there", "other_amount"};
}

struct Difference {
  DifferenceKind kind = DifferenceKind::missing_here;
  std::string reference;
  std::string currency;
  int64_t ours = 0, theirs = 0;
  bool operator==(const Difference&) const = default;
  static constexpr auto fields() {
    using Self = Difference;
    constexpr auto any = between(INT64_MIN, INT64_MAX);
    return field_list(field("kind", &Self::kind),
                      field("reference", &Self::reference, length(0, 255)),
                      field("currency", &Self::currency, length(3, 3)),
                      field("ours", &Self::ours, any).doc("What the ledger has, minor units."),
                      field("theirs", &Self::theirs, any).doc("What the report has."));
  }
};

struct Reconcile {
  static constexpr std::string_view name = "payment.reconcile";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .budget_ms = 30'000,
      .doc =
          "Compares a provider's report of some time with what the ledger has of it, and lists "
          "every difference. Movements of the days around are found, but not missed."};
  struct Answer {
    std::vector<Difference> differences;
    int64_t matched = 0;
    bool is_cut = false;
    static constexpr auto fields() {
      return field_list(
          field("differences", &Answer::differences, items(0, kDifferencesMax)),
          field("matched", &Answer::matched, between(0, INT64_MAX)).doc("References that agree."),
          field("is_cut", &Answer::is_cut).doc("There are more than are listed."));
    }
  };
  std::string provider;
  Instant from, until;
  std::vector<ReportLine> lines;
  static constexpr auto fields() {
    using Self = Reconcile;
    return field_list(field("provider", &Self::provider, length(1, 32, Format::word)),
                      field("from", &Self::from),
                      field("until", &Self::until).doc("The first moment after the report."),
                      field("lines", &Self::lines, items(0, kReportLinesMax)));
  }
};

}  // namespace bilten::api::payment
