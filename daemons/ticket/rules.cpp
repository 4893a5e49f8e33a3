#include "daemons/ticket/rules.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace bilten::ticket {

using api::ticket::Direction;
using api::ticket::RuleCondition;
using api::ticket::RuleGroup;
using api::ticket::RuleOp;
using api::ticket::Rules;
using api::ticket::RuleSubject;

namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};
constexpr int64_t kNumberMax = 1'000'000;

// Digits alone, as many as `digits_max` allows.
std::optional<int64_t> parse_number(std::string_view text, size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = fault == std::errc() && end == text.data() + text.size() && value >= 0;
  return is_whole ? std::optional(value) : std::nullopt;
}

// Minutes since midnight of "HH:MM"; 24:00 is the end of the day.
std::optional<int64_t> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = parse_number(text.substr(0, 2), 2);
  const auto minutes = parse_number(text.substr(3), 2);
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const auto whole = *hours * 60 + *minutes;
  return whole <= 24 * 60 ? std::optional(whole) : std::nullopt;
}

bool is_ordered(RuleSubject subject) {
  return subject >= RuleSubject::time_of_day;
}

std::optional<int64_t> parse_ordered(RuleSubject subject, std::string_view text) {
  if (subject == RuleSubject::time_of_day) return parse_time(text);
  const auto number = parse_number(text, 7);
  return number && *number <= kNumberMax ? number : std::nullopt;
}

template <class List>
bool has(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Nothing: the subject takes the value.
const char* value_fault(RuleSubject subject, const std::string& value,
                        const std::vector<std::string>& gates) {
  switch (subject) {
    case RuleSubject::ticket_type: return Id::parse(value) ? nullptr : "must be a ticket type's id";
    case RuleSubject::gate: return has(gates, value) ? nullptr : "must be one of the list's gates";
    case RuleSubject::direction:
      return has(names_of(Direction{}), value) ? nullptr : "must be entry or exit";
    case RuleSubject::weekday:
      return has(kWeekdays, value) ? nullptr : "must be mon, tue, wed, thu, fri, sat or sun";
    case RuleSubject::time_of_day:
      return parse_time(value) ? nullptr : "must be a time from 00:00 to 24:00";
    default: break;
  }
  return parse_ordered(subject, value) ? nullptr : "must be a whole number from 0 to 1000000";
}

void check_condition(const RuleCondition& condition, const std::vector<std::string>& gates,
                     const Path& path, Faults& faults) {
  const bool compares = condition.op == RuleOp::below || condition.op == RuleOp::at_least;
  if (compares && !is_ordered(condition.what)) {
    faults.add(Path{&path, "op"}, "must be is or is_not for " + std::string(word(condition.what)));
  }
  const Path values{&path, "values"};
  if (compares && condition.values.size() != 1) faults.add(values, "must have one value");
  for (size_t i = 0; i < condition.values.size(); ++i) {
    const auto* fault = value_fault(condition.what, condition.values[i], gates);
    if (fault) faults.add(Path{&values, {}, i}, fault);
  }
}

int64_t number_of(RuleSubject subject, const RuleFacts& facts) {
  switch (subject) {
    case RuleSubject::time_of_day: return facts.local.minute;
    case RuleSubject::entries_total: return facts.entries_total;
    case RuleSubject::entries_today: return facts.entries_today;
    case RuleSubject::minutes_since_entry: return facts.minutes_since_entry;
    default: return facts.minutes_since_exit;
  }
}

bool is_value(const RuleCondition& condition, const std::string& value, const RuleFacts& facts) {
  switch (condition.what) {
    case RuleSubject::ticket_type: return Id::parse(value) == facts.ticket_type_id;
    case RuleSubject::gate: return facts.gate == value;
    case RuleSubject::direction: return word(facts.direction) == value;
    case RuleSubject::weekday: return kWeekdays[static_cast<size_t>(facts.local.weekday)] == value;
    default: return parse_ordered(condition.what, value) == number_of(condition.what, facts);
  }
}

bool holds(const RuleCondition& condition, const RuleFacts& facts) {
  const auto& values = condition.values;
  if (condition.op == RuleOp::is || condition.op == RuleOp::is_not) {
    const bool is_one = std::any_of(values.begin(), values.end(), [&](const auto& value) {
      return is_value(condition, value, facts);
    });
    return is_one == (condition.op == RuleOp::is);
  }
  const auto bound = parse_ordered(condition.what, values.at(0));
  const bool is_below = number_of(condition.what, facts) < bound.value_or(0);
  return is_below == (condition.op == RuleOp::below);
}

bool speaks_of(const RuleGroup& group, const RuleFacts& facts) {
  bool names_direction = false;
  for (const auto& condition : group.all_of) {
    if (condition.what != RuleSubject::direction) continue;
    if (!holds(condition, facts)) return false;
    names_direction = true;
  }
  return names_direction || facts.direction == Direction::entry;
}

}  // namespace

void check_rules(const Rules& rules, const std::vector<std::string>& gates, const Path& path,
                 Faults& faults) {
  const Path groups{&path, "any_of"};
  for (size_t i = 0; i < rules.any_of.size(); ++i) {
    const Path group{&groups, {}, i}, conditions{&group, "all_of"};
    const auto& all_of = rules.any_of[i].all_of;
    for (size_t k = 0; k < all_of.size(); ++k) {
      check_condition(all_of[k], gates, Path{&conditions, {}, k}, faults);
    }
  }
}

const RuleGroup* rule_against(const Rules& rules, const RuleFacts& facts) {
  const RuleGroup* closest = nullptr;
  std::ptrdiff_t fewest = 0;
  for (const auto& group : rules.any_of) {
    if (!speaks_of(group, facts)) continue;
    const auto broken =
        std::count_if(group.all_of.begin(), group.all_of.end(),
                      [&](const auto& condition) { return !holds(condition, facts); });
    if (broken == 0) return nullptr;
    if (!closest || broken < fewest) {
      closest = &group;
      fewest = broken;
    }
  }
  return closest;
}

}  // namespace bilten::ticket
