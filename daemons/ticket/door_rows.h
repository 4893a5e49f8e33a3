// What the ticket daemon remembers of doors: check-in lists, who went through them, and each scan.
#pragma once

#include "common/api/ticket_door_facts.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

using api::ticket::Direction;
using api::ticket::kGateNameMax;
using api::ticket::ListCounts;
using api::ticket::ListTerms;
using api::ticket::ScanReason;

// Key: check-in list id.
struct ListRow {
  static constexpr std::string_view table = "list";
  static constexpr bool kReadOften = true;
  Id organization_id, event_id;
  ListTerms terms;
  static constexpr auto fields() {
    return field_list(field("organization", &ListRow::organization_id),
                      field("event", &ListRow::event_id), field("terms", &ListRow::terms));
  }
};

struct ListOfEvent : Mark {  // Key: event id + check-in list id.
  static constexpr std::string_view table = "event_list";
};

// Key: check-in list id; absent: nobody went through. Apart from the list, for every scan writes
// it.
struct ListCountsRow : ListCounts {
  static constexpr std::string_view table = "list_counts";
  bool filling = false;  // ticket.door_filling was told, and it has not emptied since.
  static constexpr auto fields() {
    return join_fields(ListCounts::fields(), field_list(field("filling", &ListCountsRow::filling)));
  }
};

// Key: check-in list id + one of its gates.
struct GateRow {
  static constexpr std::string_view table = "gate";
  int64_t entered = 0, exited = 0;
  static constexpr auto fields() {
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(field("entered", &GateRow::entered, limits),
                      field("exited", &GateRow::exited, limits));
  }
};

// Key: check-in list id + ticket id. That the list let the ticket in.
struct AdmissionRow {
  static constexpr std::string_view table = "admission";
  Instant first_at;
  Id first_by;
  std::optional<std::string> first_gate = {};
  bool inside = false;
  int64_t entries = 0;                  // All, with re-entries.
  int64_t used = 0;                     // Of the list's entries_max: without re-entries.
  int64_t day = 0, entries_of_day = 0;  // Of the last day with an entry, in the event's zone.
  std::optional<Instant> entered_at = {}, exited_at = {};  // Last.
  std::string nonce = {};                                  // Of its last scan.
  static constexpr auto fields() {
    using Row = AdmissionRow;
    constexpr auto count = between(0, INT64_MAX);
    return field_list(field("first_at", &Row::first_at), field("first_by", &Row::first_by),
                      field("first_gate", &Row::first_gate, length(1, kGateNameMax)),
                      field("inside", &Row::inside), field("entries", &Row::entries, count),
                      field("used", &Row::used, count), field("day", &Row::day, count),
                      field("of_day", &Row::entries_of_day, count),
                      field("entered_at", &Row::entered_at), field("exited_at", &Row::exited_at),
                      field("nonce", &Row::nonce, length(1, 64)));
  }
};

// Key: check-in list id + nonce. How a scan, or the undoing of one, ended, so that a repeat ends
// the same.
struct ScanRow {
  static constexpr std::string_view table = "scan";
  Id ticket_id;
  Direction direction = Direction::entry;
  Instant at;
  std::optional<ScanReason> refused = {};
  std::optional<std::string> rule = {};  // That refused it.
  std::optional<std::string> gate = {};
  std::optional<AdmissionRow> before = {};  // What it changed, and undoing it puts back.
  bool is_undone = false;
  std::optional<Id> undo_id = {};  // No scan, but the undoing of one.
  static constexpr auto fields() {
    return field_list(field("ticket", &ScanRow::ticket_id), field("direction", &ScanRow::direction),
                      field("at", &ScanRow::at), field("refused", &ScanRow::refused),
                      field("rule", &ScanRow::rule, length(1, 200)),
                      field("gate", &ScanRow::gate, length(1, kGateNameMax)),
                      field("before", &ScanRow::before), field("undone", &ScanRow::is_undone),
                      field("undo", &ScanRow::undo_id));
  }
};

// Key: check-in list id + undo id (UUIDv7). Its reason stands in the vault.
struct UndoRow {
  static constexpr std::string_view table = "undo";
  Id ticket_id;
  Direction direction = Direction::entry;  // Of the scan that was undone.
  Instant at;
  Id by;
  static constexpr auto fields() {
    return field_list(field("ticket", &UndoRow::ticket_id), field("direction", &UndoRow::direction),
                      field("at", &UndoRow::at), field("by", &UndoRow::by));
  }
};

inline std::string scan_key(const Id& check_in_list_id, std::string_view nonce) {
  return std::string(RowKey(check_in_list_id).text(nonce));
}
inline std::string gate_key(const Id& check_in_list_id, std::string_view gate) {
  return std::string(RowKey(check_in_list_id).text(gate));
}
// Where the vault keeps the reason of an undoing.
inline std::string undo_vault_key(const Id& undo_id) {
  return std::string(RowKey().text("undo/").id(undo_id));
}

}  // namespace bilten::ticket
