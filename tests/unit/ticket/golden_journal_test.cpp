// Journals that this release wrote make the same rows for ever: each fact the service announces is
// in one of them (tests/golden/README.md).
#include <catch2/catch.hpp>

#include "common/api/event_date_facts.h"
#include "common/api/ticket_facts.h"
#include "tests/support/golden_journals.h"
#include "tests/unit/ticket/shop.h"

namespace bilten::test {

TEST_CASE("golden journals make the rows they made when they were recorded", "[golden]") {
  check_golden_journals(Table(ticket::service({}, {std::string(32, 's'), std::string(32, 'm')})));
}

TEST_CASE(
    "every fact of the ticket service, and each that it follows of dates, is in a golden "
    "journal",
    "[golden]") {
  auto names = names_of_all(static_cast<const Facts*>(nullptr));
  names.merge(names_of_all(static_cast<const api::event::DateFacts*>(nullptr)));
  check_all_are_golden("ticket", std::move(names));
}

}  // namespace bilten::test
