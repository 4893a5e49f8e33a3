// The contract of doors without a network: what a scanner takes along, how it keeps up, and what it
// brings back (docs/offline-doors.md).
#pragma once

#include "common/api/ticket_doors.h"
#include "common/api/ticket_keys.h"
#include "common/api/ticket_offline_facts.h"

namespace bilten::api::ticket {

inline constexpr int64_t kBatchScansMax = 10'000;

// ---- what a scanner takes along ----

struct OfflineType {
  Id id;
  std::string title;
  // Of a type for one of several dates: that, when the list lets its tickets in, and whether the
  // date is cancelled, so that it lets in none.
  std::optional<Id> date_id = {};
  std::optional<Instant> opens_at = {}, closes_at = {};
  std::optional<bool> cancelled = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &OfflineType::id), field("name", &OfflineType::title, length(0, 100)),
        field("date_id", &OfflineType::date_id), field("opens_at", &OfflineType::opens_at),
        field("closes_at", &OfflineType::closes_at), field("cancelled", &OfflineType::cancelled));
  }
};

// Why a ticket is not good whatever the door; `good` where nothing is known against it.
enum class OfflineState : uint8_t { good, cancelled, refunded, revoked, blocked, unpaid };
constexpr auto names_of(OfflineState) {
  return std::array<std::string_view, 6>{"good",    "cancelled", "refunded",
                                         "revoked", "blocked",   "unpaid"};
}

// The body of a snapshot's page and of changes, as MessagePack. `tickets` is a list of tuples:
//
//   [id, generation, type, state]                            never let in by this list
//   [id, generation, type, state, used, first_at, inside]    let in
//
// id: 16 bytes; type: index into `types`, nil where the list does not let it in (any more); state:
// index into OfflineState; used: entries of the list's entries_max; first_at: ms since 1970, of its
// first entry; inside: whether it is now. Where the list shows first names and one is known, it
// follows, with nil for what is missing before it.
struct OfflinePage {
  Instant now;  // By the service's clock.
  Id check_in_list_id, event_id;
  ListTerms terms;
  bool event_cancelled = false;  // Or the date that the list is for.
  Instant opens_at, closes_at;   // Of the list, or else of its date, or else of the event.
  std::string timezone;          // Of the event.
  std::vector<TicketKey> keys;
  std::vector<OfflineType> types;
  std::string position;  // For `changes?after=`.
  bool more = false;     // Of changes: there are more after `position`.
  std::optional<std::string> next_cursor;
  Raw tickets;
  static constexpr auto fields() {
    using Page = OfflinePage;
    return field_list(
        field("now", &Page::now), field("check_in_list_id", &Page::check_in_list_id),
        field("event_id", &Page::event_id), field("terms", &Page::terms),
        field("event_cancelled", &Page::event_cancelled), field("opens_at", &Page::opens_at),
        field("closes_at", &Page::closes_at), field("timezone", &Page::timezone, length(0, 64)),
        field("keys", &Page::keys, bilten::items(1, kKeyIdMax)),
        field("types", &Page::types, bilten::items(0, 1000)),
        field("position", &Page::position, length(1, 40)), field("more", &Page::more),
        field("next_cursor", &Page::next_cursor, length(1, 200)), field("tickets", &Page::tickets));
  }
};

struct ReadSnapshot {
  static constexpr std::string_view name = "ticket.list_snapshot";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET",
               .path = "/v1/check-in-lists/{check_in_list_id}/snapshot",
               .produces = "application/msgpack"},
      .refusals = {"unknown_check_in_list", "role_missing", "invalid"},
      .budget_ms = 5000,
      .devices = true,
      .doc =
          "The tickets of a check-in list, to scan them without a network: a page of MessagePack "
          "(docs/offline-doors.md). Ask with next_cursor until there is none, then for the "
          "changes since the first page's position."};
  using Answer = Content;
  Id check_in_list_id;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &ReadSnapshot::check_in_list_id),
                      field("cursor", &ReadSnapshot::cursor, length(1, 200)));
  }
};

struct ReadChanges {
  static constexpr std::string_view name = "ticket.list_changes";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET",
               .path = "/v1/check-in-lists/{check_in_list_id}/changes",
               .produces = "application/msgpack"},
      .refusals = {"unknown_check_in_list", "role_missing", "invalid", "snapshot_again"},
      .budget_ms = 5000,
      .devices = true,
      .doc =
          "The tickets of a check-in list that something happened to after a position, as they "
          "are now: sold, changed hands, cancelled, scanned elsewhere. As a snapshot's page."};
  using Answer = Content;
  Id check_in_list_id;
  std::string after;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &ReadChanges::check_in_list_id),
                      field("after", &ReadChanges::after, length(1, 40)).doc("A page's position."));
  }
};

// ---- what it brings back ----

struct OfflineScan {
  Id ticket_id;
  int64_t generation = 1, key_id = 1;
  Direction direction = Direction::entry;
  Instant scanned_at;
  std::string nonce;
  std::optional<std::string> gate;
  static constexpr auto fields() {
    using Self = OfflineScan;
    return field_list(
        field("ticket_id", &Self::ticket_id),
        field("generation", &Self::generation, between(1, 0xFFFF)).doc("Of the code."),
        field("key_id", &Self::key_id, between(1, kKeyIdMax)).doc("That signed the code."),
        field("direction", &Self::direction).or_default(),
        field("scanned_at", &Self::scanned_at).doc("By the scanner's own clock."),
        field("nonce", &Self::nonce, length(1, 64, Format::line))
            .doc("New for each scan, the same when it is sent again. Some 16 characters."),
        field("gate", &Self::gate, length(1, kGateNameMax, Format::line))
            .doc("Absent: the device's."));
  }
};

enum class ScanResult : uint8_t { ok, conflict, invalid, nonce_reused };
constexpr auto names_of(ScanResult) {
  return std::array<std::string_view, 4>{"ok", "conflict", "invalid", "nonce_reused"};
}

struct ScanVerdict {
  ScanResult result = ScanResult::ok;
  std::optional<ScanReason> reason = {};
  static constexpr auto fields() {
    return field_list(
        field("result", &ScanVerdict::result)
            .doc("conflict: it is recorded, and would have been refused. invalid: there is no such "
                 "ticket; nonce_reused: the nonce is another scan's; neither is recorded."),
        field("reason", &ScanVerdict::reason).doc("Of a conflict."));
  }
};

struct BatchView {
  int64_t recorded = 0, conflicts = 0;  // By this call.
  int64_t clock_off_ms = 0;
  std::vector<ScanVerdict> verdicts;
  static constexpr auto fields() {
    return field_list(
        field("recorded", &BatchView::recorded, between(0, kBatchScansMax))
            .doc("Scans that are new by this call, with its conflicts."),
        field("conflicts", &BatchView::conflicts, between(0, kBatchScansMax)),
        field("clock_off_ms", &BatchView::clock_off_ms, between(-kInstantMax, kInstantMax))
            .doc("By how much the scanner's clock is fast; its times were corrected by it."),
        field("verdicts", &BatchView::verdicts, bilten::items(1, kBatchScansMax))
            .doc("One a scan, in their order."));
  }
};

struct CheckInBatch {
  static constexpr std::string_view name = "ticket.check_in_batch";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/check-ins/batch"},
      .refusals = {"unknown_check_in_list", "role_missing", "wrong_gate", "invalid"},
      .budget_ms = 10'000,
      .devices = true,
      .body_bytes_max = kHttpBodyMax,
      .doc =
          "Records scans that were made without a network, at most 10,000. A scan that happened "
          "is recorded even where it would have been refused, and then reported as a conflict. "
          "Sent again, it changes nothing."};
  using Answer = BatchView;
  Id check_in_list_id;
  Instant now;
  std::vector<OfflineScan> scans;
  static constexpr auto fields() {
    return field_list(
        field("check_in_list_id", &CheckInBatch::check_in_list_id),
        field("now", &CheckInBatch::now)
            .doc("What the scanner's clock says as it sends this: how far it is off."),
        field("scans", &CheckInBatch::scans, bilten::items(1, kBatchScansMax)));
  }
};

// ---- what came of it ----

struct ConflictScan {
  Instant at;
  std::optional<Instant> device_at = {};
  Direction direction = Direction::entry;
  Id by;
  std::optional<std::string> gate = {};
  std::optional<ScanReason> reason = {};
  bool first = false;
  static constexpr auto fields() {
    using Self = ConflictScan;
    return field_list(
        field("at", &Self::at).doc("By the service's clock."),
        field("device_at", &Self::device_at).doc("What the scanner's clock said."),
        field("direction", &Self::direction), field("by", &Self::by).doc("The device or person."),
        field("gate", &Self::gate, length(1, kGateNameMax)),
        field("reason", &Self::reason).doc("What it would have been refused with; absent: none."),
        field("first", &Self::first).doc("The earliest entry: the one that counts as right."));
  }
};

struct ConflictView {
  Id ticket_id, order_id, ticket_type_id;
  std::string order_code;
  std::vector<ConflictScan> scans;
  static constexpr auto fields() {
    using View = ConflictView;
    return field_list(field("ticket_id", &View::ticket_id), field("order_id", &View::order_id),
                      field("ticket_type_id", &View::ticket_type_id),
                      field("order_code", &View::order_code, length(1, 16)),
                      field("scans", &View::scans, bilten::items(1, 100)).doc("Earliest first."));
  }
};

struct ListConflicts {
  static constexpr std::string_view name = "ticket.conflicts";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/check-in-lists/{check_in_list_id}/conflicts"},
      .refusals = {"unknown_check_in_list", "role_missing", "invalid"},
      .doc =
          "The tickets that went through a door without a network and would have been refused, "
          "with each of their scans: who entered twice, where, and which was first. Door staff "
          "only."};
  using Answer = ListOf<ConflictView>;
  Id check_in_list_id;
  std::optional<std::string> cursor;
  uint32_t limit = 50;
  static constexpr auto fields() {
    return field_list(field("check_in_list_id", &ListConflicts::check_in_list_id),
                      field("cursor", &ListConflicts::cursor, length(1, 200)),
                      field("limit", &ListConflicts::limit, between(1, 100)).or_default());
  }
};

}  // namespace bilten::api::ticket
