// On what terms a check-in list lets tickets in and out, as its contract and its facts carry them.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::ticket {

inline constexpr int64_t kListsPerEventMax = 100;
inline constexpr int64_t kTypesPerListMax = 200;
inline constexpr int64_t kGatesMax = 20;
inline constexpr int64_t kGateNameMax = 40;
inline constexpr int64_t kEntriesMax = 10'000;
inline constexpr int64_t kCapacityMax = 10'000'000;
inline constexpr int64_t kRuleGroupsMax = 10;
inline constexpr int64_t kRuleConditionsMax = 10;
inline constexpr int64_t kRuleValuesMax = 10;
// A list's terms as a whole, in MessagePack: they are one value of a row.
inline constexpr int64_t kListTermsBytesMax = 32 * 1024;

enum class Direction : uint8_t { entry, exit };
constexpr auto names_of(Direction) {
  return std::array<std::string_view, 2>{"entry", "exit"};
}

// What a condition looks at. Days and times of day are those of the event's time zone.
enum class RuleSubject : uint8_t {
  ticket_type,          // A ticket type's id.
  gate,                 // One of the list's gates; a scan without a gate is at none.
  direction,            // entry, exit
  weekday,              // mon ... sun
  time_of_day,          // HH:MM, from 00:00 to 24:00
  entries_total,        // How often the list has let the ticket in.
  entries_today,        // Of these, since midnight.
  minutes_since_entry,  // Whole minutes since it last went in; endless if it never did.
  minutes_since_exit,   // The same of going out.
};
constexpr auto names_of(RuleSubject) {
  return std::array<std::string_view, 9>{
      "ticket_type",   "gate",          "direction",           "weekday",           "time_of_day",
      "entries_total", "entries_today", "minutes_since_entry", "minutes_since_exit"};
}

// is: one of the values; is_not: none of them; below, at_least: compared with the only value, of
// subjects that are times or numbers.
enum class RuleOp : uint8_t { is, is_not, below, at_least };
constexpr auto names_of(RuleOp) {
  return std::array<std::string_view, 4>{"is", "is_not", "below", "at_least"};
}

struct RuleCondition {
  RuleSubject what = RuleSubject::ticket_type;
  RuleOp op = RuleOp::is;
  std::vector<std::string> values;
  bool operator==(const RuleCondition&) const = default;
  static constexpr auto fields() {
    return field_list(
        field("what", &RuleCondition::what), field("op", &RuleCondition::op).or_default(),
        field("values", &RuleCondition::values,
              bilten::items(1, kRuleValuesMax, length(1, kGateNameMax, Format::line))));
  }
};

struct RuleGroup {
  std::string says;  // To staff, when the group does not hold.
  std::vector<RuleCondition> all_of;
  bool operator==(const RuleGroup&) const = default;
  static constexpr auto fields() {
    return field_list(
        field("says", &RuleGroup::says, length(1, 200, Format::line))
            .doc("What staff read where the group comes closest and still does not hold."),
        field("all_of", &RuleGroup::all_of, bilten::items(1, kRuleConditionsMax)));
  }
};

// A ticket may pass where one of the groups that speak of its direction holds, or none speaks of
// it. A group speaks of entries, unless it has a condition on direction: then of those for which
// that condition holds.
struct Rules {
  std::vector<RuleGroup> any_of;
  bool operator==(const Rules&) const = default;
  static constexpr auto fields() {
    return field_list(
        field("any_of", &Rules::any_of, bilten::items(0, kRuleGroupsMax)).or_default());
  }
};

struct ListTerms {
  std::string title;
  std::vector<Id> ticket_type_ids = {};  // Empty: every ticket of the event.
  std::optional<Id> date_id = {};        // Absent: tickets of every date.
  std::vector<std::string> gates = {};   // Empty: scans need not say where they are made.
  std::string zone = {};
  std::optional<Instant> opens_at = {}, closes_at = {};
  int64_t entries_max = 1;  // 0: any number.
  bool reentry = false;
  bool exit_scans = true;
  int64_t capacity = 0;  // 0: no limit.
  bool show_first_name = false;
  bool admit_by_name = false;
  Rules rules = {};
  bool operator==(const ListTerms&) const = default;
  static constexpr auto fields() {
    using Self = ListTerms;
    return join_fields(
        field_list(
            field("name", &Self::title, length(1, 100, Format::line)),
            field("ticket_type_ids", &Self::ticket_type_ids, bilten::items(0, kTypesPerListMax))
                .or_default()
                .doc("Whom it lets in; empty: every ticket of the event."),
            field("date_id", &Self::date_id)
                .doc("Of an event with several dates: lets in the tickets of this one, and those "
                     "that are for the whole event."),
            field("gates", &Self::gates,
                  bilten::items(0, kGatesMax, length(1, kGateNameMax, Format::line)))
                .or_default()
                .doc("Where there are some, each scan names one of them."),
            field("zone", &Self::zone, length(0, 60, Format::line))
                .or_default()
                .doc("What the list leads into, for people to read."),
            field("opens_at", &Self::opens_at)
                .doc(
                    "Absent: when the doors of the ticket's date open, or of the list's, or of the "
                    "event."),
            field("closes_at", &Self::closes_at).doc("Absent: when that ends."),
            field("entries_max", &Self::entries_max, between(0, kEntriesMax))
                .or_default()
                .doc("How often a ticket is let in, not counting re-entries; 0: any number.")),
        field_list(field("reentry", &Self::reentry)
                       .or_default()
                       .doc("Who was scanned out may come in again, beyond entries_max."),
                   field("exit_scans", &Self::exit_scans)
                       .or_default()
                       .doc("Whether tickets go out by it."),
                   field("capacity", &Self::capacity, between(0, kCapacityMax))
                       .or_default()
                       .doc("The most tickets inside at a time; 0: no limit."),
                   field("show_first_name", &Self::show_first_name)
                       .or_default()
                       .doc("Scans answer the holder's first name."),
                   field("admit_by_name", &Self::admit_by_name)
                       .or_default()
                       .doc("Door staff may let in by ticket_id; otherwise it takes a supervisor."),
                   field("rules", &Self::rules).or_default()));
  }
};

// How many went through. Entries and exits count scans, the others tickets: whatever a ticket does,
// it is inside at most once.
struct ListCounts {
  int64_t admitted = 0;  // Tickets let in at least once.
  int64_t entered = 0, exited = 0;
  int64_t inside = 0;  // 0 <= inside <= admitted, inside <= entered - exited.
  bool operator==(const ListCounts&) const = default;
  static constexpr auto fields() {
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(
        field("admitted", &ListCounts::admitted, limits).doc("Tickets let in at least once."),
        field("entered", &ListCounts::entered, limits).doc("Scans in."),
        field("exited", &ListCounts::exited, limits).doc("Scans out."),
        field("inside", &ListCounts::inside, limits).doc("Tickets inside just now."));
  }
};

}  // namespace bilten::api::ticket
