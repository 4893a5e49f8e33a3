// evolve, and how an event is shown.
#include "common/api/event_facts.h"
#include "common/base/text.h"
#include "daemons/event/core.h"
#include "daemons/event/dates.h"

namespace bilten::event {

using namespace api::event;

std::optional<Event> find_event(const Rows& rows, const Id& event_id) {
  auto row = rows.find<EventRow>(event_id.view());
  if (!row) return std::nullopt;
  auto description = rows.find<DescriptionRow>(event_id.view());
  CHECK_INVARIANT(description);
  return Event{event_id, std::move(*row), std::move(description->text)};
}

bool on_list(const EventRow& row) {
  return row.terms.state == State::published && row.terms.visibility == Visibility::listed;
}

void absorb(Event& event, const Moved& fact) {
  event.row.terms = fact.terms;
  event.row.changed_at = fact.at;
  if (fact.terms.state == State::published) event.row.shown = true;
  if (fact.terms.state == State::draft) event.row.shown = false;
}

void absorb(Event& event, const Changed& fact) {
  absorb(event, static_cast<const Moved&>(fact));
  auto& details = event.row.details;
  replace(details.title, fact.changes.title);
  replace(details.summary, fact.changes.summary);
  replace(event.description, fact.changes.description);
  replace(details.category, fact.changes.category);
  replace(details.tags, fact.changes.tags);
  replace(details.languages, fact.changes.languages);
  replace(details.age_limit, fact.changes.age_limit);
  replace(details.venue, fact.changes.venue);
}

Event drafted(const Drafted& fact) {
  Event event;
  event.id = fact.event_id;
  event.row.organization_id = fact.organization_id;
  event.row.terms = fact.terms;
  event.row.details = fact.details;
  event.row.created_at = event.row.changed_at = fact.at;
  event.description = std::exchange(event.row.details.description, {});
  return event;
}

EventView view_of(const Event& event) {
  const auto& [organization_id, terms, details, created_at, changed_at, shown] = event.row;
  EventView view;
  static_cast<Details&>(view) = details;
  view.description = event.description;
  view.id = event.id;
  view.organization_id = organization_id;
  view.state = terms.state;
  view.visibility = terms.visibility;
  view.version = terms.version;
  view.currency = terms.currency;
  view.timezone = terms.timezone;
  view.starts_at = terms.starts_at;
  view.ends_at = terms.ends_at;
  view.doors_at = terms.doors_at;
  view.hold_minutes = terms.hold_minutes;
  view.order_max = terms.order_max;
  view.created_at = created_at;
  view.changed_at = changed_at;
  return view;
}

EventCard card_of(const Id& event_id, const EventRow& row) {
  const auto& [terms, details] = std::tie(row.terms, row.details);
  EventCard card;
  card.id = event_id;
  card.organization_id = row.organization_id;
  card.state = terms.state;
  card.visibility = terms.visibility;
  card.version = terms.version;
  card.title = details.title;
  card.summary = details.summary;
  card.category = details.category;
  card.venue_name = details.venue.name;
  card.city = details.venue.city;
  card.country = details.venue.country;
  card.lat = details.venue.lat;
  card.lon = details.venue.lon;
  card.timezone = terms.timezone;
  card.currency = terms.currency;
  card.starts_at = terms.starts_at;
  card.ends_at = terms.ends_at;
  card.age_limit = details.age_limit;
  return card;
}

// ---- evolving ----

namespace {

void append_words(std::string& into, const Text& text) {
  if (!text.plain.empty()) into += lower_ascii(text.plain) + ' ';
  for (const auto& [language, words] : text.by_language) into += lower_ascii(words) + ' ';
}

ListingRow listing_of(const EventRow& row) {
  const auto& venue = row.details.venue;
  ListingRow listing{lower_ascii(venue.city), venue.country, {}, row.details.category};
  append_words(listing.words, row.details.title);
  append_words(listing.words, row.details.summary);
  for (const auto& tag : row.details.tags) listing.words += lower_ascii(tag) + ' ';
  listing.words += lower_ascii(venue.name) + ' ' + listing.city;
  return listing;
}

void save_event(Rows& rows, const Event& event) {
  rows.save(event.id.view(), event.row);
  rows.save(event.id.view(), DescriptionRow{event.description});
}

void apply(Rows& rows, const Drafted& fact) {
  save_event(rows, drafted(fact));
  rows.save(organization_event_key(fact.organization_id, fact.event_id), OrganizationEventRow{});
}

// Every other fact about an event that exists: the event, its listing and its timer move together.
template <class Fact>
void apply(Rows& rows, const Fact& fact) {
  auto event = find_event(rows, fact.event_id);
  CHECK_INVARIANT(event && event->row.terms.version + 1 == fact.terms.version);
  if (on_list(event->row)) {
    rows.erase<ListingRow>(listing_key(event->row.terms.starts_at, event->id));
  }
  absorb(*event, fact);
  save_event(rows, *event);
  const auto& terms = event->row.terms;
  if (on_list(event->row)) {
    rows.save(listing_key(terms.starts_at, event->id), listing_of(event->row));
  }
  if (terms.state == State::published) {
    rows.set_timer(kEndTimer, event->id.view(), terms.ends_at.ms);
  } else {
    rows.clear_timer(kEndTimer, event->id.view());
  }
}

// Told to strangers; the rows already follow from the facts above.
void apply(Rows&, const Listed&) {}
void apply(Rows&, const Delisted&) {}

}  // namespace

void evolve(Rows& rows, std::string_view name, std::string_view body) {
  evolve_named<Facts>(rows, name, body, [](Rows& into, const auto& fact) { apply(into, fact); });
}

}  // namespace bilten::event
