// The rules of a check-in list, as data: what is wrong with them, and whether a scan may pass by
// them. Pure; bounded by the limits of the terms.
#pragma once

#include <optional>
#include <string_view>

#include "common/api/ticket_list_terms.h"
#include "common/base/zones.h"

namespace bilten::ticket {

// Notes at `path`, which is the rules', values that their subjects do not take.
void check_rules(const api::ticket::Rules& rules, const std::vector<std::string>& gates,
                 const Path& path, Faults& faults);

// What conditions look at.
struct RuleFacts {
  Id ticket_type_id;
  std::string_view gate = {};  // Empty: none.
  api::ticket::Direction direction = api::ticket::Direction::entry;
  LocalTime local = {};
  int64_t entries_total = 0, entries_today = 0;
  int64_t minutes_since_entry = INT64_MAX, minutes_since_exit = INT64_MAX;  // INT64_MAX: never.
};

// Nothing: it may pass. Otherwise, of the groups that speak of its direction, the one that came
// closest: the first with the fewest conditions that do not hold. The rules must be right.
const api::ticket::RuleGroup* rule_against(const api::ticket::Rules& rules, const RuleFacts& facts);

}  // namespace bilten::ticket
