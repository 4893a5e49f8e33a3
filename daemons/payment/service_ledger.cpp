// The ledger as it is read, and what is followed of ticket types for it: their tax rates.
#include "common/api/ticket_sale_facts.h"
#include "common/service/paging.h"
#include "daemons/payment/ledger_views.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;
using api::ListOf;

template <class Message>
Status check_may(const Reader& reader, const Message& message) {
  return check_manager(reader.rows, *reader.person, message.organization_id);
}

Result<TrialBalanceView> trial_balance_of(const Reader& reader, const ReadTrialBalance& message) {
  if (const auto may = check_may(reader, message); !may) return may.error();
  return trial_balance_view(reader.rows, message.organization_id, message.as_of);
}

Result<TrialBalanceView> platform_balance(const Reader& reader,
                                          const ReadPlatformBalance& message) {
  return platform_balance_view(reader.rows, message.as_of);
}

// A page of rows under a prefix; `view` makes an item of a key and a row.
template <class Row, class Item, class View>
Result<ListOf<Item>> page(const Reader& reader, const std::string& prefix, const std::string& after,
                          int64_t limit, View view) {
  ListOf<Item> list;
  std::string last;
  reader.rows.scan<Row>(prefix, after, static_cast<size_t>(limit) + 1,
                        [&](std::string_view key, const Row& row) {
                          if (list.items.size() == static_cast<size_t>(limit)) {
                            list.next_cursor = cursor_at(last);
                            return false;
                          }
                          last = key;
                          list.items.push_back(view(key, row));
                          return true;
                        });
  return list;
}

Result<ListOf<AccountLineView>> lines(const Reader& reader, const ListAccountLines& message) {
  if (const auto may = check_may(reader, message); !may) return may.error();
  const auto prefix =
      account_key(message.organization_id, {message.account, message.of, message.currency});
  const auto after = key_after(message.cursor, prefix, prefix.size() + 8);
  if (!after) return after.error();
  return page<AccountLine, AccountLineView>(
      reader, prefix, *after, message.limit, [&](std::string_view key, const AccountLine& row) {
        const auto number = line_number(key);
        const auto entry = reader.rows.find<EntryRow>(entry_key(message.organization_id, number));
        CHECK_INVARIANT(entry);
        return AccountLineView{number, row.amount, row.balance, entry->kind, row.at};
      });
}

Result<ListOf<EntryView>> entries(const Reader& reader, const ListEntries& message) {
  if (const auto may = check_may(reader, message); !may) return may.error();
  const std::string prefix(message.organization_id.view());
  auto after = key_after(message.cursor, prefix, prefix.size() + 8);
  if (!after) return after.error();
  if (after->empty()) *after = entry_key(message.organization_id, message.after);
  return page<EntryRow, EntryView>(
      reader, prefix, *after, message.limit,
      [&](std::string_view key, const EntryRow& row) { return entry_view(reader.rows, key, row); });
}

Result<Content> export_entries(const Reader& reader, const ExportEntries& message) {
  if (const auto may = check_may(reader, message); !may) return may.error();
  return Content{"text/csv; charset=utf-8; header=present",
                 {entries_csv(reader.rows, message.organization_id, message.after, message.limit)},
                 0};
}

Result<ListOf<DayView>> statement(const Reader& reader, const ReadStatement& message) {
  if (const auto may = check_may(reader, message); !may) return may.error();
  std::string prefix(message.organization_id.view());
  if (message.event_id) prefix += message.event_id->view();
  const auto after = key_after(message.cursor, prefix);
  if (!after) return after.error();
  return page<EventDayRow, DayView>(reader, prefix, *after, message.limit, day_view);
}

}  // namespace

Table ledger_table() {
  return {
      query<ReadTrialBalance>("payment.ledger.trial_balance", trial_balance_of),
      slow_query<ReadPlatformBalance>("payment.ledger.platform_balance", platform_balance),
      query<ListAccountLines>("payment.ledger.lines", lines),
      query<ListEntries>("payment.ledger.entries", entries),
      slow_query<ExportEntries>("payment.ledger.entries_csv", export_entries),
      query<ReadStatement>("payment.ledger.statement", statement),
      follow<api::ticket::TypeAdded>("ticket.type_added"),
      follow<api::ticket::TypeChanged>("ticket.type_changed"),
  };
}

}  // namespace bilten::payment
