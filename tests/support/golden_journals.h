// Journals that a release wrote, for a test of each service: what they make of rows, and which
// facts are in them (tests/golden/README.md).
#pragma once

#include <set>
#include <string>
#include <variant>

#include "common/service/table.h"

namespace bilten::test {

// Replays each journal of `tests/golden/<service>_journals.json` by the table's evolve, and checks
// that its rows are those it made when it was recorded.
void check_golden_journals(const Table& table);

// The facts that are in them, by name.
std::set<std::string> facts_in_golden_journals(const std::string& service);

template <class... Each>
std::set<std::string> names_of_all(const std::variant<Each...>*) {
  return {std::string(Each::name)...};
}

// Names each of these that is in no journal of the service.
void check_all_are_golden(const std::string& service, std::set<std::string> names);

}  // namespace bilten::test
