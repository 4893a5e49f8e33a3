// Timers, as rows.
#include "tests/unit/store/stores.h"

namespace bilten {
namespace {

// "at kind/key" of each timer due.
std::vector<std::string> due(const Rows& rows, UnixMillis now, size_t max = 100) {
  std::vector<std::string> list;
  for (const auto& timer : due_timers(rows, now, max)) {
    list.push_back(std::to_string(timer.at) + " " + timer.kind + "/" + timer.key);
  }
  return list;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("due timers come earliest first, and none too early", "[store]") {
  const auto rows = memory_rows();
  CHECK(!next_timer(*rows));
  rows->set_timer("lapse", "b", 300);
  rows->set_timer("lapse", "a", 20);
  rows->set_timer("retry", "a", 100);
  CHECK(due(*rows, 19).empty());
  CHECK(due(*rows, 20) == List{"20 lapse/a"});
  CHECK(due(*rows, 1'000) == List{"20 lapse/a", "100 retry/a", "300 lapse/b"});
  CHECK(due(*rows, 1'000, 2) == List{"20 lapse/a", "100 retry/a"});
  CHECK(next_timer(*rows) == 20);
}

TEST_CASE("a timer set again moves, and a cleared one is gone", "[store]") {
  const auto rows = memory_rows();
  rows->set_timer("lapse", "a", 20);
  rows->set_timer("lapse", "a", 50);
  rows->set_timer("lapse", "b", 30);
  CHECK(due(*rows, 1'000) == List{"30 lapse/b", "50 lapse/a"});
  rows->set_timer("lapse", "a", 10);
  CHECK(next_timer(*rows) == 10);
  rows->clear_timer("lapse", "a");
  rows->clear_timer("lapse", "never set");
  rows->clear_timer("other kind", "b");
  CHECK(due(*rows, 1'000) == List{"30 lapse/b"});
  rows->clear_timer("lapse", "b");
  CHECK(!next_timer(*rows));
  CHECK(same_rows(*rows, *memory_rows()));
}

TEST_CASE("a timer's key may hold any bytes, and be empty", "[store]") {
  const auto rows = memory_rows();
  const std::string key("\0\xff\0", 3);
  rows->set_timer("lapse", key, 20);
  rows->set_timer("lapse", "", 21);
  const auto timers = due_timers(*rows, 100, 10);
  REQUIRE(timers.size() == 2);
  CHECK(timers[0].key == key);
  CHECK(timers[1].key.empty());
}

TEST_CASE("rows with the same timers are the same rows, however they came to be", "[store]") {
  const auto a = memory_rows(), b = memory_rows();
  a->set_timer("lapse", "x", 5);
  a->set_timer("lapse", "y", 6);
  a->set_timer("lapse", "x", 7);
  b->set_timer("lapse", "y", 6);
  CHECK(!same_rows(*a, *b));
  b->set_timer("lapse", "x", 7);
  CHECK(same_rows(*a, *b));
}

}  // namespace bilten
