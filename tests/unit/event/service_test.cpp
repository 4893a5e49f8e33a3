#include "common/base/text.h"
#include "tests/unit/event/event_messages.h"

namespace bilten::test {

using namespace api::event;

TEST_CASE("an event is answered in the wall time of its zone, across a change of clocks",
          "[event]") {
  EventBench e;
  auto draft = e.draft();
  draft.timezone = "Europe/Berlin";
  draft.starts_at.ms = *parse_rfc3339("2027-03-27T23:30:00Z");  // The night to summer time.
  draft.ends_at.ms = *parse_rfc3339("2027-03-28T02:00:00Z");
  const auto view = e.bench.must(draft, &e.manager);
  CHECK(view.starts_local == "2027-03-28T00:30");
  CHECK(view.doors_local == "2027-03-28T00:30");
  CHECK(view.ends_local == "2027-03-28T04:00");

  auto message = e.change(view.id);
  message.timezone = "Asia/Kathmandu";
  CHECK(e.bench.must(message, &e.manager).starts_local == "2027-03-28T05:15");
  message.timezone = "Mars/Olympus";
  CHECK(pointers(e.bench.send(message, &e.manager)) == std::vector<std::string>{"/timezone"});
}

TEST_CASE("what is answered is what was given", "[event]") {
  EventBench e;
  const auto draft = e.draft();
  const auto view = e.bench.must(draft, &e.manager);
  const auto found = e.bench.must(e.about<Show>(view.id), &e.viewer);
  CHECK(encode(found) == encode(view));
  CHECK(found.title == draft.title);
  CHECK(found.description == draft.description);
  CHECK(encode(found.venue) == encode(draft.venue));
  CHECK(found.tags == draft.tags);
  CHECK(found.created_at.ms == e.bench.now);
}

TEST_CASE("drafts and private events exist for members only", "[event]") {
  EventBench e;
  struct Case {
    Visibility visibility;
    bool published;
    std::string guest, stranger, viewer;
  };
  const std::string no = "unknown_event";
  const Case cases[] = {
      {Visibility::listed, false, no, no, ""},   {Visibility::listed, true, "", "", ""},
      {Visibility::unlisted, false, no, no, ""}, {Visibility::unlisted, true, "", "", ""},
      {Visibility::members, true, no, no, ""},
  };
  for (const auto& each : cases) {
    auto draft = e.draft();
    draft.visibility = each.visibility;
    const auto id = e.bench.must(draft, &e.manager).id;
    if (each.published) e.publish(id);
    const auto show = e.about<Show>(id);
    CHECK(e.bench.refusal(show) == each.guest);
    CHECK(e.bench.refusal(show, &e.stranger) == each.stranger);
    CHECK(e.bench.refusal(show, &e.viewer) == each.viewer);
  }
  CHECK(e.bench.refusal(e.about<Show>(id_of(77))) == "unknown_event");
}

TEST_CASE("a cancelled event stays visible if strangers knew of it", "[event]") {
  EventBench e;
  const auto known = e.published().id;
  const auto unknown = e.drafted().id;
  for (const auto& id : {known, unknown}) e.bench.must(e.about<Cancel>(id), &e.owner);
  CHECK(e.bench.must(e.about<Show>(known)).state == State::cancelled);
  CHECK(e.bench.refusal(e.about<Show>(unknown)) == "unknown_event");
}

TEST_CASE("the public list is filtered by place, kind, time and words", "[event]") {
  EventBench e;
  const auto cairo = e.published();
  auto draft = e.draft();
  draft.title = {.plain = "東京ジャズ Tokyo Jazz", .by_language = {}};
  draft.category = {"festival"};
  draft.venue.city = "Tokyo";
  draft.venue.country = "JP";
  draft.starts_at.ms += 24 * kHour;
  draft.ends_at.ms += 24 * kHour;
  const auto tokyo = e.publish(e.bench.must(draft, &e.manager).id);

  const auto found = [&](auto set) {
    List list;
    set(list);
    std::string cities;
    for (const auto& card : e.bench.must(list).items) cities += card.city + " ";
    return cities;
  };
  CHECK(found([](List&) {}) == "Cairo Tokyo ");
  CHECK(found([](List& l) { l.city = "CAIRO"; }) == "Cairo ");
  CHECK(found([](List& l) { l.city = "Cai"; }) == "");
  CHECK(found([](List& l) { l.country = "JP"; }) == "Tokyo ");
  CHECK(found([](List& l) { l.category = "jazz"; }) == "Cairo ");
  CHECK(found([](List& l) { l.q = "  JAZZ "; }) == "Cairo Tokyo ");
  CHECK(found([](List& l) { l.q = "jazz open"; }) == "Cairo Tokyo ");
  CHECK(found([](List& l) { l.q = "ليلة nile"; }) == "Cairo ");
  CHECK(found([](List& l) { l.q = "ジャズ"; }) == "Tokyo ");
  CHECK(found([&](List& l) { l.from = tokyo.starts_at; }) == "Tokyo ");
  CHECK(found([&](List& l) { l.to = tokyo.starts_at; }) == "Cairo ");
  CHECK(found([&](List& l) { l.from = Instant{tokyo.starts_at.ms + 1}; }) == "");
}

TEST_CASE("a page that looked at enough events is short but goes on", "[event]") {
  EventBench e;
  e.config.list_scan_max = 2;
  for (int i = 0; i < 5; ++i) {
    auto draft = e.draft();
    draft.venue.city = i == 4 ? "Giza" : "Cairo";
    draft.starts_at.ms += i;
    e.publish(e.bench.must(draft, &e.manager).id);
  }
  List list;
  list.city = "Giza";
  size_t pages = 1, found = 0;
  for (auto page = e.bench.must(list);; page = e.bench.must(list), ++pages) {
    found += page.items.size();
    if (!page.next_cursor) break;
    list.cursor = page.next_cursor;
  }
  CHECK(found == 1);
  CHECK(pages == 3);
}

TEST_CASE("a cursor of another list is refused by name", "[event]") {
  EventBench e;
  List list;
  for (const auto* cursor : {"x", "AAAA", "not base64!"}) {
    list.cursor = cursor;
    CHECK(pointers(e.bench.send(list)) == std::vector<std::string>{"/cursor"});
  }
  ListOfOrganization own;
  own.organization_id = e.organization;
  own.cursor = base64url(std::string(32, 'x'));
  CHECK(pointers(e.bench.send(own, &e.viewer)) == std::vector<std::string>{"/cursor"});
}

TEST_CASE("members list every event of their organisation, newest first", "[event]") {
  EventBench e;
  std::vector<Id> ids;
  for (int i = 0; i < 5; ++i) {
    ids.insert(ids.begin(), e.drafted().id);
    e.bench.now += 1000;
  }
  ListOfOrganization list;
  list.organization_id = e.organization;
  list.limit = 2;
  std::vector<Id> listed;
  for (;;) {
    const auto page = e.bench.must(list, &e.viewer);
    for (const auto& card : page.items) listed.push_back(card.id);
    if (!page.next_cursor) break;
    list.cursor = page.next_cursor;
  }
  CHECK(listed == ids);
  CHECK(e.bench.refusal(list, &e.stranger) == "unknown_organization");
  CHECK(e.bench.refusal(list) == "no_token");
}

TEST_CASE("a hot row stays under 2,000 bytes and a fact under 64 KiB", "[event]") {
  EventBench e;
  auto draft = e.draft();
  draft.description.plain = std::string(1000, 'd');
  draft.summary.plain = std::string(300, 's');
  draft.title = {.plain = std::string(255, 't'), .by_language = {}};
  e.publish(e.bench.must(draft, &e.manager).id);
  SpyRows spy;
  for (const auto& fact : e.bench.journal()) {
    CHECK(fact.body.size() < 64 * 1024);
    e.bench.table.apply(spy, fact.name, fact.body);
  }
  CHECK(spy.value_max < 2000);
}

}  // namespace bilten::test
