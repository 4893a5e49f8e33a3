// What is remembered of tickets that another system sold.
#pragma once

#include "common/api/ticket_imports.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Key: event id + order code, 0 byte, position. A line that was imported.
struct ImportedRow {
  static constexpr std::string_view table = "imported";
  Id ticket_id;
  static constexpr auto fields() { return field_list(field("ticket", &ImportedRow::ticket_id)); }
};
inline std::string imported_key(const Id& event_id, std::string_view code,
                                std::string_view position) {
  return std::string(RowKey(event_id).text(code).end().text(position));
}

// Key: event id. How far imports have come.
struct ImportsRow {
  static constexpr std::string_view table = "imports";
  int64_t tickets = 0, orders = 0;
  Instant last_at;
  static constexpr auto fields() {
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(field("tickets", &ImportsRow::tickets, limits),
                      field("orders", &ImportsRow::orders, limits),
                      field("last_at", &ImportsRow::last_at));
  }
};

}  // namespace bilten::ticket
