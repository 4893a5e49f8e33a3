// The contract of the event service: what people buy tickets for, from draft to its last day.
#pragma once

#include <optional>
#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::event {

// Only `published` sells. A cancelled event stays cancelled.
enum class State : uint8_t { draft, published, postponed, cancelled, completed, archived };
constexpr auto names_of(State) {
  return std::array<std::string_view, 6>{"draft",     "published", "postponed",
                                         "cancelled", "completed", "archived"};
}

// listed: on the public list. unlisted: by its address only. private: for members only.
enum class Visibility : uint8_t { listed, unlisted, members };
constexpr auto names_of(Visibility) {
  return std::array<std::string_view, 3>{"public", "unlisted", "private"};
}

inline constexpr uint32_t kPageMax = 100;

// What sales and doors decide by. Every fact about an event carries all of it, as it is after the
// fact: a reader saves it whole, and never asks.
struct Terms {
  int64_t version = 1;  // Rises by one with every change of the event.
  State state = State::draft;
  Visibility visibility = Visibility::listed;
  std::string currency, timezone;
  Instant starts_at, ends_at;
  Instant doors_at;  // Never after starts_at.
  int64_t capacity = 1;
  uint32_t hold_minutes = 15;
  uint32_t order_max = 10;
  static constexpr auto fields() {
    return field_list(field("version", &Terms::version, between(1, INT64_MAX)),
                      field("state", &Terms::state), field("visibility", &Terms::visibility),
                      field("currency", &Terms::currency, length(3, 3, Format::currency)),
                      field("timezone", &Terms::timezone, length(1, 64, Format::timezone)),
                      field("starts_at", &Terms::starts_at), field("ends_at", &Terms::ends_at),
                      field("doors_at", &Terms::doors_at),
                      field("capacity", &Terms::capacity, between(1, 1'000'000)),
                      field("hold_minutes", &Terms::hold_minutes, between(1, 120)),
                      field("order_max", &Terms::order_max, between(1, 100)));
  }
};

struct Venue {
  std::string name, address, city;
  std::string country;  // ISO 3166-1, two letters, upper case.
  std::optional<double> lat, lon;
  int64_t capacity = 1;
  static constexpr auto fields() {
    return field_list(
        field("name", &Venue::name, length(1, 200, Format::line)),
        field("address", &Venue::address, length(0, 300)).or_default(),
        field("city", &Venue::city, length(1, 100, Format::line)),
        field("country", &Venue::country, length(2, 2)).doc("ISO 3166-1, two letters: EG."),
        field("lat", &Venue::lat, between(-90, 90)).doc("Degrees north, WGS 84."),
        field("lon", &Venue::lon, between(-180, 180)).doc("Degrees east, WGS 84."),
        field("capacity", &Venue::capacity, between(1, 1'000'000)).doc("People at once."));
  }
};

// What an event says of itself, in messages and facts alike.
struct Details {
  Text title, summary, description;
  std::vector<std::string> category, tags, languages;
  uint32_t age_limit = 0;  // Years; 0: everyone.
  Venue venue;
  static constexpr auto fields() {
    return field_list(
        field("title", &Details::title, length(3, 255, Format::line)),
        field("summary", &Details::summary, length(0, 300)).or_default(),
        field("description", &Details::description, length(0, 1000)).or_default().doc("Markdown."),
        field("category", &Details::category, items(0, 5, length(1, 40, Format::word)))
            .or_default()
            .doc("Words such as concert, theatre, sport."),
        field("tags", &Details::tags, items(0, 20, length(1, 40, Format::line))).or_default(),
        field("languages", &Details::languages, items(0, 20, length(2, 35, Format::language)))
            .or_default()
            .doc("Spoken or sung: en, ar."),
        field("age_limit", &Details::age_limit, between(0, 99)).or_default(),
        field("venue", &Details::venue));
  }
};

// The same where each may be left as it is.
struct DetailChanges {
  std::optional<Text> title, summary, description;
  std::optional<std::vector<std::string>> category, tags, languages;
  std::optional<uint32_t> age_limit;
  std::optional<Venue> venue;
  static constexpr auto fields() {
    return field_list(
        field("title", &DetailChanges::title, length(3, 255, Format::line)),
        field("summary", &DetailChanges::summary, length(0, 300)),
        field("description", &DetailChanges::description, length(0, 1000)),
        field("category", &DetailChanges::category, items(0, 5, length(1, 40, Format::word))),
        field("tags", &DetailChanges::tags, items(0, 20, length(1, 40, Format::line))),
        field("languages", &DetailChanges::languages,
              items(0, 20, length(2, 35, Format::language))),
        field("age_limit", &DetailChanges::age_limit, between(0, 99)),
        field("venue", &DetailChanges::venue)
            .doc("Whole: the venue given replaces the one before."));
  }
};

// ---- facts ----

// Where a fact belongs and who caused it; the base of most facts here.
struct Moved {
  Id event_id, organization_id;
  std::optional<Id> person_id;
  Instant at;
  Terms terms;
  static constexpr auto fields() {
    return field_list(field("event_id", &Moved::event_id),
                      field("organization_id", &Moved::organization_id),
                      field("person_id", &Moved::person_id).doc("Who did it; absent: the clock."),
                      field("at", &Moved::at), field("terms", &Moved::terms));
  }
};

struct Drafted : Moved {
  static constexpr std::string_view name = "event.drafted";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event exists, seen by its organisation alone.";
  Details details;
  static constexpr auto fields() {
    return join_fields(Moved::fields(), field_list(field("details", &Drafted::details)));
  }
};
// What was not changed is absent, but for the terms, which are always whole.
struct Changed : Moved {
  static constexpr std::string_view name = "event.changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event's details or terms are others than before.";
  DetailChanges changes;
  static constexpr auto fields() {
    return join_fields(Moved::fields(), field_list(field("changes", &Changed::changes)));
  }
};
struct Published : Moved {
  static constexpr std::string_view name = "event.published";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event may sell.";
};
struct Unpublished : Moved {
  static constexpr std::string_view name = "event.unpublished";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event is a draft again: it sells no more for now.";
};
struct Cancelled : Moved {
  static constexpr std::string_view name = "event.cancelled";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event will not take place, for good.";
};
struct Completed : Moved {
  static constexpr std::string_view name = "event.completed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A published event's end has passed.";
};

// Goes with the facts above where the event is, or was, on the public list: the only facts of this
// service that strangers see, so that a stream never tells of a private or unlisted event.
struct Listed {
  static constexpr std::string_view name = "event.listed";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "An event is on the public list, or shows other details.";
  Id event_id;
  int64_t version = 1;
  Text title;
  std::string city, country, timezone;
  Instant starts_at, ends_at;
  static constexpr auto fields() {
    return field_list(field("event_id", &Listed::event_id),
                      field("version", &Listed::version, between(1, INT64_MAX)),
                      field("title", &Listed::title, length(1, 255)),
                      field("city", &Listed::city, length(1, 100)),
                      field("country", &Listed::country, length(2, 2)),
                      field("timezone", &Listed::timezone, length(1, 64, Format::timezone)),
                      field("starts_at", &Listed::starts_at), field("ends_at", &Listed::ends_at));
  }
};
struct Delisted {
  static constexpr std::string_view name = "event.delisted";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "An event is no longer on the public list.";
  Id event_id;
  int64_t version = 1;
  State state = State::draft;
  static constexpr auto fields() {
    return field_list(field("event_id", &Delisted::event_id),
                      field("version", &Delisted::version, between(1, INT64_MAX)),
                      field("state", &Delisted::state));
  }
};

using Fact =
    std::variant<Drafted, Changed, Published, Unpublished, Cancelled, Completed, Listed, Delisted>;

// ---- views ----

// One line of a list. The local times are wall times in `timezone`: "2027-03-28T20:00".
struct EventCard {
  Id id, organization_id;
  State state = State::draft;
  Visibility visibility = Visibility::listed;
  int64_t version = 1;
  Text title, summary;
  std::vector<std::string> category;
  std::string venue_name, city, country, timezone, currency;
  std::optional<double> lat, lon;
  Instant starts_at, ends_at;
  std::optional<std::string> starts_local, ends_local;
  uint32_t age_limit = 0;
  static constexpr auto fields() {
    return field_list(
        field("id", &EventCard::id), field("organization_id", &EventCard::organization_id),
        field("state", &EventCard::state), field("visibility", &EventCard::visibility),
        field("version", &EventCard::version, between(1, INT64_MAX)),
        field("title", &EventCard::title, length(3, 255)),
        field("summary", &EventCard::summary, length(0, 300)),
        field("category", &EventCard::category, items(0, 5, length(1, 40))),
        field("venue_name", &EventCard::venue_name, length(1, 200)),
        field("city", &EventCard::city, length(1, 100)),
        field("country", &EventCard::country, length(2, 2)),
        field("timezone", &EventCard::timezone, length(1, 64)),
        field("currency", &EventCard::currency, length(3, 3)),
        field("lat", &EventCard::lat, between(-90, 90)),
        field("lon", &EventCard::lon, between(-180, 180)),
        field("starts_at", &EventCard::starts_at), field("ends_at", &EventCard::ends_at),
        field("starts_local", &EventCard::starts_local, length(16, 16)),
        field("ends_local", &EventCard::ends_local, length(16, 16)),
        field("age_limit", &EventCard::age_limit, between(0, 99)));
  }
};

struct EventView : Details {
  Id id, organization_id;
  State state = State::draft;
  Visibility visibility = Visibility::listed;
  int64_t version = 1;
  std::string currency, timezone;
  Instant starts_at, ends_at, doors_at;
  std::optional<std::string> starts_local, ends_local, doors_local;
  uint32_t hold_minutes = 15, order_max = 10;
  Instant created_at, changed_at;
  static constexpr auto fields() {
    return join_fields(
        field_list(field("id", &EventView::id),
                   field("organization_id", &EventView::organization_id),
                   field("state", &EventView::state), field("visibility", &EventView::visibility),
                   field("version", &EventView::version, between(1, INT64_MAX))),
        Details::fields(),
        field_list(field("currency", &EventView::currency, length(3, 3)),
                   field("timezone", &EventView::timezone, length(1, 64)),
                   field("starts_at", &EventView::starts_at), field("ends_at", &EventView::ends_at),
                   field("doors_at", &EventView::doors_at),
                   field("starts_local", &EventView::starts_local, length(16, 16))
                       .doc("Wall time in the zone: 2027-03-28T20:00."),
                   field("ends_local", &EventView::ends_local, length(16, 16)),
                   field("doors_local", &EventView::doors_local, length(16, 16)),
                   field("hold_minutes", &EventView::hold_minutes, between(1, 120)),
                   field("order_max", &EventView::order_max, between(1, 100)),
                   field("created_at", &EventView::created_at),
                   field("changed_at", &EventView::changed_at)));
  }
};

struct EventCards {
  std::vector<EventCard> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &EventCards::items, bilten::items(0, kPageMax)),
                      field("next_cursor", &EventCards::next_cursor, length(1, 200)));
  }
};

// ---- messages ----

struct Draft : Details {
  static constexpr std::string_view name = "event.draft";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/organizations/{organization_id}/events",
               .status = 201,
               .location = "/v1/events/{id}"},
      .refusals = {"unknown_organization", "role_missing", "invalid"},
      .doc = "Drafts an event. It starts in the future and ends after it starts."};
  using Answer = EventView;
  Id organization_id;
  std::string currency, timezone;
  Instant starts_at, ends_at;
  std::optional<Instant> doors_at;
  Visibility visibility = Visibility::listed;
  uint32_t hold_minutes = 15, order_max = 10;
  static constexpr auto fields() {
    return join_fields(
        field_list(field("organization_id", &Draft::organization_id)), Details::fields(),
        field_list(
            field("currency", &Draft::currency, length(3, 3, Format::currency))
                .doc("Of every price of this event; cannot be changed."),
            field("timezone", &Draft::timezone, length(1, 64, Format::timezone))
                .doc("The venue's IANA zone."),
            field("starts_at", &Draft::starts_at), field("ends_at", &Draft::ends_at),
            field("doors_at", &Draft::doors_at).doc("When doors open; starts_at where absent."),
            field("visibility", &Draft::visibility).or_default(),
            field("hold_minutes", &Draft::hold_minutes, between(1, 120))
                .or_default()
                .doc("How long an unpaid order keeps its tickets."),
            field("order_max", &Draft::order_max, between(1, 100))
                .or_default()
                .doc("Tickets in one order.")));
  }
};

struct Change : DetailChanges {
  static constexpr std::string_view name = "event.change";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/events/{event_id}"},
      .refusals = {"unknown_event", "role_missing", "version_mismatch", "wrong_state", "invalid",
                   "date_outside_event"},
      .doc =
          "Changes an event that is not over; what is left out stays. Every change is a version."};
  using Answer = EventView;
  Id event_id;
  std::optional<int64_t> expected_version;
  std::optional<std::string> timezone;
  std::optional<Instant> starts_at, ends_at, doors_at;
  std::optional<Visibility> visibility;
  std::optional<uint32_t> hold_minutes, order_max;
  static constexpr auto fields() {
    return join_fields(
        field_list(field("event_id", &Change::event_id),
                   field("expected_version", &Change::expected_version, between(1, INT64_MAX))
                       .doc("Refused with version_mismatch if the event has another.")),
        DetailChanges::fields(),
        field_list(field("timezone", &Change::timezone, length(1, 64, Format::timezone)),
                   field("starts_at", &Change::starts_at), field("ends_at", &Change::ends_at),
                   field("doors_at", &Change::doors_at), field("visibility", &Change::visibility),
                   field("hold_minutes", &Change::hold_minutes, between(1, 120)),
                   field("order_max", &Change::order_max, between(1, 100))));
  }
};

struct OfEvent {
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &OfEvent::event_id)); }
};
struct Publish : OfEvent {
  static constexpr std::string_view name = "event.publish";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/publish"},
      .refusals = {"unknown_event", "role_missing", "wrong_state", "already_started"},
      .doc = "Puts a draft on sale, and on the public list if it is public."};
  using Answer = EventView;
};
struct Unpublish : OfEvent {
  static constexpr std::string_view name = "event.unpublish";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/unpublish"},
      .refusals = {"unknown_event", "role_missing", "wrong_state"},
      .doc = "Takes a published event back to draft: sales stop, sold tickets stay good."};
  using Answer = EventView;
};
struct Cancel : OfEvent {
  static constexpr std::string_view name = "event.cancel";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/cancel"},
      .refusals = {"unknown_event", "role_missing", "wrong_state"},
      .doc = "Cancels an event for good."};
  using Answer = EventView;
};

struct Show : OfEvent {
  static constexpr std::string_view name = "event.details";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::anyone,
      .http = {.method = "GET", .path = "/v1/events/{event_id}"},
      .refusals = {"unknown_event"},
      .doc = "One event. Drafts and private events exist for members only."};
  using Answer = EventView;
};

struct List {
  static constexpr std::string_view name = "event.list";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::anyone,
      .http = {.method = "GET", .path = "/v1/events"},
      .refusals = {"invalid"},
      .doc =
          "Published public events that are not over, earliest first. A page may be short, or "
          "empty, and still have a next_cursor: one call looks at a bounded number of events."};
  using Answer = EventCards;
  std::optional<std::string> city, country, category, q, cursor;
  std::optional<Instant> from, to;
  uint32_t limit = 20;
  static constexpr auto fields() {
    return field_list(
        field("city", &List::city, length(1, 100)).doc("The whole name, in any case."),
        field("country", &List::country, length(2, 2)).doc("ISO 3166-1."),
        field("category", &List::category, length(1, 40, Format::word)),
        field("q", &List::q, length(1, 100)).doc("Words that all stand in title, place or tags."),
        field("from", &List::from).doc("Starts at or after."),
        field("to", &List::to).doc("Starts before."),
        field("cursor", &List::cursor, length(1, 200)),
        field("limit", &List::limit, between(1, kPageMax)).or_default());
  }
};

struct ListOfOrganization {
  static constexpr std::string_view name = "event.organization_list";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/events"},
      .refusals = {"unknown_organization", "invalid"},
      .doc = "Every event of an organisation, newest first, for its members."};
  using Answer = EventCards;
  Id organization_id;
  std::optional<std::string> cursor;
  uint32_t limit = 20;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &ListOfOrganization::organization_id),
        field("cursor", &ListOfOrganization::cursor, length(1, 200)),
        field("limit", &ListOfOrganization::limit, between(1, kPageMax)).or_default());
  }
};

}  // namespace bilten::api::event
