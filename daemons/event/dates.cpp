#include "daemons/event/dates.h"

#include <algorithm>

#include "common/base/time.h"
#include "common/base/zones.h"
#include "daemons/event/core.h"

namespace bilten::event {

using namespace api::event;
using api::ListOf;

namespace {

constexpr size_t kDatesMax = kDatesPerEventMax;

// ---- times ----

// The given time of a date as an instant; nothing: none was given, or it is none.
std::optional<Instant> given_time(const std::optional<Instant>& instant,
                                  const std::optional<std::string>& local, std::string_view name,
                                  const std::string& timezone, Twice twice, Faults& faults) {
  if (!local) return instant;
  const Path root;
  const auto member = std::string(name) + "_local";
  const Path path{&root, member};
  if (instant) {
    faults.add(path, "stands beside the same time as an instant; give one of the two");
    return std::nullopt;
  }
  const auto at = instant_of(timezone, *local, twice);
  if (!at) faults.add(path, "is no time; write it like 2027-03-28T20:00");
  return at ? std::optional(Instant{*at}) : std::nullopt;
}

// Puts what is given of the times and the label into the terms.
void take_times(const DateTimes& given, const std::string& timezone, DateTerms& terms,
                Faults& faults) {
  const bool opens_at_start = terms.doors_at == terms.starts_at;
  const auto starts =
      given_time(given.starts_at, given.starts_local, "starts", timezone, Twice::first, faults);
  const auto ends =
      given_time(given.ends_at, given.ends_local, "ends", timezone, Twice::last, faults);
  const auto doors =
      given_time(given.doors_at, given.doors_local, "doors", timezone, Twice::first, faults);
  if (starts) terms.starts_at = *starts;
  if (ends) terms.ends_at = *ends;
  // Doors that open at the start go on doing so.
  if (opens_at_start) terms.doors_at = terms.starts_at;
  if (doors) terms.doors_at = *doors;
  if (given.label) terms.label = given.label;
}

void need_times(const DateTimes& given, Faults& faults) {
  const Path root;
  if (!given.starts_at && !given.starts_local) {
    faults.add(Path{&root, "starts_at"}, "must be given, or starts_local instead of it");
  }
  if (!given.ends_at && !given.ends_local) {
    faults.add(Path{&root, "ends_at"}, "must be given, or ends_local instead of it");
  }
}

void check_order(const DateTerms& terms, Faults& faults) {
  const Path root;
  if (terms.ends_at <= terms.starts_at) {
    faults.add(Path{&root, "ends_at"}, "must be after the start");
  }
  if (terms.doors_at > terms.starts_at) {
    faults.add(Path{&root, "doors_at"}, "must not be after the start");
  }
}

void check_future(const DateTerms& terms, UnixMillis now, Faults& faults) {
  const Path root;
  if (terms.starts_at.ms <= now) faults.add(Path{&root, "starts_at"}, "must be in the future");
}

Error date_outside_event(const DateTerms& date, const Terms& event) {
  Error error{Code::conflict, "date_outside_event",
              "The date from " + rfc3339(date.starts_at.ms) + " to " + rfc3339(date.ends_at.ms) +
                  " is not within the event's times; change these first, or the date."};
  error.extra = Packer()
                    .map(2)
                    .text("event_starts_at")
                    .text(rfc3339(event.starts_at.ms))
                    .text("event_ends_at")
                    .text(rfc3339(event.ends_at.ms))
                    .take();
  return error;
}

Status check_within(const DateTerms& date, const Terms& event) {
  if (date.starts_at >= event.starts_at && date.ends_at <= event.ends_at) return Done{};
  return date_outside_event(date, event);
}

// ---- what there is ----

template <class Use>
void each_date(const Rows& rows, const Id& event_id, Use use) {
  rows.scan<DateOfEventRow>(event_id.view(), {}, kDatesMax,
                            [&](std::string_view key, const DateOfEventRow&) {
                              const auto date = rows.find<DateRow>(key.substr(24));
                              CHECK_INVARIANT(date);
                              use(*date);
                              return true;
                            });
}

Status check_room(const Rows& rows, const Id& event_id, size_t more) {
  size_t count = 0;
  rows.scan<DateOfEventRow>(event_id.view(), {}, kDatesMax,
                            [&](std::string_view, const DateOfEventRow&) { return ++count > 0; });
  if (count + more <= kDatesMax) return Done{};
  Error error{Code::conflict, "too_many_dates",
              "An event may have " + std::to_string(kDatesMax) + " dates; it has " +
                  std::to_string(count) + ". Make another event of the rest."};
  error.extra = Packer().map(1).text("dates").integer(static_cast<int64_t>(count)).take();
  return error;
}

Status check_goes_on(const Event& event) {
  const auto state = event.row.terms.state;
  const bool goes_on =
      state == State::draft || state == State::published || state == State::postponed;
  if (goes_on) return Done{};
  return wrong_state(state, "Its dates can no longer be changed.");
}

// A date with its event, for who may manage it.
struct Own {
  Event event;
  DateRow date;
};

Result<Own> find_own_date(const Rows& rows, const Context& context, const Id& event_id,
                          const Id& date_id) {
  auto event = find_managed(rows, context, event_id);
  if (!event) return event.error();
  auto date = rows.find<DateRow>(date_id.view());
  if (!date || date->event_id != event_id) return unknown_date();
  return Own{std::move(*event), std::move(*date)};
}

// It may still be changed or cancelled.
Status check_to_come(const Own& own, UnixMillis now) {
  if (const auto fit = check_goes_on(own.event); !fit) return fit.error();
  if (own.date.terms.state == DateState::cancelled) {
    return Error{Code::conflict, "date_cancelled",
                 "The date is cancelled, for good; add another one."};
  }
  if (own.date.terms.ends_at.ms > now) return Done{};
  return Error{Code::conflict, "date_over", "The date is over; it stays what it was."};
}

template <class Fact>
Fact fact_about(const Event& event, const Id& date_id, const DateTerms& terms,
                const Context& context) {
  Fact fact;
  fact.event_id = event.id;
  fact.organization_id = event.row.organization_id;
  fact.date_id = date_id;
  fact.person_id = context.person->person_id;
  fact.at = {context.now};
  fact.terms = terms;
  return fact;
}

DateView view_in(const Event& event, const Id& date_id, const DateTerms& terms) {
  return view_of_date(date_id, {event.id, terms}, event.row.terms.timezone);
}

// ---- repetition ----

// The first date's times on the wall, which each repetition has on a day of its own.
struct Walls {
  std::string starts, ends, doors;
};

Walls walls_of(const RepeatDates& message, const DateTerms& first, const std::string& timezone) {
  const auto wall = [&](const std::optional<std::string>& given, Instant at) {
    return given ? *given : local_text(timezone, at.ms).value_or("");
  };
  return {wall(message.starts_local, first.starts_at), wall(message.ends_local, first.ends_at),
          wall(message.doors_local, first.doors_at)};
}

// Nothing: a time is beyond what a calendar has.
std::optional<DateTerms> shifted(const DateTerms& first, const Walls& walls, int days,
                                 const std::string& timezone) {
  const auto later = [&](const std::string& wall, Twice twice) {
    const auto text = later_text(wall, days);
    return text ? instant_of(timezone, *text, twice) : std::nullopt;
  };
  const auto starts = later(walls.starts, Twice::first);
  const auto ends = later(walls.ends, Twice::last);
  const auto doors = later(walls.doors, Twice::first);
  if (!starts || !ends || !doors) return std::nullopt;
  DateTerms terms = first;
  terms.starts_at = {*starts};
  terms.ends_at = {*ends};
  terms.doors_at = {*doors};
  return terms;
}

// The dates of the repetition but for those skipped, each of which is one of its days.
std::vector<DateTerms> repeated(const RepeatDates& message, const DateTerms& first,
                                const std::string& timezone, Faults& faults) {
  const auto walls = walls_of(message, first, timezone);
  const int step = message.every == Every::day ? 1 : 7;
  auto skip = message.skip;
  const Path root;
  std::vector<DateTerms> dates;
  for (int i = 0; i < static_cast<int>(message.times); ++i) {
    const auto day = later_text(walls.starts, i * step).value_or("").substr(0, 10);
    if (std::erase(skip, day) > 0) continue;
    auto terms = shifted(first, walls, i * step, timezone);
    if (!terms) {
      faults.add(Path{&root, "times"}, "go beyond the calendar");
      return dates;
    }
    dates.push_back(std::move(*terms));
  }
  const Path list{&root, "skip"};
  for (const auto& left : skip) {
    const auto at = std::find(message.skip.begin(), message.skip.end(), left);
    faults.add(Path{&list, {}, static_cast<size_t>(at - message.skip.begin())},
               "is none of the days; write it like 2027-12-24");
  }
  if (dates.empty()) faults.add(Path{&root, "times"}, "leave no date; skip fewer");
  return dates;
}

// What must hold of every one of them.
Status check_dates(const std::vector<DateTerms>& dates, const Terms& event) {
  for (const auto& terms : dates) {
    if (const auto fit = check_within(terms, event); !fit) return fit.error();
  }
  return Done{};
}

void save_date(Rows& rows, const DateFact& fact) {
  rows.save(fact.date_id.view(), DateRow{fact.event_id, fact.terms});
  rows.save(date_of_event_key(fact.event_id, fact.terms.starts_at, fact.date_id), DateOfEventRow{});
}

void replace_date(Rows& rows, const DateFact& fact) {
  const auto before = rows.find<DateRow>(fact.date_id.view());
  CHECK_INVARIANT(before && before->terms.version + 1 == fact.terms.version);
  rows.erase<DateOfEventRow>(
      date_of_event_key(fact.event_id, before->terms.starts_at, fact.date_id));
  save_date(rows, fact);
}

}  // namespace

Error unknown_date() {
  return {Code::not_found, "unknown_date", "The event has no such date."};
}

DateView view_of_date(const Id& date_id, const DateRow& date, const std::string& timezone) {
  DateView view;
  static_cast<DateTerms&>(view) = date.terms;
  view.id = date_id;
  view.event_id = date.event_id;
  view.starts_local = local_text(timezone, date.terms.starts_at.ms);
  view.ends_local = local_text(timezone, date.terms.ends_at.ms);
  view.doors_local = local_text(timezone, date.terms.doors_at.ms);
  return view;
}

Status check_dates_within(const Rows& rows, const Id& event_id, const Terms& terms) {
  std::optional<Error> outside;
  each_date(rows, event_id, [&](const DateRow& date) {
    if (outside || date.terms.state == DateState::cancelled) return;
    if (auto fit = check_within(date.terms, terms); !fit) outside = fit.error();
  });
  if (outside) return *outside;
  return Done{};
}

Decided<DateView> decide_add_date(const Rows& rows, const Context& context,
                                  const AddDate& message) {
  const auto event = find_managed(rows, context, message.event_id);
  if (!event) return event.error();
  if (const auto fit = check_goes_on(*event); !fit) return fit.error();
  DateTerms terms;
  Faults faults;
  need_times(message, faults);
  take_times(message, event->row.terms.timezone, terms, faults);
  if (faults.list.empty()) check_order(terms, faults);
  if (faults.list.empty()) check_future(terms, context.now, faults);
  if (!faults.list.empty()) return invalid(std::move(faults));
  if (const auto fit = check_within(terms, event->row.terms); !fit) return fit.error();
  if (const auto fit = check_room(rows, event->id, 1); !fit) return fit.error();
  const Id date_id = context.fresh_id();
  Decision<DateView> decision;
  decision.record(fact_about<DateAdded>(*event, date_id, terms, context));
  decision.answer = view_in(*event, date_id, terms);
  return decision;
}

Decided<ListOf<RepeatedDate>> decide_repeat_dates(const Rows& rows, const Context& context,
                                                  const RepeatDates& message) {
  const auto event = find_managed(rows, context, message.event_id);
  if (!event) return event.error();
  if (const auto fit = check_goes_on(*event); !fit) return fit.error();
  const auto& timezone = event->row.terms.timezone;
  DateTerms first;
  Faults faults;
  need_times(message, faults);
  take_times(message, timezone, first, faults);
  if (faults.list.empty()) check_order(first, faults);
  if (faults.list.empty()) check_future(first, context.now, faults);
  std::vector<DateTerms> dates;
  if (faults.list.empty()) dates = repeated(message, first, timezone, faults);
  if (!faults.list.empty()) return invalid(std::move(faults));
  if (const auto fit = check_dates(dates, event->row.terms); !fit) return fit.error();
  if (const auto fit = check_room(rows, event->id, dates.size()); !fit) return fit.error();
  Decision<ListOf<RepeatedDate>> decision;
  for (const auto& terms : dates) {
    const Id date_id = context.fresh_id();
    decision.record(fact_about<DateAdded>(*event, date_id, terms, context));
    decision.answer.items.push_back(
        {date_id, terms.starts_at, terms.ends_at, local_text(timezone, terms.starts_at.ms)});
  }
  return decision;
}

Decided<DateView> decide_change_date(const Rows& rows, const Context& context,
                                     const ChangeDate& message) {
  const auto own = find_own_date(rows, context, message.event_id, message.date_id);
  if (!own) return own.error();
  const auto& before = own->date.terms;
  if (message.expected_version.value_or(before.version) != before.version) {
    return Error{Code::precondition, "version_mismatch",
                 "The date is at version " + std::to_string(before.version) +
                     " by now; read it again and repeat the change."};
  }
  if (const auto fit = check_to_come(*own, context.now); !fit) return fit.error();
  DateTerms terms = before;
  Faults faults;
  take_times(message, own->event.row.terms.timezone, terms, faults);
  if (faults.list.empty()) check_order(terms, faults);
  const bool moves = terms.starts_at != before.starts_at;
  if (faults.list.empty() && moves) check_future(terms, context.now, faults);
  if (!faults.list.empty()) return invalid(std::move(faults));
  if (const auto fit = check_within(terms, own->event.row.terms); !fit) return fit.error();
  Decision<DateView> decision;
  if (terms != before) {  // Nothing new: no version of its own.
    ++terms.version;
    decision.record(fact_about<DateChanged>(own->event, message.date_id, terms, context));
  }
  decision.answer = view_in(own->event, message.date_id, terms);
  return decision;
}

Decided<DateView> decide_cancel_date(const Rows& rows, const Context& context,
                                     const CancelDate& message) {
  const auto own = find_own_date(rows, context, message.event_id, message.date_id);
  if (!own) return own.error();
  if (const auto fit = check_to_come(*own, context.now); !fit) return fit.error();
  auto terms = own->date.terms;
  terms.state = DateState::cancelled;
  ++terms.version;
  Decision<DateView> decision;
  decision.record(fact_about<DateCancelled>(own->event, message.date_id, terms, context));
  decision.answer = view_in(own->event, message.date_id, terms);
  return decision;
}

void apply(Rows& rows, const DateAdded& fact) {
  save_date(rows, fact);
}

void apply(Rows& rows, const DateChanged& fact) {
  replace_date(rows, fact);
}

void apply(Rows& rows, const DateCancelled& fact) {
  replace_date(rows, fact);
}

}  // namespace bilten::event
