// Dates of an event: added one by one or many at once, changed, cancelled, shown.
#include "common/api/event_dates.h"
#include "common/base/time.h"
#include "tests/unit/event/event_messages.h"

namespace bilten::test {

using namespace api::event;
using Words = std::vector<std::string>;

namespace {

// A run in Berlin from the 1st of March 2027 to the end of November: clocks go forward on the 28th
// of March and back on the 31st of October.
struct Run : EventBench {
  Run() {
    auto message = draft();
    message.timezone = "Europe/Berlin";
    message.starts_at = {*parse_rfc3339("2027-03-01T10:00:00+01:00")};
    message.ends_at = {*parse_rfc3339("2027-11-30T23:00:00+01:00")};
    event_id = bench.must(message, &manager).id;
    publish(event_id);
  }

  template <class Message>
  Message times(const std::string& starts, const std::string& ends) const {
    Message message;
    message.event_id = event_id;
    message.starts_local = starts;
    message.ends_local = ends;
    return message;
  }
  AddDate evening(const std::string& day) const {
    return times<AddDate>(day + "T20:00", day + "T22:30");
  }
  DateView add(const std::string& day) { return bench.must(evening(day), &manager); }
  ChangeDate change(const DateView& date) const {
    ChangeDate message;
    message.event_id = event_id;
    message.date_id = date.id;
    return message;
  }
  CancelDate cancel(const DateView& date) const { return {event_id, date.id}; }
  std::vector<DateView> all() {
    ListDates message;
    message.event_id = event_id;
    message.limit = 100;
    return bench.must(message).items;
  }
  static std::string day(int i) {  // Of April, from 0.
    return "2027-04-" + std::string(i < 9 ? "0" : "") + std::to_string(i + 1);
  }

  Id event_id;
};

}  // namespace

TEST_CASE_METHOD(Run, "a date is what its times on the wall say", "[dates]") {
  auto message = evening("2027-03-28");  // The night before, clocks went forward.
  message.doors_local = "2027-03-28T19:00";
  message.label = Text{"Premiere", {}};
  const auto view = bench.must(message, &manager);
  CHECK(rfc3339(view.starts_at.ms) == "2027-03-28T18:00:00Z");
  CHECK(rfc3339(view.ends_at.ms) == "2027-03-28T20:30:00Z");
  CHECK(rfc3339(view.doors_at.ms) == "2027-03-28T17:00:00Z");
  CHECK(view.starts_local == "2027-03-28T20:00");
  CHECK(view.label->plain == "Premiere");
  CHECK(view.state == DateState::scheduled);

  CHECK(bench.must(ReadDate{event_id, view.id}) == view);  // Strangers see it.
  CHECK(bench.refusal(ReadDate{event_id, id_of(7)}) == "unknown_date");
  CHECK(bench.refusal(ReadDate{drafted().id, view.id}, &manager) == "unknown_date");

  AddDate instants;
  instants.event_id = event_id;
  instants.starts_at = view.starts_at;
  instants.ends_at = view.ends_at;
  const auto same = bench.must(instants, &manager);
  CHECK(same.starts_local == view.starts_local);
  CHECK(same.doors_at == same.starts_at);
}

TEST_CASE_METHOD(Run, "a repeated date is at the same time on the wall each day", "[dates]") {
  auto message = times<RepeatDates>("2027-03-26T20:00", "2027-03-26T22:30");
  message.times = 5;
  message.skip = {"2027-03-27"};
  message.doors_local = "2027-03-26T19:30";
  message.label = Text{"Evening", {}};
  const auto made = bench.must(message, &manager).items;
  REQUIRE(made.size() == 4);
  CHECK(made[1].starts_local == "2027-03-28T20:00");
  const auto dates = all();
  REQUIRE(dates.size() == 4);
  Words starts, local, doors;
  for (const auto& date : dates) {
    starts.push_back(rfc3339(date.starts_at.ms));
    local.push_back(*date.starts_local);
    doors.push_back(*date.doors_local);
  }
  CHECK(starts == Words{"2027-03-26T19:00:00Z", "2027-03-28T18:00:00Z", "2027-03-29T18:00:00Z",
                        "2027-03-30T18:00:00Z"});
  CHECK(local ==
        Words{"2027-03-26T20:00", "2027-03-28T20:00", "2027-03-29T20:00", "2027-03-30T20:00"});
  CHECK(doors.back() == "2027-03-30T19:30");
  CHECK(dates[0].id == made[0].id);
  CHECK(dates[3].label->plain == "Evening");
}

TEST_CASE_METHOD(Run, "a date repeated by weeks may end on the next day", "[dates]") {
  auto message = times<RepeatDates>("2027-10-23T22:00", "2027-10-24T04:00");
  message.every = Every::week;
  message.times = 3;
  bench.must(message, &manager);
  const auto dates = all();
  REQUIRE(dates.size() == 3);
  // The clocks go back in the night of the second: it lasts an hour longer.
  CHECK(rfc3339(dates[1].starts_at.ms) == "2027-10-30T20:00:00Z");
  CHECK(rfc3339(dates[1].ends_at.ms) == "2027-10-31T03:00:00Z");
  CHECK(dates[2].starts_local == "2027-11-06T22:00");
  CHECK(dates[2].ends_local == "2027-11-07T04:00");
}

TEST_CASE_METHOD(Run, "a date that begins when clocks skip begins when they do", "[dates]") {
  auto message = times<RepeatDates>("2027-03-27T02:30", "2027-03-27T05:00");
  message.times = 3;
  const auto made = bench.must(message, &manager).items;
  CHECK(made.at(1).starts_local == "2027-03-28T03:00");
  CHECK(made.at(2).starts_local == "2027-03-29T02:30");
}

TEST_CASE_METHOD(Run, "a date that cannot be is refused with every bad field", "[dates]") {
  AddDate message;
  message.event_id = event_id;
  CHECK(pointers(bench.send(message, &manager)) == Words{"/starts_at", "/ends_at"});
  message.starts_local = "2027-02-30T10:00";
  message.ends_local = "2027-04-01T10:00";
  message.ends_at = Instant{1};
  CHECK(pointers(bench.send(message, &manager)) == Words{"/starts_local", "/ends_local"});
  message = evening("2027-04-01");
  message.ends_local = message.starts_local;
  message.doors_local = "2027-04-01T20:01";
  CHECK(pointers(bench.send(message, &manager)) == Words{"/ends_at", "/doors_at"});
  message = evening("2027-04-01");
  message.label = Text{std::string(101, 'x'), {}};
  CHECK(pointers(bench.send(message, &manager)) == Words{"/label"});
  bench.now = *parse_rfc3339("2027-04-01T18:00:00Z");
  CHECK(pointers(bench.send(evening("2027-04-01"), &manager)) == Words{"/starts_at"});

  auto many = times<RepeatDates>("2027-04-02T20:00", "2027-04-02T22:30");
  many.times = 2;
  many.skip = {"2027-04-03", "2027-04-04", "tomorrow!!"};
  CHECK(pointers(bench.send(many, &manager)) == Words{"/skip/1", "/skip/2"});
  many.skip = {"2027-04-02", "2027-04-03"};
  CHECK(pointers(bench.send(many, &manager)) == Words{"/times"});
  many.times = 367;
  CHECK(pointers(bench.send(many, &manager)) == Words{"/times"});
}

TEST_CASE_METHOD(Run, "a date lies within its event, whichever of the two moves", "[dates]") {
  CHECK(bench.refusal(evening("2027-02-28"), &manager) == "date_outside_event");
  CHECK(bench.refusal(times<AddDate>("2027-11-30T20:00", "2027-11-30T23:01"), &manager) ==
        "date_outside_event");
  auto many = times<RepeatDates>("2027-11-28T20:00", "2027-11-28T22:30");
  many.times = 4;
  CHECK(bench.refusal(many, &manager) == "date_outside_event");  // All or none.
  CHECK(all().empty());

  const auto date = add("2027-06-01");
  auto shorter = EventBench::change(event_id);
  shorter.ends_at = Instant{date.ends_at.ms - 1};
  const auto refused = bench.send(shorter, &manager);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "date_outside_event");
  auto later = EventBench::change(event_id);
  later.starts_at = Instant{date.starts_at.ms + 1};
  CHECK(bench.refusal(later, &manager) == "date_outside_event");
  bench.must(cancel(date), &manager);
  bench.must(shorter, &manager);  // What is cancelled is in nobody's way.
}

TEST_CASE_METHOD(Run, "a change moves a date, and its doors with it", "[dates]") {
  const auto first = add("2027-05-01"), second = add("2027-05-02");
  auto message = change(second);
  message.starts_local = "2027-04-30T21:00";
  message.ends_local = "2027-04-30T23:00";
  message.expected_version = 1;
  const auto view = bench.must(message, &manager);
  CHECK(view.version == 2);
  CHECK(view.doors_at == view.starts_at);
  const auto dates = all();
  REQUIRE(dates.size() == 2);
  CHECK(dates[0] == view);
  CHECK(dates[1] == first);
  CHECK(bench.refusal(message, &manager) == "version_mismatch");
  message.expected_version.reset();
  const auto before = bench.head().seq;
  CHECK(bench.must(message, &manager) == view);  // The same again is no version.
  CHECK(bench.head().seq == before);
  message.ends_local = "2028-01-01T10:00";
  CHECK(bench.refusal(message, &manager) == "date_outside_event");
}

TEST_CASE_METHOD(Run, "a date under way may be made longer, not moved", "[dates]") {
  const auto date = add("2027-05-01");
  bench.now = date.starts_at.ms + 1;
  auto message = change(date);
  message.ends_local = "2027-05-01T23:30";
  CHECK(bench.must(message, &manager).ends_local == "2027-05-01T23:30");
  message.starts_local = "2027-05-01T20:00";  // As it is.
  bench.must(message, &manager);
  message.starts_local = "2027-05-01T19:00";
  CHECK(pointers(bench.send(message, &manager)) == Words{"/starts_at"});
}

TEST_CASE_METHOD(Run, "what is cancelled or over is no longer changed", "[dates]") {
  const auto date = add("2027-05-01"), other = add("2027-05-02");
  const auto view = bench.must(cancel(date), &owner);
  CHECK(view.state == DateState::cancelled);
  CHECK(view.version == 2);
  CHECK(bench.refusal(cancel(date), &manager) == "date_cancelled");
  CHECK(bench.refusal(change(date), &manager) == "date_cancelled");
  CHECK(all().size() == 2);  // It is still shown, as what it is.
  bench.now = other.ends_at.ms;
  CHECK(bench.refusal(cancel(other), &manager) == "date_over");
  CHECK(bench.refusal(change(other), &manager) == "date_over");
  bench.must(about<Cancel>(event_id), &manager);
  CHECK(bench.refusal(change(other), &manager) == "wrong_state");
  CHECK(bench.refusal(evening("2027-06-01"), &manager) == "wrong_state");
  CHECK(bench.refusal(times<RepeatDates>("2027-06-01T20:00", "2027-06-01T21:00"), &manager) ==
        "wrong_state");
}

TEST_CASE_METHOD(Run, "only managers and owners change dates; others learn nothing", "[dates]") {
  const auto date = add("2027-05-01");
  const auto hidden = drafted().id;
  auto message = evening("2027-05-03");
  CHECK(bench.refusal(message, &viewer) == "role_missing");
  CHECK(bench.refusal(cancel(date), &viewer) == "role_missing");
  CHECK(bench.refusal(change(date), &stranger) == "unknown_event");
  message.event_id = hidden;
  CHECK(bench.refusal(message, &stranger) == "unknown_event");
  CHECK(bench.refusal(CancelDate{event_id, id_of(9)}, &manager) == "unknown_date");
  CHECK(bench.refusal(CancelDate{hidden, date.id}, &manager) == "unknown_date");
  ListDates list;
  list.event_id = hidden;
  CHECK(bench.refusal(list, &stranger) == "unknown_event");
  CHECK(bench.must(list, &viewer).items.empty());
}

TEST_CASE_METHOD(Run, "an event has 500 dates at most", "[dates]") {
  auto many = times<RepeatDates>("2027-03-02T10:00", "2027-03-02T11:00");
  many.times = 250;
  bench.must(many, &manager);
  many.starts_local = "2027-03-02T12:00";
  many.ends_local = "2027-03-02T13:00";
  many.times = 251;
  CHECK(bench.refusal(many, &manager) == "too_many_dates");
  many.times = 250;
  bench.must(many, &manager);
  CHECK(bench.refusal(evening("2027-04-01"), &manager) == "too_many_dates");
}

TEST_CASE_METHOD(Run, "dates are listed in the order of time, page by page", "[dates]") {
  for (const int i : {4, 0, 2, 1, 3}) add(day(i));
  ListDates message;
  message.event_id = event_id;
  message.limit = 2;
  Words starts;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = bench.must(message);
    for (const auto& date : page.items) starts.push_back(date.starts_local->substr(0, 10));
    message.cursor = page.next_cursor;
  }
  CHECK(starts == Words{day(0), day(1), day(2), day(3), day(4)});
  CHECK_FALSE(message.cursor);
  message.limit = 10;
  message.from = Instant{*parse_rfc3339("2027-04-02T20:00:00+02:00")};
  message.to = Instant{*parse_rfc3339("2027-04-04T20:00:00+02:00")};
  const auto some = bench.must(message).items;
  REQUIRE(some.size() == 2);
  CHECK(some[0].starts_local == "2027-04-02T20:00");
  message.cursor = "AAAA";
  CHECK(pointers(bench.send(message)) == Words{"/cursor"});
}

TEST_CASE_METHOD(Run, "facts about dates carry all that a reader needs", "[dates]") {
  const auto before = bench.head().seq;
  const auto date = add("2027-05-01");
  auto message = change(date);
  message.label = Text{"Gala", {}};
  bench.must(message, &manager);
  bench.must(cancel(date), &manager);
  CHECK(bench.names_after(before) ==
        Words{"event.date_added", "event.date_changed", "event.date_cancelled"});
  const auto fact = decode<DateCancelled>(bench.journal().back().body);
  REQUIRE(fact);
  CHECK(fact->event_id == event_id);
  CHECK(fact->organization_id == organization);
  CHECK(fact->person_id == manager.person_id);
  CHECK(fact->terms.starts_at == date.starts_at);
  CHECK(fact->terms.label->plain == "Gala");
  CHECK(fact->terms.version == 3);
}

}  // namespace bilten::test
