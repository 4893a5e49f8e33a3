#include "daemons/ticket/doors.h"

#include <algorithm>

#include "daemons/ticket/devices.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/rules.h"

namespace bilten::ticket {
namespace {

bool is_inside(const Door& door) {
  return door.admission && door.admission->inside;
}

bool has_entry_left(const Door& door) {
  const auto& admission = door.admission;
  const auto& terms = door.list.terms;
  if (!admission || terms.entries_max == 0 || admission->used < terms.entries_max) return true;
  return terms.reentry && !admission->inside;
}

std::optional<ScanReason> reason_of_entry(const Door& door, UnixMillis now) {
  if (now >= closes_at(door, door.schedule).ms) return ScanReason::too_late;
  if (now < opens_at(door, door.schedule).ms) return ScanReason::not_yet;
  return has_entry_left(door) ? std::nullopt : std::optional(ScanReason::already_redeemed);
}

std::optional<ScanReason> reason_of_exit(const Door& door) {
  if (!door.list.terms.exit_scans) return ScanReason::no_exit;
  return is_inside(door) ? std::nullopt : std::optional(ScanReason::not_inside);
}

int64_t minutes_since(const std::optional<Instant>& then, UnixMillis now) {
  return then ? std::max<int64_t>(0, (now - then->ms) / 60'000) : INT64_MAX;
}

std::optional<Objection> objection_of_rules(const Door& door, const Showing& showing) {
  const auto& rules = door.list.terms.rules;
  if (rules.any_of.empty()) return std::nullopt;
  RuleFacts facts{.ticket_type_id = door.ticket.ticket_type_id,
                  .direction = showing.direction,
                  .local = showing.local};
  if (showing.gate) facts.gate = *showing.gate;
  if (const auto& admission = door.admission) {
    facts.entries_total = admission->entries;
    if (admission->day == showing.local.day) facts.entries_today = admission->entries_of_day;
    facts.minutes_since_entry = minutes_since(admission->entered_at, showing.at);
    facts.minutes_since_exit = minutes_since(admission->exited_at, showing.at);
  }
  const auto* group = rule_against(rules, facts);
  return group ? std::optional(Objection{ScanReason::rule, group->says}) : std::nullopt;
}

}  // namespace

Error unknown_check_in_list() {
  return {Code::not_found, "unknown_check_in_list", "There is no such check-in list for you."};
}

Result<Door> open_door(const Rows& rows, const Person* person, const Id& list_id, Role least) {
  auto list = rows.find<ListRow>(list_id.view());
  if (!list) return rests_on("event", unknown_check_in_list());
  const auto& organization_id = list->organization_id;
  const auto allowed =
      person && person->is_device
          ? need_device(rows, *person, organization_id, list->event_id, unknown_check_in_list())
          : need_role(rows, person, organization_id, least, unknown_check_in_list());
  if (!allowed) return allowed.error();
  auto event = rows.find<EventRow>(list->event_id.view());
  CHECK_INVARIANT(event);
  return Door{
      .list_id = list_id,
      .list = std::move(*list),
      .counts = rows.find<ListCountsRow>(list_id.view()).value_or(ListCountsRow{}),
      .event = std::move(*event),
      .ticket_id = {},
      .ticket = {},
      .admission = {},
      .first_name = {},
  };
}

Status check_gate(const ListTerms& terms, const std::optional<std::string>& gate) {
  const auto& gates = terms.gates;
  if (gates.empty()) return Done{};
  if (gate && std::find(gates.begin(), gates.end(), *gate) != gates.end()) return Done{};
  std::string names;
  for (const auto& name : gates) names += (names.empty() ? "" : ", ") + name;
  return Error{Code::unprocessable, "unknown_gate",
               "Each scan on this list names one of its gates: " + names + "."};
}

bool show_ticket(const Rows& rows, const Id& ticket_id, Door& door) {
  auto ticket = rows.find<TicketRow>(ticket_id.view());
  if (!ticket) return false;
  door.ticket_id = ticket_id;
  door.ticket = std::move(*ticket);
  door.admission = rows.find<AdmissionRow>(key_of(door.list_id, ticket_id));
  show_date(rows, door);
  return true;
}

void show_date(const Rows& rows, Door& door) {
  if (!door.event.dates) return;
  door.date_id = date_id_of_type(rows, door.event, door.ticket.ticket_type_id);
  door.schedule = schedule_at(rows, door, door.date_id);
}

std::optional<Schedule> schedule_at(const Rows& rows, const Door& door,
                                    const std::optional<Id>& date_id) {
  const auto& shown = date_id ? date_id : door.list.terms.date_id;
  if (!shown) return std::nullopt;
  return schedule_of(door.event, date_of(rows, *shown));
}

Instant opens_at(const Door& door, const std::optional<Schedule>& schedule) {
  const auto otherwise = schedule ? schedule->doors_at : door.event.terms.doors_at;
  return door.list.terms.opens_at.value_or(otherwise);
}

Instant closes_at(const Door& door, const std::optional<Schedule>& schedule) {
  const auto otherwise = schedule ? schedule->ends_at : door.event.terms.ends_at;
  return door.list.terms.closes_at.value_or(otherwise);
}

std::optional<ScanReason> reason_of_state(const Rows& rows, const Door& door) {
  if (door.event.terms.state == api::event::State::cancelled) return ScanReason::cancelled;
  if (door.schedule && door.schedule->is_cancelled) return ScanReason::cancelled;
  switch (door.ticket.state) {
    case TicketState::cancelled: return ScanReason::cancelled;
    case TicketState::refunded: return ScanReason::refunded;
    case TicketState::transferred: return ScanReason::revoked;
    case TicketState::blocked: return ScanReason::blocked;
    case TicketState::valid:
    case TicketState::used: break;
  }
  const auto order = rows.find<OrderRow>(door.ticket.order_id.view());
  CHECK_INVARIANT(order);
  switch (order->state) {
    case OrderState::paid:
    case OrderState::partially_refunded: return std::nullopt;
    case OrderState::cancelled: return ScanReason::cancelled;
    case OrderState::refunded: return ScanReason::refunded;
    case OrderState::held:
    case OrderState::expired: return ScanReason::unpaid;
  }
  return std::nullopt;
}

bool is_for_date(const ListTerms& terms, const std::optional<Id>& date_id) {
  return !terms.date_id || !date_id || terms.date_id == date_id;
}

bool lists_type(const ListTerms& terms, const Id& ticket_type_id,
                const std::optional<Id>& date_id) {
  if (!is_for_date(terms, date_id)) return false;
  const auto& listed = terms.ticket_type_ids;
  return listed.empty() || std::find(listed.begin(), listed.end(), ticket_type_id) != listed.end();
}

std::optional<Objection> objection_to(const Rows& rows, const Door& door, const Showing& showing) {
  if (door.ticket.event_id != door.list.event_id) return Objection{ScanReason::wrong_event};
  if (const auto& code = showing.code) {
    const bool is_current = accepts_key(rows, *code) && code->generation == door.ticket.generation;
    if (!is_current) return Objection{ScanReason::revoked};
  }
  if (const auto reason = reason_of_state(rows, door)) return Objection{*reason};
  const auto& terms = door.list.terms;
  if (!lists_type(terms, door.ticket.ticket_type_id, door.date_id)) {
    return Objection{ScanReason::wrong_type};
  }
  const bool enters = showing.direction == Direction::entry;
  const auto reason = enters ? reason_of_entry(door, showing.at) : reason_of_exit(door);
  if (reason) return Objection{*reason};
  if (auto objection = objection_of_rules(door, showing)) return objection;
  const bool adds = enters && !is_inside(door);
  if (adds && terms.capacity > 0 && door.counts.inside >= terms.capacity) {
    return Objection{ScanReason::full};
  }
  return std::nullopt;
}

}  // namespace bilten::ticket
