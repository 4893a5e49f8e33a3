// The rules of events: draft, publish, change, cancel. decide reads, evolve writes.
#pragma once

#include "common/api/event.h"
#include "common/service/handlers.h"
#include "daemons/event/event.h"

namespace bilten::event {

// All texts of one event together, in all languages: a fact stays far under 64 KiB.
inline constexpr size_t kDetailsBytesMax = 24 * 1024;

// Due when a published event's end passes; the key is the event's id.
inline constexpr std::string_view kEndTimer = "event.end";

// What prepare found in the time zone database; true too where the message names no zone.
struct ZoneCheck {
  bool known = true;
};

// The event, if the person behind the request (null: a guest) may see it; else unknown_event.
Result<Event> find_visible(const Rows& rows, const Person* person, const Id& event_id);
// The event that the person behind the command may manage: unknown_event, role_missing.
Result<Event> find_managed(const Rows& rows, const Context& context, const Id& event_id);
// wrong_state: `what_next` says what may not be done in it, or what to do first.
Error wrong_state(api::event::State state, const char* what_next);
// Refuses with unknown_organization whoever is not a member.
Status check_member(const Rows& rows, const Person& person, const Id& organization_id);

Decided<EventView> decide_draft(const Rows&, const Context&, const api::event::Draft&);
Decided<EventView> decide_change(const Rows&, const Context&, const api::event::Change&);
Decided<EventView> decide_publish(const Rows&, const Context&, const api::event::Publish&);
Decided<EventView> decide_unpublish(const Rows&, const Context&, const api::event::Unpublish&);
Decided<EventView> decide_cancel(const Rows&, const Context&, const api::event::Cancel&);
Effects decide_end_due(const Rows&, const Context&, std::string_view event_id);

void evolve(Rows& rows, std::string_view name, std::string_view body);

}  // namespace bilten::event
