#include <random>

#include "tests/unit/event/event_messages.h"

namespace bilten::test {

using namespace api::event;
using Words = std::vector<std::string>;

TEST_CASE("a draft that cannot be is refused with every bad field at once", "[event]") {
  EventBench e;
  auto draft = e.draft();
  draft.starts_at.ms = e.bench.now;
  draft.ends_at.ms = e.bench.now - 1;
  draft.doors_at = Instant{e.bench.now + 1};
  draft.timezone = "Atlantis/Capital";
  draft.venue.country = "eg";
  draft.venue.lon.reset();
  const auto answer = e.bench.send(draft, &e.manager);
  CHECK(pointers(answer) ==
        Words{"/starts_at", "/ends_at", "/doors_at", "/timezone", "/venue/country", "/venue/lon"});
  CHECK(answer.error().code == Code::invalid);
}

TEST_CASE("limits of fields are refused by name before any rule", "[event]") {
  EventBench e;
  auto draft = e.draft();
  draft.title = {.plain = "ab", .by_language = {}};
  draft.description.plain = std::string(1001, 'x');
  draft.venue.capacity = 0;
  draft.category = {"Not A Word"};
  draft.currency = "ZZZ";
  CHECK(pointers(e.bench.send(draft, &e.manager)) ==
        Words{"/title", "/description", "/category/0", "/venue/capacity", "/currency"});
}

TEST_CASE("texts of many languages together are bounded", "[event]") {
  EventBench e;
  auto draft = e.draft();
  draft.description = {};
  for (char c = 'a'; c <= 't'; ++c) {
    std::string words;
    for (int i = 0; i < 1000; ++i) words += "é";
    draft.description.by_language[std::string("x") + c] = words;
  }
  CHECK(pointers(e.bench.send(draft, &e.manager)) == Words{"/description"});
}

TEST_CASE("only managers and owners draft; others learn nothing", "[event]") {
  EventBench e;
  struct Case {
    const Person* person;
    Id organization;
    std::string reason;
  };
  const Case cases[] = {{nullptr, e.organization, "no_token"},
                        {&e.stranger, e.organization, "unknown_organization"},
                        {&e.manager, e.other_organization, "unknown_organization"},
                        {&e.manager, id_of(99), "unknown_organization"},
                        {&e.viewer, e.organization, "role_missing"},
                        {&e.manager, e.organization, ""},
                        {&e.owner, e.organization, ""}};
  for (const auto& each : cases) {
    auto draft = e.draft();
    draft.organization_id = each.organization;
    const auto answer = e.bench.send(draft, each.person);
    CHECK((answer ? "" : answer.error().reason) == each.reason);
    if (!answer && each.person) CHECK(answer.error().rests_on == "user");
  }
}

// Each refusal hides those after it: the list is the order in which they are looked for.
TEST_CASE("a change is refused for the first reason in order", "[event]") {
  EventBench e;
  const auto view = e.published();
  auto message = e.change(id_of(77));
  message.expected_version = 1;
  message.ends_at = Instant{1};
  CHECK(e.bench.refusal(message, &e.stranger) == "unknown_event");
  message.event_id = view.id;
  CHECK(e.bench.refusal(message, &e.stranger) == "unknown_event");
  CHECK(e.bench.refusal(message, &e.viewer) == "role_missing");
  e.bench.must(e.about<Cancel>(view.id), &e.owner);
  CHECK(e.bench.refusal(message, &e.manager) == "version_mismatch");
  message.expected_version = 3;
  CHECK(e.bench.refusal(message, &e.manager) == "wrong_state");
  message.event_id = e.drafted().id;
  message.expected_version = 1;
  CHECK(pointers(e.bench.send(message, &e.manager)) == Words{"/ends_at"});
}

TEST_CASE("publishing is refused for the first reason in order", "[event]") {
  EventBench e;
  const auto view = e.drafted();
  const auto publish = e.about<Publish>(view.id);
  CHECK(e.bench.refusal(e.about<Publish>(id_of(77)), &e.manager) == "unknown_event");
  CHECK(e.bench.refusal(publish, &e.stranger) == "unknown_event");
  CHECK(e.bench.refusal(publish, &e.viewer) == "role_missing");
  e.bench.now = view.starts_at.ms;
  CHECK(e.bench.refusal(publish, &e.manager) == "already_started");
  e.bench.now = view.starts_at.ms - 1;
  CHECK(e.bench.refusal(publish, &e.manager) == "");
  CHECK(e.bench.refusal(publish, &e.manager) == "wrong_state");
}

TEST_CASE("each state lets through only its own steps", "[event]") {
  EventBench e;
  const auto view = e.drafted();
  const auto refusals = [&] {
    return Words{e.bench.refusal(e.about<Unpublish>(view.id), &e.manager)};
  };
  CHECK(refusals() == Words{"wrong_state"});
  e.publish(view.id);
  CHECK(e.bench.must(e.about<Unpublish>(view.id), &e.manager).state == State::draft);
  e.publish(view.id);
  CHECK(e.bench.must(e.about<Cancel>(view.id), &e.manager).state == State::cancelled);
  CHECK(e.bench.refusal(e.about<Cancel>(view.id), &e.manager) == "wrong_state");
  CHECK(e.bench.refusal(e.about<Publish>(view.id), &e.manager) == "wrong_state");
  CHECK(refusals() == Words{"wrong_state"});
}

TEST_CASE("every fact carries the terms in whole, one version after the other", "[event]") {
  EventBench e;
  const auto view = e.published();
  auto message = e.change(view.id);
  message.venue = e.draft().venue;
  message.venue->capacity = 700;
  e.bench.must(message, &e.manager);
  e.bench.must(e.about<Unpublish>(view.id), &e.manager);
  int64_t version = 0;
  for (const auto& fact : e.bench.journal()) {
    if (!fact.name.starts_with("event.") || fact.name.ends_with("listed")) continue;
    const auto moved = decode<Moved>(fact.body);
    REQUIRE(moved);
    CHECK(moved->terms.version == ++version);
    CHECK(moved->terms.currency == "EGP");
    CHECK(moved->terms.timezone == "Africa/Cairo");
    CHECK(moved->terms.capacity == (version < 3 ? 1200 : 700));
    CHECK(moved->organization_id == e.organization);
    CHECK(moved->person_id == e.manager.person_id);
  }
  CHECK(version == 4);
}

TEST_CASE("doors that open with the start move with it, others do not", "[event]") {
  EventBench e;
  const auto view = e.drafted();
  CHECK(view.doors_at == view.starts_at);
  auto message = e.change(view.id);
  message.starts_at = Instant{view.starts_at.ms - kHour};
  CHECK(e.bench.must(message, &e.manager).doors_at == *message.starts_at);

  message = e.change(view.id);
  message.doors_at = Instant{view.starts_at.ms - 2 * kHour};
  e.bench.must(message, &e.manager);
  message = e.change(view.id);
  message.starts_at = Instant{view.starts_at.ms - 3 * kHour};
  CHECK(pointers(e.bench.send(message, &e.manager)) == Words{"/doors_at"});
}

TEST_CASE("a change that changes nothing is no version", "[event]") {
  EventBench e;
  const auto view = e.drafted();
  auto message = e.change(view.id);
  message.title = view.title;
  message.order_max = view.order_max;
  const auto before = e.bench.head().seq;
  CHECK(e.bench.must(message, &e.manager).version == 1);
  CHECK(e.bench.head().seq == before);
}

TEST_CASE("strangers hear of public events only", "[event]") {
  EventBench e;
  auto draft = e.draft();
  draft.visibility = Visibility::unlisted;
  const auto hidden = e.publish(e.bench.must(draft, &e.manager).id);
  for (const auto& name : e.bench.names_after(0)) CHECK_FALSE(name.ends_with("listed"));

  auto head = e.bench.head().seq;
  auto message = e.change(hidden.id);
  message.visibility = Visibility::listed;
  e.bench.must(message, &e.manager);
  CHECK(e.bench.names_after(head) == Words{"event.changed", "event.listed"});

  head = e.bench.head().seq;
  message.visibility = Visibility::members;
  e.bench.must(message, &e.manager);
  CHECK(e.bench.names_after(head) == Words{"event.changed", "event.delisted"});
}

TEST_CASE("a published event is completed when its end passes, and not before", "[event]") {
  EventBench e;
  const auto view = e.published();
  const auto draft = e.drafted();
  e.bench.now = view.ends_at.ms - 1;
  CHECK(e.bench.run_timers() == 0);
  auto message = e.change(view.id);
  message.ends_at = Instant{view.ends_at.ms + kHour};
  e.bench.must(message, &e.manager);
  e.bench.now = view.ends_at.ms;
  CHECK(e.bench.run_timers() == 0);
  e.bench.now = message.ends_at->ms;
  CHECK(e.bench.run_timers() == 1);
  CHECK(e.bench.must(e.about<Show>(view.id)).state == State::completed);
  CHECK(e.bench.must(e.about<Show>(draft.id), &e.viewer).state == State::draft);
  e.bench.check_rebuild();
}

TEST_CASE("any run of messages keeps list, timers and versions right", "[event]") {
  const auto seed = GENERATE(range(1, 9));
  std::mt19937 chance(static_cast<unsigned>(seed));
  const auto pick = [&](int n) { return static_cast<int>(chance() % static_cast<unsigned>(n)); };
  EventBench e;
  std::vector<Id> ids;
  for (int step = 0; step < 250; ++step) {
    e.bench.now += pick(40 * 60'000);
    e.bench.run_timers();
    const auto id = ids.empty() ? id_of(77) : ids[chance() % ids.size()];
    const Person* person = pick(8) == 0 ? &e.viewer : &e.manager;
    switch (pick(6)) {
      case 0: {
        auto draft = e.draft();
        draft.visibility = static_cast<Visibility>(pick(3));
        if (const auto view = e.bench.send(draft, person)) ids.push_back(view->id);
        break;
      }
      case 1:
      case 2: (void)e.bench.send(e.about<Publish>(id), person); break;
      case 3: (void)e.bench.send(e.about<Unpublish>(id), person); break;
      case 4:
        if (pick(4) == 0) (void)e.bench.send(e.about<Cancel>(id), person);
        break;
      default: {
        auto message = e.change(id);
        if (pick(2) == 0) message.visibility = static_cast<Visibility>(pick(3));
        if (pick(2) == 0) message.starts_at = Instant{e.bench.now + pick(60) * kHour};
        if (pick(2) == 0) message.ends_at = Instant{e.bench.now + pick(70) * kHour};
        (void)e.bench.send(message, person);
      }
    }
  }
  // The public list holds exactly the published public events, earliest first.
  std::set<Id> expected, listed;
  for (const auto& id : ids) {
    const auto view = e.bench.must(e.about<Show>(id), &e.owner);
    CHECK(view.ends_at > view.starts_at);
    if (view.state == State::published && view.visibility == Visibility::listed) {
      CHECK(view.ends_at.ms > e.bench.now);
      expected.insert(id);
    }
  }
  List list;
  list.limit = 3;
  Instant last;
  for (;;) {
    const auto page = e.bench.must(list);
    for (const auto& card : page.items) {
      CHECK(card.starts_at >= last);
      last = card.starts_at;
      CHECK(listed.insert(card.id).second);
    }
    if (!page.next_cursor) break;
    list.cursor = page.next_cursor;
  }
  CHECK(listed == expected);
  e.bench.check_rebuild();
}

}  // namespace bilten::test
