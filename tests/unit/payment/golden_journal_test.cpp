// Journals that this release wrote make the same rows for ever: each fact of the payment service is
// in one of them (tests/golden/README.md).
#include <catch2/catch.hpp>

#include "common/api/payment_facts.h"
#include "daemons/payment/service.h"
#include "tests/support/golden_journals.h"

namespace bilten::test {

TEST_CASE("golden journals of payment make the rows they made when they were recorded",
          "[golden]") {
  check_golden_journals(Table(payment::service({}, {std::string(32, 's'), std::string(32, 'm')})));
}

TEST_CASE("every fact of the payment service is in a golden journal", "[golden]") {
  check_all_are_golden("payment", names_of_all(static_cast<const api::payment::Facts*>(nullptr)));
}

}  // namespace bilten::test
