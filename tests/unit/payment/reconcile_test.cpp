// A provider's report against the ledger.
#include "daemons/payment/reconcile.h"

#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

namespace {

KnownMovement known(const std::string& reference, int64_t amount, bool is_sure = true) {
  return {reference, {amount, "EUR"}, is_sure};
}

}  // namespace

TEST_CASE("every difference is listed, and nothing that agrees", "[payment]") {
  const auto found =
      compare({known("a", 100), known("b", 200), known("c", 300), known("e", 50)},
              {known("a", 100), known("c", 299), known("d", 400), known("e", 20), known("e", 30)});
  CHECK(found.matched == 2);
  CHECK(found.differences ==
        std::vector<Difference>{{DifferenceKind::missing_there, "b", "EUR", 200, 0},
                                {DifferenceKind::other_amount, "c", "EUR", 300, 299},
                                {DifferenceKind::missing_here, "d", "EUR", 0, 400}});
}

TEST_CASE("money that went and came again, and is known to one side alone, is no difference",
          "[payment]") {
  const auto found = compare({}, {known("failed", -100), known("failed", 100), known("a", 0)});
  CHECK(found.matched == 0);
  CHECK(found.differences.empty());
  CHECK(compare({known("b", -5), known("b", 5)}, {}).differences.empty());
  CHECK(compare({}, {known("c", -100), known("c", 99)}).differences.size() == 1);
}

TEST_CASE("a movement near the edge of the time is matched, and not missed", "[payment]") {
  CHECK(compare({known("a", 100, false)}, {}).differences.empty());
  CHECK(compare({known("a", 100, false)}, {known("a", 100)}).matched == 1);
  CHECK(compare({known("a", 100, false)}, {known("a", 99)}).differences.size() == 1);
}

TEST_CASE("the ledger is compared with a report over all its organisations", "[payment]") {
  Till till;
  const auto sell = [&](int64_t price) {
    const auto order = till.hold({till.line(till.type, 1, price, 0, 1900)});
    till.capture(order, price);
  };
  sell(1190);
  const Instant from{till.bench.now}, until{till.bench.now + kDayMillis};
  till.organization = id_of(3);
  sell(500);
  till.bench.now += 3 * kDayMillis;
  sell(700);
  Reconcile message{"sandbox", from, until, {}};
  message.lines = {{"ref", {1690, "EUR"}, from}, {"other", {5, "EUR"}, until}};
  const auto answer = till.bench.must(message);
  CHECK(answer.matched == 1);
  CHECK(answer.differences.empty());
  message.lines = {{"other", {5, "EUR"}, from}};
  CHECK(till.bench.must(message).differences.size() == 2);
  message.provider = "stripe";
  CHECK(till.bench.must(message).differences.size() == 1);
}
