// Timers, as rows: in memory, and on LMDB, where each change is committed and read back.
#include <functional>

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

// Rows of one kind or the other, which change in steps.
class TimerRows {
 public:
  virtual ~TimerRows() = default;
  virtual void change(const std::function<void(Rows&)>& with) = 0;
  virtual void look(const std::function<void(const Rows&)>& with) const = 0;
};

class TimersInMemory final : public TimerRows {
 public:
  void change(const std::function<void(Rows&)>& with) override { with(*rows_); }
  void look(const std::function<void(const Rows&)>& with) const override { with(*rows_); }

 private:
  std::unique_ptr<Rows> rows_ = memory_rows();
};

// What a step did is looked at twice: before the commit, and after it from another snapshot.
class TimersOnDisk final : public TimerRows {
 public:
  void change(const std::function<void(Rows&)>& with) override {
    const auto batch = store_->begin();
    with(batch->rows_for_evolve());
    const auto expected = due(batch->rows(), INT64_MAX);
    REQUIRE(batch->commit() == CommitResult::done);
    CHECK(due(store_->snapshot()->rows(), INT64_MAX) == expected);
  }
  void look(const std::function<void(const Rows&)>& with) const override {
    with(store_->snapshot()->rows());
  }

 private:
  const test::TemporaryFolder folder_;
  SeededRandom random_{1};
  const std::unique_ptr<Store> store_ =
      test::open_store(test::options_for(folder_.path()), random_);
};

std::unique_ptr<TimerRows> timer_rows(bool on_disk) {
  if (on_disk) return std::make_unique<TimersOnDisk>();
  return std::make_unique<TimersInMemory>();
}

}  // namespace

TEST_CASE("due timers come earliest first, and none too early", "[store]") {
  const auto rows = timer_rows(GENERATE(false, true));
  rows->look([](const Rows& now) { CHECK(!next_timer(now)); });
  rows->change([](Rows& now) {
    now.set_timer("lapse", "b", 300);
    now.set_timer("lapse", "a", 20);
  });
  rows->change([](Rows& now) { now.set_timer("retry", "a", 100); });
  rows->look([](const Rows& now) {
    CHECK(due(now, 19).empty());
    CHECK(due(now, 20) == List{"20 lapse/a"});
    CHECK(due(now, 1'000) == List{"20 lapse/a", "100 retry/a", "300 lapse/b"});
    CHECK(due(now, 1'000, 2) == List{"20 lapse/a", "100 retry/a"});
    CHECK(next_timer(now) == 20);
  });
}

TEST_CASE("a timer set again moves, and a cleared one is gone", "[store]") {
  const auto rows = timer_rows(GENERATE(false, true));
  rows->change([](Rows& now) { now.set_timer("lapse", "a", 20); });
  rows->change([](Rows& now) {
    now.set_timer("lapse", "a", 50);
    now.set_timer("lapse", "b", 30);
  });
  rows->look([](const Rows& now) { CHECK(due(now, 1'000) == List{"30 lapse/b", "50 lapse/a"}); });
  rows->change([](Rows& now) { now.set_timer("lapse", "a", 10); });
  rows->look([](const Rows& now) { CHECK(next_timer(now) == 10); });
  rows->change([](Rows& now) {
    now.clear_timer("lapse", "a");
    now.clear_timer("lapse", "never set");
    now.clear_timer("other kind", "b");
  });
  rows->look([](const Rows& now) { CHECK(due(now, 1'000) == List{"30 lapse/b"}); });
  rows->change([](Rows& now) { now.clear_timer("lapse", "b"); });
  rows->look([](const Rows& now) {
    CHECK(!next_timer(now));
    CHECK(same_rows(now, *memory_rows()));
  });
}

TEST_CASE("a timer's key may hold any bytes, and be empty", "[store]") {
  const auto rows = timer_rows(GENERATE(false, true));
  const std::string key("\0\xff\0", 3);
  rows->change([&](Rows& now) {
    now.set_timer("lapse", key, 20);
    now.set_timer("lapse", "", 21);
  });
  rows->look([&](const Rows& now) {
    const auto timers = due_timers(now, 100, 10);
    REQUIRE(timers.size() == 2);
    CHECK(timers[0].key == key);
    CHECK(timers[1].key.empty());
  });
}

TEST_CASE("timers on disk are those in memory after any run of changes", "[store]") {
  TimersInMemory memory;
  TimersOnDisk disk;
  SeededRandom random(4);
  for (int step = 0; step < 60; ++step) {
    const auto seed = random.next();
    const auto some = [seed](Rows& rows) {
      SeededRandom dice(seed);
      for (auto count = dice.below(20); count-- > 0;) {
        const auto kind = dice.below(2) == 0 ? "lapse" : "retry";
        const auto key = "key" + std::to_string(dice.below(15));
        const auto at = static_cast<UnixMillis>(dice.below(1'000));
        dice.below(3) == 0 ? rows.clear_timer(kind, key) : rows.set_timer(kind, key, at);
      }
    };
    memory.change(some);
    disk.change(some);
    memory.look([&](const Rows& one) {
      disk.look([&](const Rows& other) {
        REQUIRE(due(one, INT64_MAX, 1'000) == due(other, INT64_MAX, 1'000));
        REQUIRE(next_timer(one) == next_timer(other));
        REQUIRE(same_rows(one, other));
      });
    });
  }
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
