// Doors: what a ticket that is shown at a check-in list is judged by, what it is told, and what its
// passing changes. A scan over the network (scans.cpp) and one that was made without it go by the
// same functions.
#pragma once

#include "common/api/ticket_doors.h"
#include "common/base/zones.h"
#include "common/service/handlers.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/door_rows.h"
#include "daemons/ticket/event_keys.h"

namespace bilten::ticket {

// Everything a scan is judged by.
struct Door {
  Id list_id;
  ListRow list;
  ListCountsRow counts;
  EventRow event;  // The list's.
  Id ticket_id;
  TicketRow ticket;
  std::optional<AdmissionRow> admission;
  std::optional<std::string> first_name;  // The holder's, where the list shows it.
  std::optional<Id> date_id = {};         // The date that the ticket is for.
  std::optional<Schedule> schedule = {};  // Of that, or of the list's date; absent: the event's.
};

// A ticket as it is shown.
struct Showing {
  std::optional<TicketCode> code;  // Nothing: it was found by name, and is taken by its id.
  Direction direction = Direction::entry;
  std::optional<std::string> gate = {};
  UnixMillis at = 0;     // When it was shown: what times are compared with.
  LocalTime local = {};  // The same, in the event's zone.
};

// Why a ticket is not let through.
struct Objection {
  ScanReason reason = ScanReason::invalid;
  std::optional<std::string> rule = {};  // Of the reason `rule`: what it says.
};

Error unknown_check_in_list();
// Opens the list for who has at least that role: unknown_check_in_list, role_missing. No ticket is
// at the door yet.
Result<Door> open_door(const Rows& rows, const Person* person, const Id& list_id,
                       api::user::Role least = api::user::Role::door_staff);
// unknown_gate: the list has gates, and this is none of them.
Status check_gate(const ListTerms& terms, const std::optional<std::string>& gate);
// Brings the ticket to the door; false: no such ticket.
bool show_ticket(const Rows& rows, const Id& ticket_id, Door& door);
// Finds the date of the ticket at the door; show_ticket does so as well.
void show_date(const Rows& rows, Door& door);
// Of that date, or else of the list's; nothing: of neither.
std::optional<Schedule> schedule_at(const Rows& rows, const Door& door,
                                    const std::optional<Id>& date_id);
// When the list lets in: by its own times, or by the schedule's, or by the event's.
Instant opens_at(const Door& door, const std::optional<Schedule>& schedule);
Instant closes_at(const Door& door, const std::optional<Schedule>& schedule);
// Why the ticket is good at no door; nothing: it is.
std::optional<ScanReason> reason_of_state(const Rows& rows, const Door& door);
// `date_id`: the type's.
bool lists_type(const ListTerms& terms, const Id& ticket_type_id, const std::optional<Id>& date_id);
// Whether the list is for that date; what is for the whole event is for each of its dates.
bool is_for_date(const ListTerms& terms, const std::optional<Id>& date_id);
// Why the ticket at the door is not let through; nothing: it is. In the order that decide_check_in
// names.
std::optional<Objection> objection_to(const Rows& rows, const Door& door, const Showing& showing);

// ---- what is told (refusals.cpp) ----

// The problem a scan is refused with, and what staff need to know beyond it.
Error refusal_of(const Door& door, const Objection& objection);
Error invalid_code();
api::ticket::CheckInView admitted_view(const Rows& rows, const Door& door,
                                       const api::ticket::Scan& scan);

// ---- what passing changes (admissions.cpp) ----

// Counts the ticket at the door in or out. Values only: a batch may pass many before it records.
void pass(Door& door, const api::ticket::Scan& scan, int64_t day);
// The fact of a scan that is let through, with the counters after it; the ticket passes the door.
api::ticket::CheckedIn let_through(Door& door, const api::ticket::Scan& scan, int64_t day,
                                   const std::optional<Bytes>& code_hash);
// Records ticket.door_filling if the list has become 90 % full and that was not told yet.
void tell_if_filling(Door& door, Effects& effects);
// The fact as evolve applies it, but for the record of its nonce. Answers the admission before it.
std::optional<AdmissionRow> count_passage(Rows& rows, const api::ticket::CheckedIn& fact);
// Saves what a list counts; it may be told again that it fills once it fell below 85 %.
void save_counts(Rows& rows, const Id& list_id, const ListTerms& terms, ListCountsRow counts);
// `sign` -1 takes one back.
void count_at_gate(Rows& rows, const api::ticket::Scan& scan, int64_t sign);

// ---- scans over the network (scans.cpp) ----

// What a scan's code was found to be, before the batch.
struct CheckedCode {
  std::optional<TicketCode> code;  // Nothing: not one of ours, or there was none.
  std::string hash;
  std::optional<std::string> first_name;  // Of the holder, where the list shows it.
};
// A code that was found genuine before is known by its hash.
Result<CheckedCode> prepare_check_in(const Reader& reader, const api::ticket::CheckIn& message,
                                     const EventKeys& keys);
// unknown_check_in_list, role_missing, nonce_reused, scan_undone, (what a known nonce got before),
// unknown_gate, invalid, wrong_event, revoked, cancelled, refunded, unpaid, wrong_type; of an entry
// too_late, not_yet, already_redeemed; of an exit no_exit, not_inside; rule; full. A ticket that is
// not let through is recorded and refused.
Decided<api::ticket::CheckInView> decide_check_in(const Rows& rows, const Context& context,
                                                  const api::ticket::CheckIn& message);

void apply(Rows& rows, const api::ticket::CheckedIn& fact);
void apply(Rows& rows, const api::ticket::ScanRefused& fact);
void apply(Rows& rows, const api::ticket::DoorFilling& fact);

// ---- taking a scan back (undo.cpp) ----

// unknown_check_in_list, role_missing, nonce_reused, not_scanned
Decided<api::ticket::UndoneView> decide_undo_check_in(const Rows& rows, const Context& context,
                                                      const api::ticket::UndoCheckIn& message);
// `reason`: from the vault.
api::ticket::UndoneView view_of_undo(const Id& list_id, const Id& undo_id, const UndoRow& undo,
                                     std::optional<std::string> reason);

void apply(Rows& rows, const api::ticket::CheckInUndone& fact);

}  // namespace bilten::ticket
