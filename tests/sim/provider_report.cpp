// The provider's report: what it did with the money, line by line. Some lines come days late, and a
// few are wrong or missing for ever.
#include <algorithm>

#include "tests/sim/provider.h"

namespace bilten::sim {

namespace {

constexpr size_t kPageLines = 3;
constexpr uint32_t kLatePerMille = 80, kMissingPerMille = 5, kWrongPerMille = 5;
constexpr uint64_t kLateMostMs = uint64_t{6} * 86'400'000;

int64_t fee_of(int64_t amount) {
  return std::min(amount, amount / 70 + 25);
}

}  // namespace

void LyingProvider::report(const std::string& intent, std::string category, std::string source,
                           int64_t amount) {
  const auto& booked = book_[intent];
  Line made{.name = source, .line = {}, .amount = amount};
  auto& line = made.line;
  line.reference = "tx-" + std::to_string(lines_.size());
  line.category = std::move(category);
  line.source = std::move(source);
  line.money_reference = booked.money_reference;
  if (happens(500)) line.payment_id = booked.payment_id;
  line.amount = {amount, booked.captured.currency};
  line.fee = {0, line.amount.currency};
  if (line.category == "charge") {
    made.name = intent;
    line.fee.amount = fee_of(amount);
  }
  if (happens(kWrongPerMille)) line.amount.amount += 1;
  line.net = {line.amount.amount - line.fee.amount, line.amount.currency};
  line.at = made.shown_at = world_.wall_ms();
  if (happens(kLatePerMille)) made.shown_at += static_cast<UnixMillis>(random_.below(kLateMostMs));
  made.is_missing = happens(kMissingPerMille);
  lines_.push_back(std::move(made));
}

// The newest come first.
Result<payment::ReportPage<payment::ReportLine>> LyingProvider::balance_lines(
    const payment::ReportQuery& query) {
  return ask([this, query]() -> Result<payment::ReportPage<payment::ReportLine>> {
    payment::ReportPage<payment::ReportLine> page;
    bool is_there = query.cursor.empty();
    for (auto each = lines_.rbegin(); each != lines_.rend(); ++each) {
      const auto& line = each->line;
      if (query.from && line.at < *query.from) break;
      if (is_there && !each->is_missing && each->shown_at <= world_.wall_ms()) {
        if (page.items.size() == kPageLines) {
          page.next = page.items.back().reference;
          break;
        }
        page.items.push_back(line);
      }
      is_there = is_there || line.reference == query.cursor;
    }
    return page;
  });
}

std::map<std::string, LyingProvider::Reported> LyingProvider::report_by_name() const {
  std::map<std::string, Reported> reported;
  for (const auto& [name, line, amount, shown_at, is_missing] : lines_) {
    auto& sums = reported[name];
    sums.moved += amount;
    if (is_missing) continue;
    sums.told += line.amount.amount;
    sums.fees += line.fee.amount;
  }
  return reported;
}

}  // namespace bilten::sim
