// The contract of imports: tickets that another system sold (docs/imports.md).
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_import_facts.h"

namespace bilten::api::ticket {

// Lines of one request beside its header: a long file goes in several, each with the header.
inline constexpr int64_t kImportLinesMax = 500;
inline constexpr int64_t kImportBytesMax = 200'000;

struct ImportFault {
  int64_t line = 0;
  std::string column, reason, detail;
  static constexpr auto fields() {
    using Self = ImportFault;
    return field_list(field("line", &Self::line, between(1, INT64_MAX)).doc("Of the file."),
                      field("column", &Self::column, length(0, 40))
                          .doc("Its name in the header; empty: the line as a whole."),
                      field("reason", &Self::reason, length(1, 40)),
                      field("detail", &Self::detail, length(0, 200)));
  }
};

struct ImportReport {
  bool dry_run = false;
  int64_t lines = 0, imported = 0, known = 0;
  std::vector<ImportFault> faults = {};
  static constexpr auto fields() {
    using Self = ImportReport;
    constexpr auto count = between(0, kImportLinesMax);
    return field_list(
        field("dry_run", &Self::dry_run), field("lines", &Self::lines, count),
        field("imported", &Self::imported, count).doc("Tickets that were added, or would be."),
        field("known", &Self::known, count).doc("Lines that were imported before."),
        field("faults", &Self::faults, items(0, kImportLinesMax)).doc("One for each bad line."));
  }
};

struct ImportTickets {
  static constexpr std::string_view name = "ticket.import";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/imports"},
      .refusals = {"unknown_event", "role_missing", "not_on_sale", "too_many_lines",
                   "unknown_columns"},
      .budget_ms = 10'000,
      .doc =
          "Imports tickets that another system sold, from CSV under the column names of pretix: "
          "every good line becomes a paid ticket of this event, every bad one is reported, and a "
          "line that was imported before adds nothing. Managers only (docs/imports.md)."};
  using Answer = ImportReport;
  Id event_id;
  std::string csv;
  int64_t first_line = 2;
  bool dry_run = false, raise_capacity = false;
  static constexpr auto fields() {
    using Self = ImportTickets;
    return field_list(
        field("event_id", &Self::event_id), field("csv", &Self::csv, length(1, kImportBytesMax)),
        field("first_line", &Self::first_line, between(2, 100'000'000))
            .or_default()
            .doc("Which line of the whole file the one after the header is; for the report."),
        field("dry_run", &Self::dry_run).or_default().doc("Reports, and imports nothing."),
        field("raise_capacity", &Self::raise_capacity)
            .or_default()
            .doc("Adds places to types that have too few free. Quotas hold all the same."));
  }
};

// How far imports of an event have come.
struct ImportProgress {
  int64_t tickets = 0, orders = 0;
  std::optional<Instant> last_at = {};
  static constexpr auto fields() {
    using Self = ImportProgress;
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(field("tickets", &Self::tickets, limits),
                      field("orders", &Self::orders, limits), field("last_at", &Self::last_at));
  }
};

struct ReadImports {
  static constexpr std::string_view name = "ticket.imports";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/imports"},
      .refusals = {"unknown_event", "role_missing"},
      .doc = "How many tickets were imported into an event so far, for members."};
  using Answer = ImportProgress;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &ReadImports::event_id)); }
};

}  // namespace bilten::api::ticket
