#include "daemons/ticket/dates.h"

#include <algorithm>

namespace bilten::ticket {
namespace {

Schedule schedule_of(const EventRow& event) {
  const auto& terms = event.terms;
  return {terms.starts_at, terms.ends_at, terms.doors_at,
          terms.state == api::event::State::cancelled};
}

void save_date(Rows& rows, const api::event::DateFact& fact) {
  rows.save(fact.date_id.view(), DateRow{fact.event_id, fact.terms, fact.at});
}

void apply(Rows& rows, const api::event::DateAdded& fact) {
  auto event = rows.find<EventRow>(fact.event_id.view());
  CHECK_INVARIANT(event);
  event->dates = event->dates.value_or(0) + 1;
  rows.save(fact.event_id.view(), *event);
  save_date(rows, fact);
}
void apply(Rows& rows, const api::event::DateChanged& fact) {
  save_date(rows, fact);
}
void apply(Rows& rows, const api::event::DateCancelled& fact) {
  save_date(rows, fact);
}

}  // namespace

DateRow date_of(const Rows& rows, const Id& date_id) {
  auto date = rows.find<DateRow>(date_id.view());
  CHECK_INVARIANT(date);
  return std::move(*date);
}

std::optional<Id> date_id_of_type(const Rows& rows, const EventRow& event, const Id& type_id) {
  if (!event.dates) return std::nullopt;
  const auto type = rows.find<TypeRow>(type_id.view());
  CHECK_INVARIANT(type);
  return type->terms.date_id;
}

Schedule schedule_of(const EventRow& event, const DateRow& date) {
  const auto& terms = date.terms;
  return {terms.starts_at, terms.ends_at, terms.doors_at,
          terms.state == DateState::cancelled || schedule_of(event).is_cancelled};
}

Schedule schedule_of_type(const Rows& rows, const EventRow& event, const Id& type_id) {
  const auto date_id = date_id_of_type(rows, event, type_id);
  return date_id ? schedule_of(event, date_of(rows, *date_id)) : schedule_of(event);
}

Schedule schedule_of_lines(const Rows& rows, const EventRow& event,
                           const std::vector<Line>& lines) {
  auto whole = schedule_of(event);
  if (!event.dates) return whole;
  for (const auto& line : lines) {
    const auto each = schedule_of_type(rows, event, line.ticket_type_id);
    whole.ends_at = std::min(whole.ends_at, each.ends_at);
    whole.is_cancelled = whole.is_cancelled || each.is_cancelled;
  }
  return whole;
}

void show_date(const Id& date_id, const Schedule& schedule, api::ticket::TicketView& view) {
  view.date_id = date_id;
  view.starts_at = schedule.starts_at;
  view.ends_at = schedule.ends_at;
}

std::optional<Instant> sales_end_of(const Rows& rows, const TypeTerms& terms) {
  if (!terms.date_id) return terms.sales_ends_at;
  const auto ends_at = date_of(rows, *terms.date_id).terms.ends_at;
  return terms.sales_ends_at ? std::min(*terms.sales_ends_at, ends_at) : ends_at;
}

Status check_date_stands(const Rows& rows, const TypeTerms& terms) {
  if (!terms.date_id) return Done{};
  if (date_of(rows, *terms.date_id).terms.state == DateState::scheduled) return Done{};
  Error error{Code::conflict, "date_cancelled",
              "The date of this ticket type is cancelled; choose another date."};
  error.extra = Packer().map(1).text("date_id").text(terms.date_id->text()).take();
  return error;
}

Status check_date_to_come(const Rows& rows, const TypeTerms& terms, UnixMillis now) {
  if (!terms.date_id) return Done{};
  if (const auto fit = check_date_stands(rows, terms); !fit) return fit.error();
  if (now < date_of(rows, *terms.date_id).terms.ends_at.ms) return Done{};
  return rests_on("event", {Code::conflict, "not_on_sale",
                            "The date of this ticket type is over; choose another date."});
}

Status check_date_known(const Rows& rows, const Id& event_id, const std::optional<Id>& date_id) {
  if (!date_id) return Done{};
  const auto date = rows.find<DateRow>(date_id->view());
  if (date && date->event_id == event_id) return Done{};
  return rests_on("event", {Code::not_found, "unknown_date", "The event has no such date."});
}

std::set<Id> types_of_past_dates(const Rows& rows, const Id& event_id, const EventRow& event,
                                 UnixMillis now) {
  std::set<Id> past;
  if (!event.dates) return past;
  rows.scan<TypeOfEvent>(event_id.view(), {}, SIZE_MAX,
                         [&](std::string_view key, const TypeOfEvent&) {
                           const auto type_id = *Id::from_bytes(key.substr(16));
                           const auto schedule = schedule_of_type(rows, event, type_id);
                           if (schedule.is_cancelled || now >= schedule.ends_at.ms) {
                             past.insert(type_id);
                           }
                           return true;
                         });
  return past;
}

bool note_date(Rows& rows, std::string_view name, std::string_view body) {
  return evolve_named<api::event::DateFacts>(
      rows, name, body, [](Rows& into, const auto& fact) { apply(into, fact); });
}

}  // namespace bilten::ticket
