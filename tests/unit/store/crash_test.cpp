// kill -9 while batches are committed: at every write and sync there is, and at random moments.
#include <climits>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "tests/unit/store/faults.h"
#include "tests/unit/store/stores.h"

namespace bilten {
namespace {

using test::options_for;
using test::TemporaryFolder;

// A timer moves on with every fact: it is due at the newest one's position.
void apply_timed(Rows& rows, std::string_view body, uint64_t seq) {
  test::apply_counted(rows, body, seq);
  rows.set_timer("lapse", "newest", static_cast<UnixMillis>(seq));
}

void apply(Rows& rows, const JournalFact& fact) {
  apply_timed(rows, fact.body, fact.seq);
}

// Facts, rows, a timer, an answer, a cursor and a vault entry, all saying the same number.
CommitResult commit_one(Store& store, size_t facts) {
  const auto batch = store.begin();
  for (size_t i = 0; i < facts; ++i) {
    const auto body = std::to_string(i);
    apply_timed(batch->rows_for_evolve(), body, batch->append(test::fact("test.counted", body)));
  }
  const auto seq = batch->head().seq;
  const auto text = std::to_string(seq);
  batch->put_answer("answer" + text, {{}, 0, text, static_cast<UnixMillis>(seq)});
  batch->forget_answers(static_cast<UnixMillis>(seq) - 50, 10);
  batch->set_cursor("other", {1, seq, {}});
  batch->put_vault("seq", text);
  batch->put_vault("large" + std::to_string(seq % 5), std::string(9'000, 'v'));
  return batch->commit();
}

// Commits until it is killed, or `batches` are done; sends the head after each.
void write_batches(const std::string& folder, test::Pipe& acks, int batches) {
  SeededRandom random(7);
  const auto store = Store::open(options_for(folder), random);
  REQUIRE(store);
  for (int i = 0; i < batches; ++i) {
    REQUIRE(commit_one(**store, 1 + static_cast<size_t>(i) % 4) == CommitResult::done);
    const uint64_t seq = (*store)->snapshot()->head().seq;
    REQUIRE(acks.send(&seq, sizeof seq));
  }
}

// What must hold after any kill: the last acknowledged batch is there, whole, and nothing is half.
// Answers the head.
uint64_t expect_whole(const std::string& folder, uint64_t acknowledged) {
  SeededRandom random(8);
  const auto store = test::open_store(options_for(folder), random);
  const auto snapshot = store->snapshot();
  const uint64_t seq = snapshot->head().seq;
  REQUIRE(seq >= acknowledged);
  REQUIRE(seq <= acknowledged + 4);
  const auto rebuilt = verify_rebuild(*snapshot, apply);
  if (!rebuilt) FAIL(rebuilt.error().detail);
  const auto records = verify_records(*snapshot);
  if (!records) FAIL(records.error().detail);
  const auto timers = due_timers(snapshot->rows(), INT64_MAX, 10);
  REQUIRE(timers.size() == (seq > 0 ? 1 : 0));
  if (seq > 0) {
    REQUIRE(timers[0].key == "newest");
    REQUIRE(timers[0].at == static_cast<UnixMillis>(seq));
    REQUIRE(next_timer(snapshot->rows()) == timers[0].at);
    REQUIRE(snapshot->cursor("other")->seq == seq);
    REQUIRE(snapshot->vault().get("seq") == std::to_string(seq));
    REQUIRE(snapshot->answer("answer" + std::to_string(seq))->body == std::to_string(seq));
  }
  return seq;
}

uint64_t last_of(test::Pipe& acks, uint64_t before) {
  acks.close_sender();
  uint64_t last = before;
  for (uint64_t seq = 0; acks.receive(&seq, sizeof seq);) last = seq;
  return last;
}

// The kernel kills this process by itself, so much later, whatever it is doing then.
void kill_later(uint64_t us) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  timer_t timer{};
  REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  itimerspec when{};
  when.it_value.tv_nsec = static_cast<long>(us) * 1'000;
  REQUIRE(timer_settime(timer, 0, &when, nullptr) == 0);
}

int times(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : otherwise;
}

}  // namespace

TEST_CASE("kill -9 at any write or sync leaves whole batches only", "[store]") {
  const auto of = GENERATE(test::FaultOf::death, test::FaultOf::torn_death);
  int kills = 0;
  for (bool killed = true; killed; kills += killed) {
    const TemporaryFolder folder;
    test::Pipe acks;
    test::Child child([&] {
      test::faults() = {of, 0, kills, false, 0};
      write_batches(folder.in("data"), acks, 6);
    });
    const uint64_t acknowledged = last_of(acks, 0);
    const auto ended = child.wait();
    CAPTURE(kills, ended.code, ended.stderr_text);
    killed = ended.by_signal;
    REQUIRE((killed || ended.code == 0));
    expect_whole(folder.in("data"), acknowledged);
    REQUIRE(commit_one(*test::open_store(options_for(folder.in("data")),
                                         *std::make_unique<SeededRandom>(9)),
                       3) == CommitResult::done);
  }
  CHECK(kills > 10);
}

// BILTEN_STORE_KILLS=1000 for more.
TEST_CASE("kill -9 at random loses nothing that was acknowledged", "[store]") {
  const int kills = times("BILTEN_STORE_KILLS", 100);
  const TemporaryFolder folder;
  SeededRandom random(static_cast<uint64_t>(kills));
  uint64_t seq = 0;
  int writing = 0;
  for (int i = 0; i < kills; ++i) {
    const auto lives_us = 1'000 + random.below(20'000);
    test::Pipe acks;
    test::Child child([&] {
      kill_later(lives_us);
      write_batches(folder.in("data"), acks, INT_MAX);
    });
    const uint64_t acknowledged = last_of(acks, seq);
    const auto ended = child.wait();
    REQUIRE((ended.by_signal && ended.code == SIGKILL));
    writing += acknowledged > seq;
    seq = expect_whole(folder.in("data"), acknowledged);
  }
  CHECK(writing > 0);
}

}  // namespace bilten
