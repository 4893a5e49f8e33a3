#include "daemons/payment/sandbox_report.h"

#include <algorithm>

#include "common/base/shares.h"
#include "common/service/paging.h"
#include "daemons/payment/sandbox_webhook.h"

namespace bilten::payment {

using api::payment::kReportPageMax;
using api::payment::SandboxHookPlanned;
using api::payment::SandboxMoved;
using api::payment::SandboxRefunded;
using api::payment::SandboxReport;
using api::payment::ToldPage;

namespace {

std::string number_key(UnixMillis at) {
  return std::string(RowKey().number(static_cast<uint64_t>(at)));
}

void save_line(Rows& rows, const std::string& name, const std::string& intent,
               SandboxLineRow line) {
  const auto row = rows.find<SandboxIntentRow>(intent);
  CHECK_INVARIANT(row);
  line.reference = "stx_" + name;
  line.payment_id = row->payment_id;
  line.money_reference = intent;
  rows.save(number_key(line.at.ms) + name, line);
}

}  // namespace

int64_t sandbox_fee(int64_t amount) {
  return std::min(amount, part_of(amount, 140) + 25);
}

Decided<ToldPage> decide_sandbox_report(const Rows& rows, const Context&,
                                        const SandboxReport& message) {
  const auto after = key_after(message.cursor, {});
  if (!after) return after.error();
  // A key's first part is never as long as the key: lines of that moment come too.
  const auto from = std::max(*after, number_key(std::max<UnixMillis>(0, message.from.ms)));
  Decision<ToldPage> decision;
  auto& page = decision.answer;
  page.cursor = message.cursor.value_or("");
  std::string last;
  rows.scan<SandboxLineRow>({}, from, kReportPageMax + 1,
                            [&](std::string_view key, const SandboxLineRow& row) {
                              if (page.lines.size() == static_cast<size_t>(kReportPageMax)) {
                                page.next = cursor_at(last);
                                return false;
                              }
                              last = key;
                              page.lines.push_back(row);
                              return true;
                            });
  return decision;
}

void note_line(Rows& rows, const SandboxMoved& fact) {
  if (fact.state != IntentState::captured) return;
  SandboxLineRow line;
  line.category = "charge";
  line.source = fact.reference;
  line.amount = fact.amount;
  line.fee = sandbox_fee(fact.amount.amount);
  line.at = fact.at;
  save_line(rows, fact.reference, fact.reference, line);
}

void note_line(Rows& rows, const SandboxRefunded& fact) {
  if (!fact.succeeded) return;
  SandboxLineRow line;
  line.category = "refund";
  line.source = sandbox_refund_reference(fact.key);
  line.amount = {-fact.amount.amount, fact.amount.currency};
  line.at = fact.at;
  save_line(rows, fact.key, fact.reference, line);
}

void note_line(Rows& rows, const SandboxHookPlanned& fact) {
  const bool takes = fact.type == kDisputeOpened;
  if (!takes && fact.type != kDisputeWon) return;
  SandboxLineRow line;
  line.category = takes ? "dispute" : "dispute_reversal";
  line.source = sandbox_dispute_reference(fact.reference);
  line.amount = {takes ? -fact.amount.amount : fact.amount.amount, fact.amount.currency};
  line.at = fact.due_at;
  save_line(rows, fact.hook_id.text(), fact.reference, line);
}

}  // namespace bilten::payment
