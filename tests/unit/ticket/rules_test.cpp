// Rules of check-in lists: what each condition looks at, and what holds for any rules at all.
#include "daemons/ticket/rules.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/support/people.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::ticket;
using ticket::rule_against;
using ticket::RuleFacts;

namespace {

const std::vector<std::string> kGates{"North", "South"};

RuleCondition condition(RuleSubject what, RuleOp op, std::vector<std::string> values) {
  return {what, op, std::move(values)};
}

bool passes(const std::vector<RuleCondition>& all_of, const RuleFacts& facts) {
  return rule_against(Rules{{{"No.", all_of}}}, facts) == nullptr;
}

std::vector<FieldError> faults_of(const Rules& rules) {
  Faults faults;
  const Path root;
  ticket::check_rules(rules, kGates, Path{&root, "rules"}, faults);
  return faults.list;
}

// Rules without a fault, of every subject and operator.
struct AnyRules {
  explicit AnyRules(uint64_t seed) : random(seed) {}

  std::string value(RuleSubject what) {
    switch (what) {
      case RuleSubject::ticket_type: return id_of(static_cast<uint8_t>(random.below(3))).text();
      case RuleSubject::gate: return kGates[random.below(2)];
      case RuleSubject::direction: return random.below(2) == 0 ? "entry" : "exit";
      case RuleSubject::weekday: return random.below(2) == 0 ? "mon" : "sun";
      case RuleSubject::time_of_day: return random.below(2) == 0 ? "12:00" : "24:00";
      default: return std::to_string(random.below(4));
    }
  }
  RuleCondition condition() {
    RuleCondition made;
    made.what = static_cast<RuleSubject>(random.below(9));
    const bool is_ordered = made.what >= RuleSubject::time_of_day;
    made.op = static_cast<RuleOp>(random.below(is_ordered ? 4 : 2));
    const auto count = made.op >= RuleOp::below ? 1 : 1 + random.below(3);
    for (size_t i = 0; i < count; ++i) made.values.push_back(value(made.what));
    return made;
  }
  Rules rules() {
    Rules made;
    for (size_t i = random.below(4); i > 0; --i) {
      RuleGroup group{"Group " + std::to_string(i), {condition()}};
      while (group.all_of.size() < 5 && random.below(2) == 0) group.all_of.push_back(condition());
      made.any_of.push_back(group);
    }
    return made;
  }
  RuleFacts facts() {
    RuleFacts made{.ticket_type_id = id_of(static_cast<uint8_t>(random.below(3)))};
    if (random.below(3) > 0) made.gate = kGates[random.below(2)];
    made.direction = random.below(2) == 0 ? Direction::entry : Direction::exit;
    made.local = {static_cast<int64_t>(random.below(20'000)), static_cast<int>(random.below(7)),
                  static_cast<int>(random.below(1440))};
    made.entries_total = static_cast<int64_t>(random.below(4));
    made.entries_today = static_cast<int64_t>(random.below(4));
    if (random.below(2) == 0) made.minutes_since_entry = static_cast<int64_t>(random.below(4));
    if (random.below(2) == 0) made.minutes_since_exit = static_cast<int64_t>(random.below(4));
    return made;
  }

  SeededRandom random;
};

}  // namespace

TEST_CASE("each condition looks at what its name says", "[ticket][rules]") {
  using S = RuleSubject;
  using O = RuleOp;
  RuleFacts facts{.ticket_type_id = id_of(1)};
  facts.gate = "North";
  facts.local = {20'000, 5, 18 * 60};  // A Saturday, 18:00.
  facts.entries_total = 3;
  facts.entries_today = 1;
  facts.minutes_since_entry = 30;
  CHECK(passes({condition(S::ticket_type, O::is, {id_of(9).text(), id_of(1).text()})}, facts));
  CHECK_FALSE(passes({condition(S::ticket_type, O::is_not, {id_of(1).text()})}, facts));
  CHECK(passes({condition(S::gate, O::is, {"North"})}, facts));
  CHECK_FALSE(passes({condition(S::gate, O::is, {"South"})}, facts));
  CHECK(passes({condition(S::weekday, O::is, {"sat", "sun"})}, facts));
  CHECK_FALSE(passes({condition(S::weekday, O::is_not, {"sat"})}, facts));
  CHECK(passes({condition(S::time_of_day, O::at_least, {"18:00"})}, facts));
  CHECK_FALSE(passes({condition(S::time_of_day, O::below, {"18:00"})}, facts));
  CHECK(passes({condition(S::time_of_day, O::below, {"24:00"})}, facts));
  CHECK(passes({condition(S::entries_total, O::is, {"3"})}, facts));
  CHECK_FALSE(passes({condition(S::entries_total, O::below, {"3"})}, facts));
  CHECK(passes({condition(S::entries_today, O::below, {"2"})}, facts));
  CHECK(passes({condition(S::minutes_since_entry, O::at_least, {"30"})}, facts));
  CHECK_FALSE(passes({condition(S::minutes_since_entry, O::at_least, {"31"})}, facts));
  // It never went out: that is endlessly long ago.
  CHECK(passes({condition(S::minutes_since_exit, O::at_least, {"1000000"})}, facts));
  CHECK_FALSE(passes({condition(S::minutes_since_exit, O::below, {"1000000"})}, facts));
  facts.gate = {};
  CHECK_FALSE(passes({condition(S::gate, O::is, {"North"})}, facts));
}

TEST_CASE("a group speaks of entries, unless it names a direction", "[ticket][rules]") {
  const auto never = condition(RuleSubject::entries_total, RuleOp::below, {"0"});
  RuleFacts out{.ticket_type_id = id_of(1), .direction = Direction::exit};
  CHECK(passes({never}, out));
  CHECK_FALSE(passes({never}, {.ticket_type_id = id_of(1)}));
  const auto by_north = condition(RuleSubject::gate, RuleOp::is, {"North"});
  const auto exits = condition(RuleSubject::direction, RuleOp::is, {"exit"});
  CHECK_FALSE(passes({exits, by_north}, out));
  out.gate = "North";
  CHECK(passes({exits, by_north}, out));
  CHECK(passes({exits, never}, {.ticket_type_id = id_of(1)}));
}

TEST_CASE("the group that comes closest says why", "[ticket][rules]") {
  const auto vip = condition(RuleSubject::ticket_type, RuleOp::is, {id_of(7).text()});
  const auto north = condition(RuleSubject::gate, RuleOp::is, {"North"});
  const auto early = condition(RuleSubject::time_of_day, RuleOp::below, {"19:00"});
  const Rules rules{{{"VIPs by the north gate", {vip, north}}, {"Before seven", {early}}}};
  RuleFacts facts{.ticket_type_id = id_of(1)};
  facts.local.minute = 20 * 60;
  CHECK(rule_against(rules, facts)->says == "Before seven");
  facts.gate = "North";
  CHECK(rule_against(rules, facts)->says == "VIPs by the north gate");
  facts.ticket_type_id = id_of(7);
  CHECK(rule_against(rules, facts) == nullptr);
}

TEST_CASE("values that a subject does not take are named by their place", "[ticket][rules]") {
  using S = RuleSubject;
  const std::vector<std::pair<RuleCondition, std::string>> bad{
      {condition(S::ticket_type, RuleOp::is, {"VIP"}), "values/0"},
      {condition(S::gate, RuleOp::is, {"North", "East"}), "values/1"},
      {condition(S::direction, RuleOp::is, {"in"}), "values/0"},
      {condition(S::weekday, RuleOp::is, {"Saturday"}), "values/0"},
      {condition(S::weekday, RuleOp::below, {"sat"}), "op"},
      {condition(S::time_of_day, RuleOp::below, {"24:01"}), "values/0"},
      {condition(S::time_of_day, RuleOp::below, {"8:00"}), "values/0"},
      {condition(S::time_of_day, RuleOp::below, {"-1:00"}), "values/0"},
      {condition(S::entries_total, RuleOp::below, {"-1"}), "values/0"},
      {condition(S::entries_total, RuleOp::below, {"+1"}), "values/0"},
      {condition(S::entries_total, RuleOp::below, {"1000001"}), "values/0"},
      {condition(S::entries_total, RuleOp::at_least, {"1", "2"}), "values"},
      {condition(S::minutes_since_exit, RuleOp::is, {"1.5"}), "values/0"}};
  for (const auto& [wrong, place] : bad) {
    CAPTURE(word(wrong.what), wrong.values[0]);
    const auto right = condition(S::gate, RuleOp::is, {"South"});
    const auto faults = faults_of({{{"Fine", {right}}, {"Not", {right, wrong}}}});
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].pointer == "/rules/any_of/1/all_of/1/" + place);
  }
}

TEST_CASE("rules judge the same whatever the order of groups, conditions and values",
          "[ticket][rules]") {
  AnyRules any(7);
  for (int i = 0; i < 5000; ++i) {
    auto rules = any.rules();
    REQUIRE(faults_of(rules).empty());
    REQUIRE(*decode<Rules>(encode(rules)) == rules);
    const auto facts = any.facts();
    const auto* against = rule_against(rules, facts);
    const bool is_ours = std::any_of(rules.any_of.begin(), rules.any_of.end(),
                                     [&](const auto& group) { return &group == against; });
    CHECK((against == nullptr || is_ours));
    const bool passed = against == nullptr;

    std::reverse(rules.any_of.begin(), rules.any_of.end());
    for (auto& group : rules.any_of) {
      std::reverse(group.all_of.begin(), group.all_of.end());
      for (auto& each : group.all_of) std::reverse(each.values.begin(), each.values.end());
    }
    CHECK((rule_against(rules, facts) == nullptr) == passed);
    // A group that always holds lets every entry in, whatever the others say.
    if (facts.direction == Direction::entry) {
      rules.any_of.push_back(
          {"Always", {condition(RuleSubject::entries_total, RuleOp::at_least, {"0"})}});
      CHECK(rule_against(rules, facts) == nullptr);
    }
  }
}

TEST_CASE("a condition and its opposite never both hold, and one of them does", "[ticket][rules]") {
  const std::map<RuleOp, RuleOp> opposite{{RuleOp::is, RuleOp::is_not},
                                          {RuleOp::is_not, RuleOp::is},
                                          {RuleOp::below, RuleOp::at_least},
                                          {RuleOp::at_least, RuleOp::below}};
  AnyRules any(11);
  for (int i = 0; i < 5000; ++i) {
    auto facts = any.facts();
    facts.direction = Direction::entry;
    auto one = any.condition();
    if (one.what == RuleSubject::direction) continue;
    auto other = one;
    other.op = opposite.at(one.op);
    CHECK(passes({one}, facts) != passes({other}, facts));
  }
}
