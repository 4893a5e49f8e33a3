// An event in whole: how it stands in rows, what each fact makes of it, and how it is shown.
#pragma once

#include "daemons/event/rows.h"

namespace bilten::event {

using api::event::EventCard;
using api::event::EventView;

struct Event {
  Id id;
  EventRow row;
  Text description;
};

std::optional<Event> find_event(const Rows& rows, const Id& event_id);

// What a fact makes of an event. evolve saves it; decide answers with what will be.
Event drafted(const api::event::Drafted& fact);
void absorb(Event& event, const api::event::Moved& fact);
void absorb(Event& event, const api::event::Changed& fact);

// Whether it is on the public list.
bool on_list(const EventRow& row);

// Without local times: the zone database is outside of the rules.
EventView view_of(const Event& event);
EventCard card_of(const Id& event_id, const EventRow& row);

// A change that may be absent.
template <class T>
void replace(T& into, const std::optional<T>& by) {
  if (by) into = *by;
}

}  // namespace bilten::event
