// The contract of reconciliation: what a provider reports, compared with the ledger, when somebody
// asks and by itself.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_payments.h"
#include "common/api/payment_reconcile_facts.h"

namespace bilten::api::payment {

inline constexpr int64_t kReportLinesMax = 10'000;

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
    return field_list(field("provider", &Self::provider, length(1, kAccountNameMax, Format::word)),
                      field("from", &Self::from),
                      field("until", &Self::until).doc("The first moment after the report."),
                      field("lines", &Self::lines, items(0, kReportLinesMax)));
  }
};

enum class ReconcilePhase : uint8_t { idle, reading, comparing };
constexpr auto names_of(ReconcilePhase) {
  return std::array<std::string_view, 3>{"idle", "reading", "comparing"};
}

struct OpenDifference : Difference {
  Instant since = {};
  static constexpr auto fields() {
    return join_fields(
        Difference::fields(),
        field_list(field("since", &OpenDifference::since).doc("When a run found it first.")));
  }
};

struct ReconcileView {
  std::string provider;
  std::optional<Id> organization_id = {};
  ReconcilePhase phase = ReconcilePhase::idle;
  std::optional<Instant> from = {}, until = {};
  int64_t lines = 0, matched = 0, open = 0;
  std::vector<OpenDifference> differences = {};
  std::string failure = {};
  std::optional<Instant> ended_at = {}, next_at = {};
  static constexpr auto fields() {
    using Self = ReconcileView;
    constexpr auto count = between(0, INT64_MAX);
    return join_fields(
        field_list(field("provider", &Self::provider, length(1, kAccountNameMax)),
                   field("organization_id", &Self::organization_id)
                       .doc("Whose own account it is; absent: the platform's."),
                   field("phase", &Self::phase).doc("idle: what follows is of the last run."),
                   field("from", &Self::from), field("until", &Self::until),
                   field("lines", &Self::lines, count).doc("Of the report, as far as it is read."),
                   field("matched", &Self::matched, count)
                       .doc("References that agreed when it was compared last.")),
        field_list(field("open", &Self::open, count).doc("Differences that nobody explained."),
                   field("differences", &Self::differences, items(0, kDifferencesMax)),
                   field("failure", &Self::failure, length(0, 64))
                       .doc("Why the last run came to nothing; empty: it did not."),
                   field("ended_at", &Self::ended_at), field("next_at", &Self::next_at)));
  }
};

// The base of what operators ask about one account's report.
struct OfProvider {
  std::string provider;
  static constexpr auto fields() {
    return field_list(
        field("provider", &OfProvider::provider, length(1, kAccountNameMax, Format::word))
            .doc("The platform's account by the provider's name, stripe; of one that an "
                 "organisation has: stripe-ORGANISATION-ID."));
  }
};

struct ReadReconcile : OfProvider {
  static constexpr std::string_view name = "payment.reconcile.last";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .refusals = {"never_reconciled"},
      .doc = "How the provider's report compared with the ledger, and every open difference."};
  using Answer = ReconcileView;
};

struct ReadOwnReconcile {
  static constexpr std::string_view name = "payment.reconcile.own";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET",
               .path = "/v1/organizations/{organization_id}/ledger/reconciliation"},
      .refusals = {"unknown_organization", "role_missing", "never_reconciled"},
      .doc =
          "How the report of the organisation's own account at the provider compared with the "
          "ledger, and every open difference: for owners and managers."};
  using Answer = ReconcileView;
  Id organization_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &ReadOwnReconcile::organization_id));
  }
};

// Of one account, without its differences.
struct ReconcileSummary {
  std::string provider;
  std::optional<Id> organization_id = {};
  ReconcilePhase phase = ReconcilePhase::idle;
  int64_t open = 0;
  std::string failure = {};
  std::optional<Instant> ended_at = {}, next_at = {};
  static constexpr auto fields() {
    using Self = ReconcileSummary;
    return field_list(field("provider", &Self::provider, length(1, kAccountNameMax)),
                      field("organization_id", &Self::organization_id),
                      field("phase", &Self::phase),
                      field("open", &Self::open, between(0, INT64_MAX)),
                      field("failure", &Self::failure, length(0, 64)),
                      field("ended_at", &Self::ended_at), field("next_at", &Self::next_at));
  }
};

struct ListReconciled {
  static constexpr std::string_view name = "payment.reconcile.accounts";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .budget_ms = 10'000,
      .doc = "How the last run went of every account whose report was ever asked for."};
  using Answer = ListOf<ReconcileSummary>;
  int64_t limit = 100;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListReconciled;
    return field_list(field("limit", &Self::limit, between(1, 100)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct RunReconcile : OfProvider {
  static constexpr std::string_view name = "payment.reconcile.run";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"no_report"},
      .doc = "Reads the provider's report now; while one is read already, nothing begins anew."};
  using Answer = ReconcileView;
};

struct DismissDifference : OfProvider {
  static constexpr std::string_view name = "payment.reconcile.dismiss";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"unknown_difference"},
      .doc = "Says that a difference is explained: it is listed no more while it stays the same."};
  using Answer = Nothing;
  std::string reference, currency;
  static constexpr auto fields() {
    using Self = DismissDifference;
    return join_fields(
        OfProvider::fields(),
        field_list(field("reference", &Self::reference, length(0, kReferenceMax)),
                   field("currency", &Self::currency, length(3, 3, Format::currency))));
  }
};

// One line of a provider's book, as its port reads it (provider_reports.h).
struct ToldLine {
  std::string reference, category, source, money_reference;
  std::optional<Id> payment_id = {};
  Money amount = {};
  int64_t fee = 0;  // In the same currency; out of the amount.
  Instant at = {};
  static constexpr auto fields() {
    using Self = ToldLine;
    constexpr auto any = between(-kMoneyMax, kMoneyMax);
    return field_list(field("reference", &Self::reference, length(1, kReferenceMax)),
                      field("category", &Self::category, length(0, kReferenceMax)),
                      field("source", &Self::source, length(0, kReferenceMax)),
                      field("money_reference", &Self::money_reference, length(0, kReferenceMax)),
                      field("payment_id", &Self::payment_id), field("amount", &Self::amount, any),
                      field("fee", &Self::fee, any), field("at", &Self::at));
  }
};

struct ToldPage {
  std::string cursor;  // By which it was asked for.
  std::vector<ToldLine> lines;
  std::string next;
  static constexpr auto fields() {
    return field_list(field("cursor", &ToldPage::cursor, length(0, kReferenceMax)),
                      field("lines", &ToldPage::lines, items(0, kReportPageMax)),
                      field("next", &ToldPage::next, length(0, kReferenceMax)));
  }
};

struct ToldComparison {
  int64_t matched = 0, found = 0;
  std::vector<Difference> differences;
  static constexpr auto fields() {
    using Self = ToldComparison;
    constexpr auto count = between(0, INT64_MAX);
    return field_list(field("matched", &Self::matched, count), field("found", &Self::found, count),
                      field("differences", &Self::differences, items(0, kDifferencesMax)));
  }
};

// One of the three.
struct SettleReconcile : OfProvider {
  static constexpr std::string_view name = "payment.reconcile.settle";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .doc = "How a step of comparing a provider's report ended; the payment service's own."};
  struct Answer {
    std::optional<int64_t> open = {};
    std::string failure = {};
    static constexpr auto fields() {
      return field_list(field("open", &Answer::open, between(0, INT64_MAX))
                            .doc("Open differences, where the run ended by this."),
                        field("failure", &Answer::failure, length(0, 64))
                            .or_default()
                            .doc("Why it ended by this and came to nothing."));
    }
  };
  int64_t run = 0;
  std::optional<ToldPage> page = {};
  std::optional<ToldComparison> comparison = {};
  std::optional<ToldFailure> failure = {};
  static constexpr auto fields() {
    using Self = SettleReconcile;
    return join_fields(
        OfProvider::fields(),
        field_list(field("run", &Self::run, between(1, INT64_MAX)), field("page", &Self::page),
                   field("comparison", &Self::comparison), field("failure", &Self::failure)));
  }
};

}  // namespace bilten::api::payment
