// What organisers owe, as it is noted and read.
#include "common/service/paging.h"
#include "daemons/payment/debts.h"
#include "daemons/payment/owed.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;

Result<ReadDebts::Answer> debts(const Reader& reader, const ReadDebts& message) {
  const auto& organization_id = message.organization_id;
  const auto may = check_manager(reader.rows, *reader.person, organization_id);
  if (!may) return may.error();
  const auto after = key_after(message.cursor, organization_id.view(), 24);
  if (!after) return after.error();
  ReadDebts::Answer answer;
  answer.owed = debts_of(reader.rows, organization_id, reader.now);
  std::string last;
  reader.rows.scan<DebtReceiptRow>(
      organization_id.view(), *after, static_cast<size_t>(message.limit) + 1,
      [&](std::string_view key, const DebtReceiptRow& row) {
        if (answer.items.size() == static_cast<size_t>(message.limit)) {
          answer.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        answer.items.push_back(row);
        return true;
      });
  return answer;
}

// The first organisation after that one of which anything is owed, either way.
std::optional<Id> next_owed(const Rows& rows, const std::string& after) {
  std::optional<Id> found;
  rows.scan<OwedRow>({}, after, 1, [&](std::string_view key, const OwedRow&) {
    found = Id::from_bytes(key.substr(0, 16));
    return false;
  });
  return found;
}

Result<api::ListOf<Debtor>> debtors(const Reader& reader, const ListDebtors& message) {
  const auto after = key_after(message.cursor, {}, 16);
  if (!after) return after.error();
  api::ListOf<Debtor> list;
  // No key of its organisation is as large as that: what follows is the next one's.
  const auto beyond = [](std::string_view id) { return std::string(id) + std::string(17, '\xff'); };
  auto from = after->empty() ? std::string() : beyond(*after);
  while (const auto organization_id = next_owed(reader.rows, from)) {
    from = beyond(organization_id->view());
    auto owed = debts_of(reader.rows, *organization_id, reader.now);
    if (owed.empty()) continue;
    if (list.items.size() == static_cast<size_t>(message.limit)) {
      list.next_cursor = cursor_at(list.items.back().organization_id.view());
      break;
    }
    list.items.push_back({*organization_id, std::move(owed)});
  }
  return list;
}

}  // namespace

Table debt_table() {
  return {
      query<ReadDebts>("payment.debts", debts),
      slow_query<ListDebtors>("payment.debtors", debtors),
      command<ReceiveDebt>("payment.debt.receive", decide_receive_debt),
      command<UndoDebtReceipt>("payment.debt.undo", decide_undo_debt_receipt),
  };
}

}  // namespace bilten::payment
