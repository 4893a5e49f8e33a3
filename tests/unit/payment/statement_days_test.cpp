// Equal movements in several files: which are the same, and which may be others.
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Bank : Counter {
  static std::string line(const std::string& day, const std::string& text) {
    return "2026-11-" + day + ",7.00,EUR," + text + ",,Jo Payer\n";
  }
  StatementReport import(const std::string& lines) {
    ImportStatement message;
    message.organization_id = organization;
    message.raw_body.data = "date,amount,currency,text,reference,name\n" + lines;
    return bench.must(message, &manager);
  }
  size_t in_review() {
    ListMovements message;
    message.organization_id = organization;
    message.limit = 200;
    return bench.must(message, &manager).items.size();
  }
};

std::string gift(const std::string& day) {
  return Bank::line(day, "gift");
}

}  // namespace

TEST_CASE("an equal movement of a day cut in two is for people, once, and never passed over",
          "[payment]") {
  Bank bank;
  CHECK(bank.import(gift("19") + gift("20")).movements.size() == 2);
  const auto evening = gift("20") + Bank::line("21", "rent");  // From where the first one ended.
  const auto report = bank.import(evening);
  REQUIRE(report.movements.size() == 2);
  CHECK(report.known == 0);
  CHECK(report.movements[0].outcome == MovementOutcome::review);
  CHECK(report.movements[0].reason == MovementReason::looks_known);
  CHECK(report.movements[1].reason == MovementReason::unknown_reference);
  CHECK(bank.import(evening).known == 2);  // The same file.
  CHECK(bank.in_review() == 4);
  bank.bench.check_rebuild();
}

TEST_CASE("a day that one of two files has whole is listed alike in both", "[payment]") {
  Bank bank;
  bank.import(gift("18") + gift("20") + gift("20") + gift("22"));
  std::string lines;
  size_t fresh = 0;
  SECTION("by the first") {
    lines = gift("20");
  }
  SECTION("by the second, which has one more") {
    lines = Bank::line("17", "rent") + gift("18") + gift("20") + gift("20") + gift("20") +
            gift("22") + Bank::line("23", "rent");
    fresh = 3;
  }
  SECTION("from its begin in both") {
    lines = gift("18") + Bank::line("19", "rent");
    fresh = 1;
  }
  const auto report = bank.import(lines);
  CHECK(report.movements.size() == fresh);
  for (const auto& each : report.movements) CHECK(each.reason != MovementReason::looks_known);
  CHECK(bank.import(lines).known == static_cast<int64_t>(report.movements.size()) + report.known);
}

TEST_CASE("others of a day show that two files of it overlap, but not its own file's",
          "[payment]") {
  Bank bank;
  SECTION("a longer one of the same day") {
    bank.import(gift("20") + Bank::line("20", "rent"));
    const auto longer =
        bank.import(gift("20") + Bank::line("20", "rent") + gift("20") + Bank::line("20", "fee"));
    CHECK(longer.known == 2);
    CHECK(longer.movements.size() == 2);
  }
  SECTION("a part whose own movements came in the step before") {
    bank.import(gift("20"));
    std::string part;
    for (int i = 0; i < 500; ++i) part += Bank::line("20", "note " + std::to_string(i));
    part += gift("20");
    REQUIRE(bank.import(part).next == 500);
    ImportStatement rest;
    rest.organization_id = bank.organization;
    rest.raw_body.data = "date,amount,currency,text,reference,name\n" + part;
    rest.from = 500;
    const auto report = bank.bench.must(rest, &bank.manager);
    REQUIRE(report.movements.size() == 1);
    CHECK(report.movements[0].reason == MovementReason::looks_known);
  }
}

TEST_CASE("of files that follow each other no money is passed over, wherever they are cut",
          "[payment]") {
  const auto seed = GENERATE(range<uint64_t>(1, 20));
  SeededRandom random(seed);
  Bank bank;
  std::vector<std::pair<std::string, std::string>> movements;  // Day and words, as they come.
  for (int day = 10; day < 16; ++day) {
    for (uint64_t i = random.below(5); i > 0; --i) {
      const auto note = "note " + std::to_string(movements.size());
      movements.emplace_back(std::to_string(day), random.below(3) == 0 ? note : "gift");
    }
  }
  size_t taken = 0;
  for (size_t at = 0; at < movements.size();) {
    const auto end = std::min<size_t>(at + 1 + random.below(5), movements.size());
    // No two files are the same bytes: a bank writes a balance, or when it made them.
    std::string file = "2026-11-" + movements[at].first + ",-1.00,EUR,fee " + std::to_string(at);
    file += ",,\n";
    for (; at < end; ++at) file += Bank::line(movements[at].first, movements[at].second);
    const auto report = bank.import(file);
    CHECK(report.known == 0);
    taken += report.movements.size();
    CHECK(bank.import(file).movements.empty());
  }
  CHECK(taken == movements.size());
  bank.bench.check_rebuild();
}
