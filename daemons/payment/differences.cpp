#include "daemons/payment/differences.h"

#include <algorithm>

#include "common/service/paging.h"
#include "daemons/payment/attention.h"
#include "daemons/payment/rights.h"

namespace bilten::payment {

using api::payment::Difference;
using api::payment::DifferenceDismissed;
using api::payment::DismissDifference;
using api::payment::kDifferencesMax;
using api::payment::ListReconciled;
using api::payment::ReadOwnReconcile;
using api::payment::ReadReconcile;
using api::payment::ReconcileEnded;
using api::payment::ReconcileSummary;
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

Result<ReconcileView> read_own_reconcile(const Reader& reader, const ReadOwnReconcile& message,
                                         const Config& config) {
  const auto& organization_id = message.organization_id;
  const auto may = check_manager(reader.rows, *reader.person, organization_id);
  if (!may) return may.error();
  const auto account = account_name(word(config.provider), organization_id);
  const auto row = reader.rows.find<ReconcileRow>(account);
  if (row) return view_of_run(reader.rows, account, *row);
  return Error{Code::not_found, "never_reconciled",
               "The organisation has no account of its own here whose report was ever read."};
}

Result<api::ListOf<ReconcileSummary>> list_reconciled(const Reader& reader,
                                                      const ListReconciled& message) {
  const auto after = key_after(message.cursor, {});
  if (!after) return after.error();
  const auto limit = static_cast<size_t>(message.limit);
  api::ListOf<ReconcileSummary> list;
  reader.rows.scan<ReconcileRow>(
      {}, *after, limit + 1, [&](std::string_view key, const ReconcileRow& row) {
        if (list.items.size() == limit) {
          list.next_cursor = cursor_at(list.items.back().provider);
          return false;
        }
        const std::string account(key);
        list.items.push_back({account, owner_of(account), row.phase,
                              count_open(differences_of(reader.rows, account), row.unlisted),
                              row.failure, row.ended_at, row.next_at});
        return true;
      });
  return list;
}

ReconcileView view_of_run(const Rows& rows, const std::string& provider, const ReconcileRow& row) {
  ReconcileView view;
  view.provider = provider;
  view.organization_id = owner_of(provider);
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

void note_report(Rows& rows, const std::string& account, const Instant& at) {
  const auto owner = owner_of(account);
  if (!owner) return;
  const auto run = find_run(rows, account);
  auto reason = run.failure;
  if (reason.empty() && count_open(differences_of(rows, account), run.unlisted) > 0) {
    reason = "ledger_differs";
  }
  const auto told = find_attention(rows, AttentionKind::report, *owner, *owner);
  if (reason.empty()) {
    end_attention(rows, AttentionKind::report, *owner, *owner);
  } else if (!told || told->reason != reason) {
    add_attention(rows, AttentionKind::report, *owner, *owner, Id{}, at, reason);
  }
}

bool is_report_told(const Rows& rows, std::string_view account) {
  const auto owner = owner_of(account);
  return owner && has_attention(rows, AttentionKind::report, *owner, *owner);
}

void forget_report_told(Rows& rows, std::string_view account) {
  if (const auto owner = owner_of(account)) {
    end_attention(rows, AttentionKind::report, *owner, *owner);
  }
}

void apply(Rows& rows, const DifferenceDismissed& fact) {
  const auto key = difference_key(fact.provider, fact.reference, fact.currency);
  auto difference = rows.find<DifferenceRow>(key);
  CHECK_INVARIANT(difference && !difference->is_dismissed);
  difference->is_dismissed = true;
  rows.save(key, *difference);
  note_report(rows, fact.provider, fact.at);
}

}  // namespace bilten::payment
