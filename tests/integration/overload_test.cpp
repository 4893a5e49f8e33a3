// Twice as many requests as there is capacity for: what is critical is served as ever, the rest is
// refused early and says when to come back, and the broker does not grow. The client speaks frames,
// as the client library would repeat what was refused.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "tests/support/frame_peer.h"
#include "tests/support/load.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr double kCapacity = 400;  // Requests a second, of the one worker.
constexpr uint32_t kBudgetMs = 2000;
constexpr double kEarly = 0.6;  // Seconds: a queue of 500 ms, and something.

// Resident memory, MiB.
double resident(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

// Requests at a steady rate, whatever comes back: 2 of 20 critical, 4 bulk.
class Flood {
 public:
  explicit Flood(const Platform& platform) : peer_(platform, "probe") { peer_.join(); }

  void run(double per_second, double seconds) {
    const auto began = std::chrono::steady_clock::now();
    while (seconds_since(began) < seconds) {
      for (auto due = seconds_since(began) * per_second; static_cast<double>(sent_) < due;) say();
      let_pass(0.001);
      hear();
    }
    // What is under way ends.
    CHECK(wait_until([&] { return hear(), heard_ == sent_; }));
  }
  const std::vector<Outcome>& of(Class request_class) { return outcomes_[request_class]; }

 private:
  static Class class_of(uint64_t id) {
    const auto place = id % 20;
    return place < 2 ? Class::critical : place < 6 ? Class::bulk : Class::normal;
  }
  void say() {
    Header header;
    header.id = sent_++;
    header.ttl_ms = kBudgetMs;
    header.set_class(class_of(header.id));
    said_at_.push_back(std::chrono::steady_clock::now());
    peer_.say(build_frame(header, "probe.work", {}, Packer().map(0).take()));
  }
  void hear() {
    for (bool more = false; peer_.socket().receive(message_, more);) {
      const auto frame = parse_frame(message_.view());
      REQUIRE(frame);
      const auto id = frame->header.id;
      if (frame->header.command == Command::heartbeat) continue;
      REQUIRE(id < sent_);
      Outcome outcome{Code::ok, seconds_since(said_at_[id]), 0};
      if (frame->header.command == Command::error) {
        const auto error = error_of(*frame);
        outcome.code = error.code;
        outcome.retry_after_ms = error.retry_after_ms;
      }
      outcomes_[class_of(id)].push_back(outcome);
      ++heard_;
    }
  }

  FramePeer peer_;
  net::Message message_;
  uint64_t sent_ = 0, heard_ = 0;
  std::vector<std::chrono::steady_clock::time_point> said_at_;
  std::map<Class, std::vector<Outcome>> outcomes_;
};

void check_shed(const std::vector<Outcome>& outcomes) {
  INFO(codes_of(outcomes));
  CHECK(count_of(outcomes, Code::no_capacity) > 0);
  CHECK(count_of(outcomes, Code::no_capacity) + count_of(outcomes, Code::ok) == outcomes.size());
  CHECK(within(outcomes, 0.99, Code::no_capacity) < kEarly * time_scale());
  for (const auto& outcome : outcomes) {
    if (outcome.code == Code::no_capacity) CHECK(outcome.retry_after_ms > 0);
  }
}

std::string described(const std::vector<Outcome>& outcomes) {
  char text[100];
  std::snprintf(text, sizeof text, "%s (served p99 %.0f ms, refused p99 %.0f ms)",
                codes_of(outcomes).c_str(), 1000 * within(outcomes, 0.99),
                1000 * within(outcomes, 0.99, Code::no_capacity));
  return text;
}

}  // namespace

TEST_CASE("twice the load a worker can take sheds early, and what is critical does not notice",
          "[integration][overload]") {
  const double seconds = std::getenv("BILTEN_FULL") ? 60 : 10;
  Platform platform({.only = "broker,events"});
  Worker worker(platform, {.credit = 8, .per_second = kCapacity});
  Probe client(platform, {});
  REQUIRE(wait_until([&] { return client.call("probe.work").code == Code::ok; }));
  { Flood(platform).run(2 * kCapacity, 1); }  // Tables and queues have their size then.
  const double before = resident(platform.pid("broker"));
  Flood flood(platform);
  flood.run(2 * kCapacity, seconds);
  const double after = resident(platform.pid("broker"));

  const auto &critical = flood.of(Class::critical), &normal = flood.of(Class::normal),
             &bulk = flood.of(Class::bulk);
  INFO("critical " << described(critical));
  CHECK(count_of(critical, Code::ok) == critical.size());
  CHECK(within(critical, 0.99) < 0.1 * time_scale());
  const auto done =
      count_of(critical, Code::ok) + count_of(normal, Code::ok) + count_of(bulk, Code::ok);
  CHECK(static_cast<double>(done) > 0.8 * kCapacity * seconds);
  check_shed(normal);
  check_shed(bulk);
  if (!is_sanitized()) CHECK(after < before + 8);
  std::printf("overload: critical %s; normal %s; bulk %s; broker %.1f MiB, then %.1f\n",
              described(critical).c_str(), described(normal).c_str(), described(bulk).c_str(),
              before, after);
}
