#include "daemons/payment/differences.h"

#include <algorithm>

namespace bilten::payment {

using api::payment::Difference;
using api::payment::DifferenceDismissed;
using api::payment::DismissDifference;
using api::payment::kDifferencesMax;
using api::payment::ReadReconcile;
using api::payment::ReconcileEnded;
using api::payment::ReconcileView;

namespace {

constexpr size_t kDifferencesRead = 10'000;

std::string key_of_difference(const std::string& provider, const Difference& difference) {
  return difference_key(provider, difference.reference, difference.currency);
}

DifferenceRow found_again(const Difference& found, const std::vector<DifferenceRow>& before,
                          const Instant& now) {
  DifferenceRow made;
  static_cast<Difference&>(made) = found;
  made.since = now;
  const auto same = std::find_if(before.begin(), before.end(), [&](const auto& each) {
    return each.reference == found.reference && each.currency == found.currency;
  });
  if (same == before.end()) return made;
  made.since = same->since;
  made.is_dismissed =
      same->is_dismissed && same->ours == found.ours && same->theirs == found.theirs;
  return made;
}

}  // namespace

ReconcileRow find_run(const Rows& rows, const std::string& provider) {
  return rows.find<ReconcileRow>(provider).value_or(ReconcileRow{});
}

std::vector<DifferenceRow> differences_of(const Rows& rows, const std::string& provider) {
  std::vector<DifferenceRow> all;
  rows.scan<DifferenceRow>(provider_prefix(provider), {}, kDifferencesRead,
                           [&](std::string_view, const DifferenceRow& row) {
                             all.push_back(row);
                             return true;
                           });
  return all;
}

std::vector<DifferenceRow> differences_after(const Rows& rows, const ReconcileEnded& fact) {
  const auto before = differences_of(rows, fact.provider);
  const auto from = find_run(rows, fact.provider).from;
  std::vector<DifferenceRow> after;
  for (const auto& found : fact.differences) {
    after.push_back(found_again(found, before, fact.at));
  }
  const auto is_found = [&](const DifferenceRow& each) {
    return std::any_of(fact.differences.begin(), fact.differences.end(), [&](const auto& found) {
      return each.reference == found.reference && each.currency == found.currency;
    });
  };
  for (const auto& each : before) {
    if (each.at < from && !is_found(each)) after.push_back(each);
  }
  return after;
}

void replace_differences(Rows& rows, const ReconcileEnded& fact) {
  const auto after = differences_after(rows, fact);
  for (const auto& each : differences_of(rows, fact.provider)) {
    rows.erase<DifferenceRow>(key_of_difference(fact.provider, each));
  }
  for (const auto& each : after) rows.save(key_of_difference(fact.provider, each), each);
}

int64_t count_open(const std::vector<DifferenceRow>& differences, int64_t unlisted) {
  return unlisted + std::count_if(differences.begin(), differences.end(),
                                  [](const auto& each) { return !each.is_dismissed; });
}

Decided<Nothing> decide_dismiss_difference(const Rows& rows, const Context& context,
                                           const DismissDifference& message) {
  const auto key = difference_key(message.provider, message.reference, message.currency);
  const auto row = rows.find<DifferenceRow>(key);
  if (!row || row->is_dismissed) {
    return Error{Code::not_found, "unknown_difference",
                 "No such difference is open; see payment.reconcile.last."};
  }
  Decision<Nothing> decision;
  decision.record(
      DifferenceDismissed{message.provider, message.reference, message.currency, {context.now}});
  return decision;
}

Result<ReconcileView> read_reconcile(const Reader& reader, const ReadReconcile& message) {
  const auto row = reader.rows.find<ReconcileRow>(message.provider);
  if (row) return view_of_run(reader.rows, message.provider, *row);
  return Error{Code::not_found, "never_reconciled",
               "No report of that provider was ever asked for; see payment.reconcile.run."};
}

ReconcileView view_of_run(const Rows& rows, const std::string& provider, const ReconcileRow& row) {
  ReconcileView view;
  view.provider = provider;
  view.phase = row.phase;
  if (row.run > 0) {
    view.from = row.from;
    view.until = row.until;
  }
  view.lines = row.lines;
  view.matched = row.matched;
  view.failure = row.failure;
  view.ended_at = row.ended_at;
  view.next_at = row.next_at;
  const auto all = differences_of(rows, provider);
  view.open = count_open(all, row.unlisted);
  for (const auto& each : all) {
    if (each.is_dismissed || view.differences.size() == kDifferencesMax) continue;
    view.differences.push_back(each);
  }
  return view;
}

void apply(Rows& rows, const DifferenceDismissed& fact) {
  const auto key = difference_key(fact.provider, fact.reference, fact.currency);
  auto difference = rows.find<DifferenceRow>(key);
  CHECK_INVARIANT(difference && !difference->is_dismissed);
  difference->is_dismissed = true;
  rows.save(key, *difference);
}

}  // namespace bilten::payment
