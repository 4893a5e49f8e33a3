// The contract of dates: an event that takes place more than once has some, each with its own
// times and tickets (docs/dates.md).
#pragma once

#include "common/api/event_date_facts.h"
#include "common/api/list.h"

namespace bilten::api::event {

inline constexpr int64_t kRepeatTimesMax = 366;
inline constexpr int64_t kDatePageMax = 100;

// The times of a date as instants, or as the clock on the event's wall shows them: each the one or
// the other. Of a time that the clocks skip it is the moment they do; of one they show twice the
// first to start and to open, the last to end.
struct DateTimes {
  std::optional<Instant> starts_at = {}, ends_at = {}, doors_at = {};
  std::optional<std::string> starts_local = {}, ends_local = {}, doors_local = {};
  std::optional<Text> label = {};
  static constexpr auto fields() {
    using Self = DateTimes;
    return field_list(
        field("starts_at", &Self::starts_at), field("ends_at", &Self::ends_at),
        field("doors_at", &Self::doors_at).doc("When doors open; at the start where absent."),
        field("starts_local", &Self::starts_local, length(16, 16))
            .doc("In the event's time zone: 2027-03-28T20:00; instead of starts_at."),
        field("ends_local", &Self::ends_local, length(16, 16)).doc("The same, instead of ends_at."),
        field("doors_local", &Self::doors_local, length(16, 16))
            .doc("The same, instead of doors_at."),
        field("label", &Self::label, length(1, kDateLabelMax, Format::line))
            .doc("What tells it from others: Premiere, Matinee."));
  }
};

struct DateView : DateTerms {
  Id id, event_id;
  std::optional<std::string> starts_local = {}, ends_local = {}, doors_local = {};
  bool operator==(const DateView&) const = default;
  static constexpr auto fields() {
    using View = DateView;
    return join_fields(
        join_fields(field_list(field("id", &View::id), field("event_id", &View::event_id)),
                    DateTerms::fields()),
        field_list(field("starts_local", &View::starts_local, length(16, 16))
                       .doc("Wall time in the event's zone: 2027-03-28T20:00."),
                   field("ends_local", &View::ends_local, length(16, 16)),
                   field("doors_local", &View::doors_local, length(16, 16))));
  }
};

struct AddDate : DateTimes {
  static constexpr std::string_view name = "event.add_date";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/dates",
               .status = 201,
               .location = "/v1/events/{event_id}/dates/{id}"},
      .refusals = {"unknown_event", "role_missing", "wrong_state", "invalid", "date_outside_event",
                   "too_many_dates"},
      .doc =
          "Adds a date to an event. It starts in the future and lies within the event's "
          "starts_at and ends_at. Managers and owners only."};
  using Answer = DateView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &AddDate::event_id)), DateTimes::fields());
  }
};

enum class Every : uint8_t { day, week };
constexpr auto names_of(Every) {
  return std::array<std::string_view, 2>{"day", "week"};
}

// One of many dates that were added at once.
struct RepeatedDate {
  Id id;
  Instant starts_at, ends_at;
  std::optional<std::string> starts_local = {};
  static constexpr auto fields() {
    return field_list(field("id", &RepeatedDate::id), field("starts_at", &RepeatedDate::starts_at),
                      field("ends_at", &RepeatedDate::ends_at),
                      field("starts_local", &RepeatedDate::starts_local, length(16, 16)));
  }
};

struct RepeatDates : DateTimes {
  static constexpr std::string_view name = "event.repeat_dates";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/dates/repeat", .status = 201},
      .refusals = {"unknown_event", "role_missing", "wrong_state", "invalid", "date_outside_event",
                   "too_many_dates"},
      .doc =
          "Adds many dates: the one given, and the same again each day or week, at the same times "
          "on the wall whatever clocks do meanwhile. All of them, or none. Managers and owners "
          "only."};
  using Answer = ListOf<RepeatedDate>;
  Id event_id;
  Every every = Every::day;
  int64_t times = 1;
  std::vector<std::string> skip = {};
  static constexpr auto fields() {
    using Self = RepeatDates;
    return join_fields(
        join_fields(field_list(field("event_id", &Self::event_id)), DateTimes::fields()),
        field_list(field("every", &Self::every),
                   field("times", &Self::times, between(1, kRepeatTimesMax))
                       .doc("How often in all, the first and those that are skipped included."),
                   field("skip", &Self::skip, bilten::items(0, kRepeatTimesMax, length(10, 10)))
                       .or_default()
                       .doc("Days on which it does not take place: 2027-12-24.")));
  }
};

struct ChangeDate : DateTimes {
  static constexpr std::string_view name = "event.change_date";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/events/{event_id}/dates/{date_id}"},
      .refusals = {"unknown_event", "role_missing", "unknown_date", "version_mismatch",
                   "wrong_state", "date_cancelled", "date_over", "invalid", "date_outside_event"},
      .doc =
          "Changes a date that is neither cancelled nor over; what is left out stays. What was "
          "sold for it stays good. Managers and owners only."};
  using Answer = DateView;
  Id event_id, date_id;
  std::optional<int64_t> expected_version = {};
  static constexpr auto fields() {
    using Self = ChangeDate;
    return join_fields(
        field_list(field("event_id", &Self::event_id), field("date_id", &Self::date_id),
                   field("expected_version", &Self::expected_version, between(1, INT64_MAX))
                       .doc("Refused with version_mismatch if the date has another.")),
        DateTimes::fields());
  }
};

struct CancelDate {
  static constexpr std::string_view name = "event.cancel_date";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/dates/{date_id}/cancel"},
      .refusals = {"unknown_event", "role_missing", "unknown_date", "wrong_state", "date_cancelled",
                   "date_over"},
      .doc =
          "Cancels a date for good: nothing more is sold for it, its tickets let nobody in and "
          "may be given back. Managers and owners only."};
  using Answer = DateView;
  Id event_id, date_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &CancelDate::event_id),
                      field("date_id", &CancelDate::date_id));
  }
};

struct ReadDate {
  static constexpr std::string_view name = "event.date";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/dates/{date_id}"},
      .refusals = {"unknown_event", "unknown_date"},
      .doc = "One date of an event, for who may see the event."};
  using Answer = DateView;
  Id event_id, date_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ReadDate::event_id), field("date_id", &ReadDate::date_id));
  }
};

struct ListDates {
  static constexpr std::string_view name = "event.dates";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/dates"},
      .refusals = {"unknown_event", "invalid"},
      .doc = "The dates of an event, the earliest first, for who may see the event."};
  using Answer = ListOf<DateView>;
  Id event_id;
  std::optional<Instant> from = {}, to = {};
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListDates;
    return field_list(field("event_id", &Self::event_id),
                      field("from", &Self::from).doc("Starts at or after."),
                      field("to", &Self::to).doc("Starts before."),
                      field("limit", &Self::limit, between(1, kDatePageMax)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::event
