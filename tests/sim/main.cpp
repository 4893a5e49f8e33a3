// The simulator: runs seed after seed (docs/simulator.md).
//
//   BILTEN_FIRST_SEED  where to begin; 1
//   BILTEN_SEEDS       how many; without it as many as BILTEN_SIM_SECONDS hold
//   BILTEN_SIM_SECONDS 60
//   BILTEN_STORY       1: tells the last of the first seed's story, even if all holds
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/crypto/crypto.h"
#include "common/process/log.h"
#include "tests/sim/shrink.h"

// There only in builds with a sanitizer, which then has the last word on memory.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace bilten::sim {
namespace {

constexpr uint64_t kSecondsWithoutCount = 60;
constexpr uint64_t kSeedsThatMeetAll = 1000;
constexpr uint64_t kTwiceEvery = 16;  // Every so many seeds one is run twice.

// What to write should a broken invariant of the platform end the process within a run.
char last_words[64];

void say_last_words() {
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, last_words, sizeof last_words);
}

void on_end(int) {
  say_last_words();
  ::_exit(1);
}

void listen_for_the_end() {
  std::signal(SIGABRT, on_end);
  if (__sanitizer_set_death_callback) return __sanitizer_set_death_callback(say_last_words);
  std::signal(SIGSEGV, on_end);
}

void be_ready_to_end_at(uint64_t seed) {
  const int length = std::snprintf(last_words, sizeof last_words, "seed %s: ended the process\n",
                                   std::to_string(seed).c_str());
  std::fill(last_words + length, last_words + sizeof last_words, ' ');
}

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void print_story(const Plan& plan, const Outcome& outcome) {
  std::printf("What was done (seed %s, %u brokers, credit %u, %zu frames in a connection):\n",
              std::to_string(plan.seed).c_str(), plan.brokers, plan.credit, plan.high_water);
  for (const auto& action : plan.actions) std::printf("  %s\n", words_of(action).c_str());
  std::printf("How it ended:\n");
  for (const auto& line : outcome.story) std::printf("  %s\n", line.c_str());
}

// The failure of a seed; empty: all held.
std::string failure_of(uint64_t seed, Coverage& coverage) {
  be_ready_to_end_at(seed);
  const Plan plan = make_plan(seed);
  const auto outcome = run(plan, false);
  coverage.add(outcome.coverage);
  if (!outcome.failure.empty() || seed % kTwiceEvery != 0) return outcome.failure;
  return run(plan, false).trace_hash == outcome.trace_hash
             ? ""
             : "the same seed ran in two different ways";
}

void explain(uint64_t seed) {
  std::fflush(stdout);
  const Plan plan = shrink(make_plan(seed));
  print_story(plan, run(plan, true));
  std::printf("Again: make sim SEEDS=1 FIRST_SEED=%s\n", std::to_string(seed).c_str());
}

// Says what the runs came upon. Among many seeds each thing must have happened, or the simulator no
// longer tests what it claims to.
bool has_met_all(const Coverage& coverage, uint64_t seeds) {
  bool all = true;
  std::printf("met:");
  for (const auto& [name, count] : Coverage::list()) {
    std::printf(" %s %s;", name, std::to_string(coverage.*count).c_str());
    all = all && (coverage.*count > 0 || seeds < kSeedsThatMeetAll);
  }
  std::printf("%s\n", all ? "" : " SOMETHING NEVER HAPPENED");
  return all;
}

int run_seeds() {
  const uint64_t first = number_from("BILTEN_FIRST_SEED", 1);
  const uint64_t count = number_from("BILTEN_SEEDS", 0);
  if (number_from("BILTEN_STORY", 0) == 1) {
    print_story(make_plan(first), run(make_plan(first), true));
  }
  const auto most = static_cast<double>(number_from("BILTEN_SIM_SECONDS", kSecondsWithoutCount));
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  uint64_t passed = 0, failed = 0;
  Coverage coverage;
  double busy = 0;  // Without explaining.
  for (uint64_t seed = first; count > 0 ? seed - first < count : busy < most; ++seed) {
    const double start = seconds();
    const auto failure = failure_of(seed, coverage);
    busy += seconds() - start;
    ++(failure.empty() ? passed : failed);
    if (failure.empty()) continue;
    std::printf("seed %s: %s\n", std::to_string(seed).c_str(), failure.c_str());
    if (failed == 1) explain(seed);
  }
  if (!has_met_all(coverage, passed + failed)) ++failed;
  std::printf("%.0f seeds a second\n", static_cast<double>(passed + failed) / busy);
  std::printf("sim: %s passed, %s failed\n", std::to_string(passed).c_str(),
              std::to_string(failed).c_str());
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace bilten::sim

int main() {
  bilten::sim::listen_for_the_end();
  bilten::crypto::init();
  bilten::set_log("sim", bilten::LogLevel::error);  // Differences are warned of.
  return bilten::sim::run_seeds();
}
