#include "daemons/event/core.h"

#include "common/service/access.h"
#include "daemons/event/dates.h"

namespace bilten::event {
namespace {

using api::user::Role;
using namespace api::event;

// ---- who may ----

Error unknown_event() {
  return {Code::not_found, "unknown_event", "There is no such event."};
}

Status check_manager(const Rows& rows, const Person& person, const Id& organization_id,
                     Error unknown) {
  const auto role = role_of(rows, organization_id, person.person_id);
  if (!role) return rests_on("user", std::move(unknown));
  if (*role >= Role::manager) return Done{};
  return rests_on("user", {Code::forbidden, "role_missing",
                           "Only managers and owners of the organisation may do this; ask one."});
}

// ---- what must hold ----

bool is_country(std::string_view code) {
  return code.size() == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
}

using FieldErrors = std::vector<FieldError>;

void check_times(const Terms& terms, bool zone_known, FieldErrors& faults) {
  if (terms.ends_at <= terms.starts_at) {
    faults.push_back({"/ends_at", "must be after starts_at"});
  }
  if (terms.doors_at > terms.starts_at) {
    faults.push_back({"/doors_at", "must not be after starts_at"});
  }
  if (!zone_known) {
    faults.push_back({"/timezone", "must be a zone of the IANA database, such as Africa/Cairo"});
  }
}

void check_start(const Terms& terms, UnixMillis now, FieldErrors& faults) {
  if (terms.starts_at.ms <= now) faults.push_back({"/starts_at", "must be in the future"});
}

void check_details(const Details& details, FieldErrors& faults) {
  const auto& venue = details.venue;
  if (!is_country(venue.country)) {
    faults.push_back({"/venue/country", "must be two upper case letters (ISO 3166-1)"});
  }
  if (venue.lat.has_value() != venue.lon.has_value()) {
    faults.push_back({venue.lat ? "/venue/lon" : "/venue/lat", "is missing beside the other one"});
  }
  if (encode(details).size() > kDetailsBytesMax) {
    faults.push_back({"/description", "all texts together must stay under 24 KiB"});
  }
}

Error invalid_fields(FieldErrors faults) {
  Error error{Code::invalid, "invalid", "The event cannot be like this; see errors."};
  error.fields = std::move(faults);
  return error;
}

template <class Fact>
Fact fact_about(const Event& event, const Context& context) {
  Fact fact;
  fact.event_id = event.id;
  fact.organization_id = event.row.organization_id;
  if (context.person) fact.person_id = context.person->person_id;
  fact.at.ms = context.now;
  fact.terms = event.row.terms;
  ++fact.terms.version;
  return fact;
}

// What strangers learn of the step from one to the other.
void announce(Effects& effects, const Event& before, const Event& after) {
  const auto& terms = after.row.terms;
  if (on_list(after.row)) {
    const auto& venue = after.row.details.venue;
    effects.record(Listed{after.id, terms.version, after.row.details.title, venue.city,
                          venue.country, terms.timezone, terms.starts_at, terms.ends_at});
  } else if (on_list(before.row)) {
    effects.record(Delisted{after.id, terms.version, terms.state});
  }
}

// Records the fact, what strangers learn by it, and answers with the event as it is after it.
template <class Fact>
Decision<EventView> decided(const Event& before, const Fact& fact) {
  Event after = before;
  absorb(after, fact);
  Decision<EventView> decision;
  decision.record(fact);
  announce(decision, before, after);
  decision.answer = view_of(after);
  return decision;
}

template <class Fact>
Decision<EventView> moved_to(State state, const Event& event, const Context& context) {
  auto fact = fact_about<Fact>(event, context);
  fact.terms.state = state;
  return decided(event, fact);
}

Terms changed_terms(const Terms& before, const Change& message) {
  Terms terms = before;
  replace(terms.timezone, message.timezone);
  replace(terms.starts_at, message.starts_at);
  replace(terms.ends_at, message.ends_at);
  replace(terms.visibility, message.visibility);
  replace(terms.hold_minutes, message.hold_minutes);
  replace(terms.order_max, message.order_max);
  if (message.venue) terms.capacity = message.venue->capacity;
  // Doors that opened with the start go on doing so.
  if (before.doors_at == before.starts_at) terms.doors_at = terms.starts_at;
  replace(terms.doors_at, message.doors_at);
  return terms;
}

bool zone_known(const Context& context) {
  return std::any_cast<const ZoneCheck&>(context.prepared).known;
}

}  // namespace

// ---- what other areas ask ----

Error wrong_state(State state, const char* what_next) {
  return {Code::conflict, "wrong_state",
          "This event is " + std::string(word(state)) + ". " + what_next};
}

Result<Event> find_managed(const Rows& rows, const Context& context, const Id& event_id) {
  auto event = find_event(rows, event_id);
  if (!event) return unknown_event();
  const auto may =
      check_manager(rows, *context.person, event->row.organization_id, unknown_event());
  if (!may) return may.error();
  return std::move(*event);
}

// ---- seeing ----

Result<Event> find_visible(const Rows& rows, const Person* person, const Id& event_id) {
  auto event = find_event(rows, event_id);
  if (!event) return unknown_event();
  if (event->row.shown && event->row.terms.visibility != Visibility::members) {
    return std::move(*event);
  }
  if (!person) return unknown_event();
  if (role_of(rows, event->row.organization_id, person->person_id)) return std::move(*event);
  return rests_on("user", unknown_event());
}

Status check_member(const Rows& rows, const Person& person, const Id& organization_id) {
  if (role_of(rows, organization_id, person.person_id)) return Done{};
  return rests_on("user",
                  {Code::not_found, "unknown_organization", "You are in no such organisation."});
}

// ---- deciding ----

Decided<EventView> decide_draft(const Rows& rows, const Context& context, const Draft& message) {
  const auto may =
      check_manager(rows, *context.person, message.organization_id,
                    {Code::not_found, "unknown_organization", "You are in no such organisation."});
  if (!may) return may.error();

  Drafted fact;
  fact.event_id = context.fresh_id();
  fact.organization_id = message.organization_id;
  fact.person_id = context.person->person_id;
  fact.at.ms = context.now;
  fact.details = message;
  fact.terms = {.version = 1,
                .state = State::draft,
                .visibility = message.visibility,
                .currency = message.currency,
                .timezone = message.timezone,
                .starts_at = message.starts_at,
                .ends_at = message.ends_at,
                .doors_at = message.doors_at.value_or(message.starts_at),
                .capacity = message.venue.capacity,
                .hold_minutes = message.hold_minutes,
                .order_max = message.order_max};
  FieldErrors faults;
  check_start(fact.terms, context.now, faults);
  check_times(fact.terms, zone_known(context), faults);
  check_details(fact.details, faults);
  if (!faults.empty()) return invalid_fields(std::move(faults));

  Decision<EventView> decision;
  decision.record(fact);
  decision.answer = view_of(drafted(fact));
  return decision;
}

Decided<EventView> decide_change(const Rows& rows, const Context& context, const Change& message) {
  const auto event = find_managed(rows, context, message.event_id);
  if (!event) return event.error();
  const auto& before = event->row.terms;
  if (message.expected_version.value_or(before.version) != before.version) {
    return Error{Code::precondition, "version_mismatch",
                 "The event is at version " + std::to_string(before.version) +
                     " by now; read it again and repeat the change."};
  }
  if (before.state != State::draft && before.state != State::published &&
      before.state != State::postponed) {
    return wrong_state(before.state, "It can no longer be changed.");
  }

  auto fact = fact_about<Changed>(*event, context);
  fact.changes = message;
  fact.terms = changed_terms(before, message);
  Event after = *event;
  absorb(after, fact);
  Details details = after.row.details;
  details.description = after.description;
  FieldErrors faults;
  if (message.starts_at) check_start(fact.terms, context.now, faults);
  check_times(fact.terms, zone_known(context), faults);
  check_details(details, faults);
  if (!faults.empty()) return invalid_fields(std::move(faults));
  if (message.starts_at || message.ends_at) {
    const auto fit = check_dates_within(rows, message.event_id, fact.terms);
    if (!fit) return fit.error();
  }

  after.row.changed_at = event->row.changed_at;
  if (encode(view_of(after)) == encode(view_of(*event))) {  // Nothing new: no version of its own.
    Decision<EventView> decision;
    decision.answer = view_of(*event);
    return decision;
  }
  ++fact.terms.version;
  return decided(*event, fact);
}

Decided<EventView> decide_publish(const Rows& rows, const Context& context,
                                  const Publish& message) {
  const auto event = find_managed(rows, context, message.event_id);
  if (!event) return event.error();
  const auto& terms = event->row.terms;
  if (terms.state != State::draft) return wrong_state(terms.state, "Only a draft is published.");
  if (terms.starts_at.ms <= context.now) {
    return Error{Code::conflict, "already_started",
                 "The event would have started by now; change starts_at first."};
  }
  return moved_to<Published>(State::published, *event, context);
}

Decided<EventView> decide_unpublish(const Rows& rows, const Context& context,
                                    const Unpublish& message) {
  const auto event = find_managed(rows, context, message.event_id);
  if (!event) return event.error();
  const auto state = event->row.terms.state;
  if (state != State::published) return wrong_state(state, "Only a published one is unpublished.");
  return moved_to<Unpublished>(State::draft, *event, context);
}

Decided<EventView> decide_cancel(const Rows& rows, const Context& context, const Cancel& message) {
  const auto event = find_managed(rows, context, message.event_id);
  if (!event) return event.error();
  const auto state = event->row.terms.state;
  if (state != State::draft && state != State::published && state != State::postponed) {
    return wrong_state(state, "It can no longer be cancelled.");
  }
  return moved_to<Cancelled>(State::cancelled, *event, context);
}

Effects decide_end_due(const Rows& rows, const Context& context, std::string_view key) {
  const auto event_id = Id::from_bytes(key);
  CHECK_INVARIANT(event_id);
  const auto event = find_event(rows, *event_id);
  CHECK_INVARIANT(event && event->row.terms.state == State::published);
  return moved_to<Completed>(State::completed, *event, context);
}

}  // namespace bilten::event
