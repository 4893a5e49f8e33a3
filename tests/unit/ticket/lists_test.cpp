// Check-in lists: their terms, and scans by them.
#include "common/base/time.h"
#include "common/base/zones.h"
#include "tests/unit/ticket/door_shop.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("managers add, change and remove check-in lists; others see or do not", "[ticket]") {
  DoorShop shop;
  auto message = shop.list("Balcony");
  CHECK(shop.reason(message, &shop.door) == "role_missing");
  CHECK(shop.reason(message, &shop.stranger) == "role_missing");  // The event is public.
  const auto list = shop.bench.must(message, &shop.manager);
  CHECK(list.title == "Balcony");
  CHECK(shop.bench.must(ReadCheckInList{list.id}, &shop.viewer).entries_max == 1);
  CHECK(shop.reason(ReadCheckInList{list.id}, &shop.stranger) == "unknown_check_in_list");

  ChangeCheckInList change;
  change.check_in_list_id = list.id;
  change.capacity = 10;
  change.gates = {"North", "South"};
  CHECK(shop.reason(change, &shop.viewer) == "role_missing");
  const auto changed = shop.bench.must(change, &shop.manager);
  CHECK(changed.capacity == 10);
  CHECK(changed.title == "Balcony");
  CHECK(changed.gates.size() == 2);

  CHECK(shop.reason(RemoveCheckInList{list.id}, &shop.door) == "role_missing");
  shop.bench.must(RemoveCheckInList{list.id}, &shop.manager);
  CHECK(shop.reason(ReadCheckInList{list.id}, &shop.viewer) == "unknown_check_in_list");
  CHECK(shop.reason(RemoveCheckInList{list.id}, &shop.manager) == "unknown_check_in_list");
  shop.bench.check_rebuild();
}

TEST_CASE("a list that something was scanned on stays", "[ticket]") {
  DoorShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  const auto list_id = shop.list_id(shop.event_id);
  shop.bench.now = shop.terms.doors_at.ms - 1;
  CHECK(shop.scan_reason(shop.scan(code)) == "not_yet");  // Refused, and a scan all the same.
  CHECK(shop.reason(RemoveCheckInList{list_id}, &shop.manager) == "list_in_use");
}

TEST_CASE("terms that cannot hold are refused with the place of each fault", "[ticket]") {
  DoorShop shop;
  auto message = shop.list("Balcony");
  message.gates = {"North", "North"};
  message.opens_at = message.closes_at = Instant{shop.bench.now};
  message.rules.any_of = {{"No.", {{RuleSubject::gate, RuleOp::is, {"East"}}}}};
  const auto refused = shop.bench.send(message, &shop.manager);
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().fields.size() == 3);
  CHECK(refused.error().fields[0].pointer == "/gates/1");
  CHECK(refused.error().fields[1].pointer == "/closes_at");
  CHECK(refused.error().fields[2].pointer == "/rules/any_of/0/all_of/0/values/0");
  message = shop.list("Balcony");
  message.ticket_type_ids = {id_of(99)};
  CHECK(shop.reason(message, &shop.manager) == "unknown_ticket_type");
  message = shop.list("Balcony");
  RuleGroup long_group{"Says", {}};
  for (int i = 0; i < 10; ++i) {
    long_group.all_of.push_back({RuleSubject::ticket_type, RuleOp::is, {}});
    long_group.all_of.back().values.assign(10, id_of(1).text());
  }
  message.rules.any_of.assign(10, long_group);
  CHECK(shop.reason(message, &shop.manager) == "invalid");
}

TEST_CASE("an event has at most a hundred check-in lists", "[ticket]") {
  DoorShop shop;
  for (int i = 1; i < 100; ++i) shop.bench.must(shop.list("List"), &shop.manager);
  CHECK(shop.reason(shop.list("List"), &shop.manager) == "too_many_lists");
}

TEST_CASE("a list has a window of its own before the event's", "[ticket]") {
  DoorShop shop;
  auto message = shop.list("Early");
  message.opens_at = Instant{shop.terms.doors_at.ms - kHour};
  message.closes_at = Instant{shop.terms.ends_at.ms + kHour};
  shop.use(message);
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  shop.bench.now = message.opens_at->ms - 1;
  CHECK(shop.go(code) == "not_yet");
  CHECK(shop.member("opens_at") == rfc3339(message.opens_at->ms));
  shop.bench.now = message.closes_at->ms;
  CHECK(shop.go(code) == "too_late");
  CHECK(shop.member("ended_at") == rfc3339(message.closes_at->ms));
  shop.bench.now = message.opens_at->ms;
  CHECK(shop.go(code) == "");
}

TEST_CASE("a ticket enters as often as the list says, and re-entries come on top", "[ticket]") {
  DoorShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  const bool reentry = GENERATE(false, true);
  auto message = shop.list("Twice");
  message.entries_max = 2;
  message.reentry = reentry;
  shop.use(message);
  CHECK(shop.go(code) == "");
  CHECK(shop.go(code) == "");  // Without having gone out: it is inside once.
  CHECK(shop.counts().inside == 1);
  CHECK(shop.counts().entered == 2);
  CHECK(shop.go(code) == "already_redeemed");
  CHECK(shop.go(code, Direction::exit) == "");
  CHECK(shop.counts().inside == 0);
  CHECK(shop.go(code) == (reentry ? "" : "already_redeemed"));
  const auto counts = shop.counts();
  CHECK(counts.admitted == 1);
  CHECK(counts.entered == (reentry ? 3 : 2));
  CHECK(counts.exited == 1);
  CHECK(counts.inside == (reentry ? 1 : 0));
  shop.bench.check_rebuild();
}

TEST_CASE("without re-entry each entry after an exit counts", "[ticket]") {
  DoorShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  auto message = shop.list("Twice");
  message.entries_max = 2;
  shop.use(message);
  CHECK(shop.go(code) == "");
  CHECK(shop.go(code, Direction::exit) == "");
  CHECK(shop.go(code) == "");
  CHECK(shop.go(code, Direction::exit) == "");
  CHECK(shop.go(code) == "already_redeemed");
}

TEST_CASE("a list without exit scans refuses them", "[ticket]") {
  DoorShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  auto message = shop.list("In only");
  message.exit_scans = false;
  shop.use(message);
  CHECK(shop.go(code) == "");
  CHECK(shop.go(code, Direction::exit) == "no_exit");
}

TEST_CASE("each scan names one of the list's gates, and each gate counts", "[ticket]") {
  DoorShop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 3);
  auto message = shop.list("Hall");
  message.gates = {"North", "South"};
  shop.use(message);
  CHECK(shop.go(shop.code_of(order)) == "unknown_gate");
  shop.gate = "East";
  CHECK(shop.go(shop.code_of(order)) == "unknown_gate");
  shop.gate = "North";
  CHECK(shop.go(shop.code_of(order)) == "");
  CHECK(shop.go(shop.code_of(order, 1)) == "");
  shop.gate = "South";
  CHECK(shop.go(shop.code_of(order)) == "already_redeemed");
  CHECK(shop.member("gate") == "North");
  CHECK(shop.go(shop.code_of(order, 1), Direction::exit) == "");
  const auto view = shop.bench.must(ReadCheckInList{shop.used}, &shop.viewer);
  REQUIRE(view.gate_counts.size() == 2);
  CHECK(view.gate_counts[0].gate == "North");
  CHECK(view.gate_counts[0].entered == 2);
  CHECK(view.gate_counts[1].entered == 0);
  CHECK(view.gate_counts[1].exited == 1);
  shop.bench.check_rebuild();
}

TEST_CASE("a full list lets in again once somebody is out, and tells once that it fills",
          "[ticket]") {
  DoorShop shop;
  const auto order = shop.buy(shop.add_type(0, 100), 10), more = shop.buy(shop.type_id, 10);
  auto message = shop.list("Hall");
  message.capacity = 10;
  message.reentry = true;
  shop.use(message);
  const auto told = [&] {
    const auto names = shop.bench.names_after(0);
    return std::count(names.begin(), names.end(), "ticket.door_filling");
  };
  for (size_t i = 0; i < 9; ++i) {
    CHECK(told() == 0);
    CHECK(shop.go(shop.code_of(order, i)) == "");
  }
  CHECK(told() == 1);
  CHECK(shop.go(shop.code_of(order, 9)) == "");
  CHECK(shop.go(shop.code_of(more)) == "full");
  CHECK(shop.number("inside") == 10);
  CHECK(shop.number("capacity") == 10);
  CHECK(shop.go(shop.code_of(order), Direction::exit) == "");
  CHECK(shop.go(shop.code_of(more)) == "");  // 9, and 10 again: not below 85 % between.
  CHECK(told() == 1);
  CHECK(shop.go(shop.code_of(more), Direction::exit) == "");
  CHECK(shop.go(shop.code_of(order, 1), Direction::exit) == "");
  CHECK(shop.go(shop.code_of(order, 1)) == "");
  CHECK(told() == 2);
  ChangeCheckInList larger;
  larger.check_in_list_id = shop.used;
  larger.capacity = 100;
  shop.bench.must(larger, &shop.manager);
  larger.capacity = 9;
  shop.bench.must(larger, &shop.manager);
  CHECK(told() == 3);
  shop.bench.check_rebuild();
}

TEST_CASE("rules refuse with what they say, in the event's zone", "[ticket]") {
  DoorShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  shop.terms.doors_at = {shop.bench.now - 100 * kHour};
  shop.terms.ends_at = {shop.bench.now + 100 * kHour};
  shop.tell<api::event::Changed>(api::event::State::published);
  auto message = shop.list("Once a day");
  message.entries_max = 0;
  message.rules.any_of = {
      {"Once a day only.", {{RuleSubject::entries_today, RuleOp::below, {"1"}}}}};
  shop.use(message);
  CHECK(shop.go(code) == "");
  CHECK(shop.go(code) == "rule");
  CHECK(shop.member("rule") == "Once a day only.");
  // The next midnight in Cairo.
  const auto today = local_time("Africa/Cairo", shop.bench.now);
  shop.bench.now += (24 * 60 - today.minute) * 60'000 - shop.bench.now % 60'000 - 1;
  CHECK(shop.go(code) == "rule");
  shop.bench.now += 1;
  CHECK(shop.go(code) == "");
  shop.bench.check_rebuild();
}

TEST_CASE("the holder's first name is told where the list allows, and written nowhere",
          "[ticket]") {
  DoorShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  auto message = shop.list("VIP");
  message.show_first_name = GENERATE(false, true);
  shop.use(message);
  const auto admitted = shop.bench.must(shop.scan_here(code), &shop.door);
  CHECK(admitted.first_name.value_or("") == (message.show_first_name ? "Nadia" : ""));
  CHECK(shop.go(code) == "already_redeemed");
  CHECK(shop.member("first_name") == (message.show_first_name ? "Nadia" : ""));
  CHECK(shop.bench.everything_written().find("Nadia") == std::string::npos);
}

TEST_CASE("facts of scans carry the list's counters after them", "[ticket]") {
  DoorShop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  shop.use(shop.list("Hall"));
  CHECK(shop.go(shop.code_of(order)) == "");
  CHECK(shop.go(shop.code_of(order, 1)) == "");
  CHECK(shop.go(shop.code_of(order), Direction::exit) == "");
  const auto fact = decode<CheckedIn>(shop.bench.journal().back().body);
  REQUIRE(fact);
  CHECK(fact->counts == ListCounts{2, 2, 1, 1});
}
