#include "daemons/payment/reconcile_runs.h"

#include <algorithm>
#include <set>

#include "daemons/payment/flow_rows.h"
#include "daemons/payment/report_page.h"

namespace bilten::payment {

using api::payment::kReportPageMax;
using api::payment::ReconcileBegun;
using api::payment::ReconcileEnded;
using api::payment::ReconcilePlanned;
using api::payment::ReconcileView;
using api::payment::ReportGone;
using api::payment::ReportTaken;
using api::payment::RunReconcile;
using api::payment::SettleReconcile;
using api::payment::ToldFailure;

namespace {

// A step that has not come back by then is taken for lost.
constexpr UnixMillis kRunLease = kMinuteMillis;
constexpr int64_t kAttemptsMax = 10;  // Of one step.
constexpr int64_t kLinesMax = 200'000;
// What moved just now may be known to one side alone.
constexpr UnixMillis kSettling = 10 * kMinuteMillis;
// A run begins where the last ended, or where the oldest difference stands, but not before this:
// what is older than that stays as it was found.
constexpr UnixMillis kLookBack = 35 * kDayMillis;
// Between the runs of two organisations' accounts: however many there are, and however long nobody
// looked at them, the senders have time for payers.
constexpr UnixMillis kApart = kMinuteMillis;
using Answer = SettleReconcile::Answer;

void attempt(const std::string& provider, int64_t number, UnixMillis now, Effects& effects) {
  effects.record(ReconcilePlanned{provider, number, Instant{now + kRunLease}});
  effects.send(kReconcileSender, provider);
}

void begin(const Rows& rows, const std::string& provider, const ReconcileRow& row, UnixMillis now,
           Effects& effects) {
  ReconcileBegun fact;
  fact.provider = provider;
  fact.run = row.run + 1;
  fact.at = {now};
  const Instant first{now - kLookBack};
  fact.from = row.compared_until.value_or(first);
  fact.until = std::max(Instant{now - kSettling}, fact.from);
  for (const auto& each : differences_of(rows, provider)) {
    if (!each.is_dismissed && each.at >= first) fact.from = std::min(fact.from, each.at);
  }
  effects.record(fact);
  attempt(provider, 1, now, effects);
}

ReconcileEnded ended(const std::string& provider, const ReconcileRow& row, UnixMillis now) {
  ReconcileEnded fact;
  fact.provider = provider;
  fact.run = row.run;
  fact.at = {now};
  return fact;
}

int64_t unlisted_of(const ReconcileEnded& fact) {
  return fact.found - static_cast<int64_t>(fact.differences.size());
}

void plan_next(const std::string& provider, UnixMillis now, const Config& config,
               Effects& effects) {
  ReconcilePlanned fact{provider, 0, {}};
  const auto wait = config.reconcile_every_h * kHourMillis;
  if (wait > 0) fact.next_at = Instant{now + wait};
  effects.record(fact);
}

void give_up(const std::string& provider, const ReconcileRow& row, const std::string& reason,
             UnixMillis now, const Config& config, Effects& effects) {
  auto fact = ended(provider, row, now);
  fact.failure = reason;
  effects.record(fact);
  plan_next(provider, now, config, effects);
}

void take_failure(const std::string& provider, const ReconcileRow& row, const ToldFailure& failure,
                  UnixMillis now, const Config& config, Decision<Answer>& effects) {
  if (!failure.may_retry || row.attempts >= kAttemptsMax) {
    effects.answer.failure = failure.reason;
    return give_up(provider, row, failure.reason, now, config, effects);
  }
  const auto wait = std::min(kMinuteMillis << std::min<int64_t>(row.attempts, 6), kHourMillis);
  effects.record(ReconcilePlanned{provider, row.attempts,
                                  Instant{now + std::max(wait, failure.retry_after_ms)}});
}

void take_page(const Rows& rows, const ReconcileRow& row, const SettleReconcile& message,
               UnixMillis now, const Config& config, Decision<Answer>& effects) {
  const auto& provider = message.provider;
  ReportTaken fact;
  fact.provider = provider;
  fact.run = row.run;
  fact.at = {now};
  fact.next = message.page->next;
  take_lines(rows, message.page->lines, fact, effects);
  effects.record(fact);
  const auto lines = row.lines + fact.passed_over + static_cast<int64_t>(fact.movements.size());
  if (lines > kLinesMax && !fact.next.empty()) {
    effects.answer.failure = "report_too_long";
    return give_up(provider, row, effects.answer.failure, now, config, effects);
  }
  attempt(provider, 1, now, effects);
}

// Of accounts that are not in the settings any more nothing is expected.
void leave_gone(const Rows& rows, UnixMillis now, const std::vector<std::string>& accounts,
                Effects& effects) {
  const std::set<std::string_view> known(accounts.begin(), accounts.end());
  rows.scan<ReconcileRow>({}, {}, SIZE_MAX, [&](std::string_view account, const ReconcileRow& row) {
    const bool is_expected =
        row.next_at || row.phase != ReconcilePhase::idle || is_report_told(rows, account);
    if (is_expected && !known.count(account)) {
      effects.record(ReportGone{std::string(account), {now}});
    }
    return true;
  });
}

// Of runs before this one, more than a page adds: in the end none are left.
void forget_old_reports(Rows& rows, const ReportTaken& fact) {
  std::vector<std::string> old;
  const auto own = report_prefix(fact.provider, fact.run);
  rows.scan<ReportRow>(provider_prefix(fact.provider), {}, 4 * kReportPageMax,
                       [&](std::string_view key, const ReportRow&) {
                         if (key >= own) return false;
                         old.emplace_back(key);
                         return true;
                       });
  for (const auto& key : old) rows.erase<ReportRow>(key);
}

}  // namespace

void plan_reconcile(const Rows& rows, const Context& context, const Config& config,
                    const std::vector<std::string>& accounts, Effects& effects) {
  leave_gone(rows, context.now, accounts, effects);
  if (config.reconcile_every_h == 0 || accounts.empty()) return;
  const auto every = config.reconcile_every_h * kHourMillis;
  const auto apart = std::min(kApart, every / static_cast<int64_t>(accounts.size()));
  Instant turn{context.now};
  for (const auto& account : accounts) {
    const auto row = find_run(rows, account);
    if (!owner_of(account)) {
      if (!row.next_at) plan_next(account, context.now, config, effects);
    } else if (!row.next_at || row.next_at->ms <= context.now) {
      turn.ms += apart;
      effects.record(ReconcilePlanned{account, row.attempts, turn});
    }
  }
}

Effects decide_reconcile_due(const Rows& rows, const Context& context, std::string_view key,
                             const Config& config) {
  const std::string provider(key);
  const auto row = find_run(rows, provider);
  Effects effects;
  if (row.phase == ReconcilePhase::idle) {
    begin(rows, provider, row, context.now, effects);
  } else if (row.attempts >= kAttemptsMax) {
    give_up(provider, row, "given_up", context.now, config, effects);
  } else {
    attempt(provider, row.attempts + 1, context.now, effects);
  }
  return effects;
}

Decided<ReconcileView> decide_run_reconcile(const Rows& rows, const Context& context,
                                            const RunReconcile& message,
                                            const Providers& providers) {
  const auto provider = providers(message.provider, {});
  if (!provider || !provider->reports()) {
    return Error{Code::conflict, "no_report",
                 "No provider of that name is configured here, or it shows no report."};
  }
  const auto row = find_run(rows, message.provider);
  Decision<ReconcileView> decision;
  decision.answer = view_of_run(rows, message.provider, row);
  if (row.phase != ReconcilePhase::idle) return decision;
  begin(rows, message.provider, row, context.now, decision);
  decision.answer.phase = ReconcilePhase::reading;
  return decision;
}

Decided<Answer> decide_settle_reconcile(const Rows& rows, const Context& context,
                                        const SettleReconcile& message, const Config& config) {
  const auto& provider = message.provider;
  const auto row = find_run(rows, provider);
  Decision<Answer> decision;
  if (row.phase == ReconcilePhase::idle || row.run != message.run) return decision;
  if (message.failure) {
    take_failure(provider, row, *message.failure, context.now, config, decision);
  } else if (message.page) {
    const bool fits = row.phase == ReconcilePhase::reading && message.page->cursor == row.cursor;
    if (fits) take_page(rows, row, message, context.now, config, decision);
  } else if (message.comparison && row.phase == ReconcilePhase::comparing) {
    auto fact = ended(provider, row, context.now);
    fact.matched = message.comparison->matched;
    fact.found = message.comparison->found;
    fact.differences = message.comparison->differences;
    decision.record(fact);
    plan_next(provider, context.now, config, decision);
    decision.answer.open = count_open(differences_after(rows, fact), unlisted_of(fact));
  }
  return decision;
}

void apply(Rows& rows, const ReconcilePlanned& fact) {
  auto row = find_run(rows, fact.provider);
  row.attempts = fact.attempts;
  row.next_at = fact.next_at;
  rows.save(fact.provider, row);
  if (fact.next_at) {
    rows.set_timer(kReconcileTimer, fact.provider, fact.next_at->ms);
  } else {
    rows.clear_timer(kReconcileTimer, fact.provider);
  }
}

void apply(Rows& rows, const ReconcileBegun& fact) {
  auto row = find_run(rows, fact.provider);
  CHECK_INVARIANT(row.phase == ReconcilePhase::idle && fact.run == row.run + 1);
  row.phase = ReconcilePhase::reading;
  row.run = fact.run;
  row.from = fact.from;
  row.until = fact.until;
  row.cursor.clear();
  row.lines = 0;
  rows.save(fact.provider, row);
}

void apply(Rows& rows, const ReportTaken& fact) {
  auto row = find_run(rows, fact.provider);
  CHECK_INVARIANT(row.phase == ReconcilePhase::reading && fact.run == row.run);
  for (const auto& movement : fact.movements) {
    RowKey key;
    key.text(report_prefix(fact.provider, fact.run)).number(static_cast<uint64_t>(++row.lines));
    rows.save(key, ReportRow{movement});
  }
  for (const auto& fee : fact.fees) {
    const auto key = reference_key(fact.provider, fee);
    CHECK_INVARIANT(!rows.has(BookedFee::table, key));
    rows.save(key, BookedFee{});
  }
  row.lines += fact.passed_over;
  row.cursor = fact.next;
  if (fact.next.empty()) row.phase = ReconcilePhase::comparing;
  rows.save(fact.provider, row);
  forget_old_reports(rows, fact);
}

void apply(Rows& rows, const ReconcileEnded& fact) {
  auto row = find_run(rows, fact.provider);
  CHECK_INVARIANT(row.phase != ReconcilePhase::idle && fact.run == row.run);
  row.phase = ReconcilePhase::idle;
  row.failure = fact.failure;
  row.ended_at = fact.at;
  if (fact.failure.empty()) {
    replace_differences(rows, fact);
    row.compared_until = row.until;
    row.matched = fact.matched;
    row.unlisted = unlisted_of(fact);
  }
  rows.save(fact.provider, row);
  note_report(rows, fact.provider, fact.at);
}

void apply(Rows& rows, const ReportGone& fact) {
  auto row = find_run(rows, fact.provider);
  row.phase = ReconcilePhase::idle;
  row.attempts = 0;
  row.next_at.reset();
  rows.save(fact.provider, row);
  rows.clear_timer(kReconcileTimer, fact.provider);
  forget_report_told(rows, fact.provider);
}

}  // namespace bilten::payment
