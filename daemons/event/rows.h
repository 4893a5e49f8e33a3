// What the event service remembers.
#pragma once

#include "common/api/event.h"
#include "common/store/rows.h"

namespace bilten::event {

using api::event::Details;
using api::event::State;
using api::event::Terms;
using api::event::Visibility;

struct EventRow {  // Key: event id.
  static constexpr std::string_view table = "event";
  Id organization_id;
  Terms terms;
  Details details;  // Without the description, which lists never show: this row is hot.
  Instant created_at, changed_at;
  bool shown = false;  // Published, and not taken back: strangers may know of it.
  static constexpr auto fields() {
    return field_list(field("organization_id", &EventRow::organization_id),
                      field("terms", &EventRow::terms), field("details", &EventRow::details),
                      field("created_at", &EventRow::created_at),
                      field("changed_at", &EventRow::changed_at), field("shown", &EventRow::shown));
  }
};

struct DescriptionRow {  // Key: event id.
  static constexpr std::string_view table = "description";
  Text text;
  static constexpr auto fields() {
    return field_list(field("text", &DescriptionRow::text, length(0, 1000)));
  }
};

struct OrganizationEventRow {  // Key: organisation id, event id with its bits turned: newest first.
  static constexpr std::string_view table = "organization_event";
  static constexpr auto fields() { return field_list(); }
};

// The public list: published public events, and no other. What filters ask, in lower case.
struct ListingRow {  // Key: starts_at, event id.
  static constexpr std::string_view table = "listing";
  std::string city, country, words;
  std::vector<std::string> category;
  static constexpr auto fields() {
    return field_list(field("city", &ListingRow::city, length(1, 100)),
                      field("country", &ListingRow::country, length(2, 2)),
                      field("words", &ListingRow::words, length(0, 40'000)),
                      field("category", &ListingRow::category, items(0, 5, length(1, 40))));
  }
};

inline constexpr size_t kListingKeyBytes = 24;

inline std::string listing_key(Instant starts_at, const Id& event_id) {
  return std::string(RowKey().number(static_cast<uint64_t>(starts_at.ms)).id(event_id));
}

inline Id turned(Id id) {
  for (auto& byte : id.bytes) byte = static_cast<uint8_t>(~byte);
  return id;
}
inline std::string organization_event_key(const Id& organization_id, const Id& event_id) {
  return std::string(RowKey().id(organization_id).id(turned(event_id)));
}

}  // namespace bilten::event
