// What the event service announces of the dates of events that have several: a run, a season, a
// museum's days.
#pragma once

#include <optional>
#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::event {

inline constexpr int64_t kDatesPerEventMax = 500;
inline constexpr int64_t kDateLabelMax = 100;

// A cancelled date stays cancelled. What becomes of its event holds for it too.
enum class DateState : uint8_t { scheduled, cancelled };
constexpr auto names_of(DateState) {
  return std::array<std::string_view, 2>{"scheduled", "cancelled"};
}

// What sales and doors decide by; facts carry it whole. It lies within its event's times.
struct DateTerms {
  int64_t version = 1;  // Rises by one with every change of the date.
  DateState state = DateState::scheduled;
  Instant starts_at, ends_at;
  Instant doors_at;  // Never after starts_at.
  std::optional<Text> label = {};
  bool operator==(const DateTerms&) const = default;
  static constexpr auto fields() {
    return field_list(field("version", &DateTerms::version, between(1, INT64_MAX)),
                      field("state", &DateTerms::state), field("starts_at", &DateTerms::starts_at),
                      field("ends_at", &DateTerms::ends_at),
                      field("doors_at", &DateTerms::doors_at),
                      field("label", &DateTerms::label, length(1, kDateLabelMax, Format::line))
                          .doc("What tells it from others: Premiere, Matinee."));
  }
};

// Of every fact about a date.
struct DateFact {
  Id event_id, organization_id, date_id;
  std::optional<Id> person_id = {};
  Instant at;
  DateTerms terms;
  static constexpr auto fields() {
    return field_list(field("event_id", &DateFact::event_id),
                      field("organization_id", &DateFact::organization_id),
                      field("date_id", &DateFact::date_id),
                      field("person_id", &DateFact::person_id).doc("Who did it."),
                      field("at", &DateFact::at), field("terms", &DateFact::terms));
  }
};

struct DateAdded : DateFact {
  static constexpr std::string_view name = "event.date_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event has a date more.";
};
struct DateChanged : DateFact {
  static constexpr std::string_view name = "event.date_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A date has other times or another label.";
};
struct DateCancelled : DateFact {
  static constexpr std::string_view name = "event.date_cancelled";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A date will not take place, for good; the event and its other dates do.";
};

using DateFacts = std::variant<DateAdded, DateChanged, DateCancelled>;

}  // namespace bilten::api::event
