#include "tests/support/siege.h"

#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>

namespace bilten::test {
namespace {

constexpr uint64_t kBudgetMs = 10'000;
// A call beside an attack takes some milliseconds; the rest is for busy machines.
constexpr uint64_t kSlowestMaxMs = 1000;
constexpr const char* kAttacked[] = {"broker", "events"};
constexpr const char* kBeside[] = {"gateway", "user", "event", "ticket", "payment"};

Probe::Options operator_options() {
  Probe::Options options;
  options.principal = "ops";
  return options;
}

// A fact of the probe's own, published until it is heard.
bool fact_passes(const Platform& platform) {
  std::atomic<bool> heard{false};
  Probe::Options options;
  options.topics = {"probe."};
  options.publishes = true;
  options.handlers.on_publications = [&](std::vector<net::Publication>) { heard = true; };
  Probe probe(platform, std::move(options));
  return wait_until([&] {
    probe.mesh().publish({net::event_frame("probe.said", 1, {}, Packer().map(0).take())});
    return heard.load();
  });
}

}  // namespace

size_t raise_descriptor_limit() {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  return limit.rlim_cur;
}

size_t peak_kib(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  }
  FAIL("no process " << pid);
  return 0;
}

Siege::Siege() : operations_(platform_, operator_options()) {
  for (const char* name : kBeside) pids_[name] = platform_.pid(name);
  for (const char* name : kAttacked) {
    pids_[name] = platform_.pid(name);
    peak_kib_[name] = peak_kib(pids_[name]);
  }
  caller_ = std::thread([this] { call_on(); });
}

Siege::~Siege() {
  stop_ = true;
  if (caller_.joinable()) caller_.join();
}

std::vector<std::string> Siege::doors() const {
  return {platform_.setting("brokers"), platform_.setting("events_publish"),
          platform_.setting("events_subscribe")};
}

void Siege::call_on() {
  const auto budget = static_cast<uint32_t>(kBudgetMs * time_scale());
  while (!stop_) {
    const auto began = std::chrono::steady_clock::now();
    const auto answer = operations_.call("event.list", Packer().map(0).take(), budget);
    const auto took = std::chrono::steady_clock::now() - began;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    slowest_ms_ = std::max(slowest_ms_.load(), static_cast<uint64_t>(ms));
    ++calls_;
    failed_ += answer.code != Code::ok;
  }
}

void Siege::lift(size_t growth_max_mib) {
  const auto before = calls_.load();
  CHECK(wait_until([&] { return calls_ > before + 10; }));
  stop_ = true;
  caller_.join();
  INFO(calls_ << " calls, slowest " << slowest_ms_ << " ms");
  CHECK(failed_ == 0);
  CHECK(static_cast<double>(slowest_ms_) <= kSlowestMaxMs * time_scale());
  for (const auto& [name, pid] : pids_) {
    INFO(name);
    CHECK(platform_.pid(name) == pid);
  }
  for (const char* name : kAttacked) {
    const auto now = peak_kib(pids_[name]);
    const auto growth = (now - peak_kib_[name]) / 1024;
    INFO(name);
    INFO("grew by " << growth << " MiB to " << now / 1024);
    // A sanitizer keeps what was freed for a while.
    if (!is_sanitized()) CHECK(growth <= growth_max_mib);
  }
  CHECK(fact_passes(platform_));
}

bool all_cut(std::vector<RawPeer>& peers, double seconds) {
  return wait_until(
      [&] {
        std::erase_if(peers, [](RawPeer& peer) { return peer.is_cut(); });
        return peers.empty();
      },
      seconds);
}

}  // namespace bilten::test
