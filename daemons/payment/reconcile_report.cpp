// The sender of a run: what the provider and the ledger say, beside the writer.
#include "daemons/payment/ledger_rows.h"
#include "daemons/payment/provider_reports.h"
#include "daemons/payment/reconcile.h"
#include "daemons/payment/reconcile_runs.h"
#include "daemons/payment/task_calls.h"

namespace bilten::payment {

using api::payment::kDifferencesMax;
using api::payment::SettleReconcile;
using api::payment::ToldLine;

namespace {

SettleReconcile settled(const std::string& provider, const ReconcileRow& row) {
  SettleReconcile message;
  message.provider = provider;
  message.run = row.run;
  return message;
}

SettleReconcile compared(const Rows& rows, const std::string& provider, const ReconcileRow& row) {
  std::vector<KnownMovement> theirs;
  rows.scan<ReportRow>(report_prefix(provider, row.run), {}, SIZE_MAX,
                       [&](std::string_view, const ReportRow& each) {
                         const bool is_sure = each.at >= row.from && each.at < row.until;
                         theirs.push_back({each.reference, each.amount, is_sure, each.at});
                         return true;
                       });
  auto found = compare(movements_of(rows, provider, row.from, row.until), theirs);
  auto message = settled(provider, row);
  auto& told = message.comparison.emplace();
  told.matched = found.matched;
  told.found = static_cast<int64_t>(found.differences.size());
  if (told.found > kDifferencesMax) found.differences.resize(kDifferencesMax);
  told.differences = std::move(found.differences);
  return message;
}

ToldLine told(ReportLine line) {
  ToldLine made;
  made.reference = std::move(line.reference);
  made.category = std::move(line.category);
  made.source = std::move(line.source);
  made.money_reference = std::move(line.money_reference);
  made.payment_id = line.payment_id;
  made.fee = line.fee.amount;
  made.amount = std::move(line.amount);
  made.at = {line.at};
  return made;
}

// Asks for the page. `message` says already which run it is of.
SettleReconcile read_page(ProviderReports* reports, const ReportQuery& query,
                          SettleReconcile message) {
  if (!reports) {
    message.failure = {"provider_not_configured", true, 0};
    return message;
  }
  auto page = reports->balance_lines(query);
  if (!page) {
    message.failure = failure_of(page.error());
    return message;
  }
  auto& into = message.page.emplace();
  into.cursor = query.cursor;
  into.next = page->next;
  for (auto& line : page->items) into.lines.push_back(told(std::move(line)));
  return message;
}

}  // namespace

std::function<std::optional<SettleReconcile>(const Ask&)> plan_reconcile_step(
    const Providers& providers, const Reader& reader, std::string_view key) {
  const std::string provider(key);
  const auto row = find_run(reader.rows, provider);
  if (row.phase == ReconcilePhase::idle) return {};
  if (row.phase == ReconcilePhase::comparing) {
    return [message = compared(reader.rows, provider, row)](const Ask&) { return message; };
  }
  // A day before, as the ledger's: to find what one side booked a little earlier.
  const ReportQuery query{.from = row.from.ms - kDayMillis, .cursor = row.cursor};
  return [=, message = settled(provider, row)](const Ask& ask) -> std::optional<SettleReconcile> {
    const auto port = providers(provider, ask);
    return read_page(port ? port->reports() : nullptr, query, message);
  };
}

}  // namespace bilten::payment
