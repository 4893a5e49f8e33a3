// The network-fault matrix: each fault of tests/support/net_faults while callers on three machines
// rush, check out and scan. Nothing acknowledged is lost or doubled, each call ends, nothing runs
// once its budget is over, and all is as before soon after. Needs root.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "tests/support/net_faults.h"
#include "tests/support/workloads.h"

using namespace bilten::test;

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWindow = 2;       // Seconds over which a pace is taken.
constexpr int kWindows = 3;         // Before a fault.
constexpr double kPaceBack = 0.9;   // Of the median pace before, ...
constexpr double kPaceWithin = 10;  // ... in some window that began and ended within that time.
constexpr double kLevelWithin = 5;
constexpr double kAnswerMax = 6;  // The longest budget, and a second for a busy machine.
constexpr int kGoOnCalls = 10;

bool is_full() {
  return std::getenv("BILTEN_FULL") != nullptr;
}

double seconds_of(const NetFault& fault) {
  if (fault.is_freeze) return is_full() ? 30 : 5;
  return is_full() ? 8 : 5;
}

// Calls a second that a crowd is told of.
class Pace {
 public:
  explicit Pace(const Crowd& crowd) : crowd_(crowd) {}

  double over(double seconds) const {
    const int before = crowd_.told();
    const auto began = Clock::now();
    let_pass(seconds);
    return (crowd_.told() - before) / seconds_since(began);
  }
  double median() const {
    std::vector<double> paces;
    for (int i = 0; i < kWindows; ++i) paces.push_back(over(is_full() ? kWindow : kWindow / 2));
    std::sort(paces.begin(), paces.end());
    return paces[kWindows / 2];
  }

  // The best of the windows since the first look; to be called again and again.
  double best() {
    const auto now = Clock::now();
    looks_.push_back({now, crowd_.told()});
    while (looks_.size() > 1 &&
           std::chrono::duration<double>(now - looks_[1].at).count() >= kWindow)
      looks_.pop_front();
    const double seconds = std::chrono::duration<double>(now - looks_[0].at).count();
    if (seconds >= kWindow) best_ = std::max(best_, (crowd_.told() - looks_[0].told) / seconds);
    return best_;
  }

 private:
  struct Look {
    Clock::time_point at;
    int told;
  };
  const Crowd& crowd_;
  std::deque<Look> looks_;
  double best_ = 0;
};

struct Cell {
  int number;
  const NetFault& fault;
  const std::string& workload;
  std::string name() const { return fault.name + ", " + workload; }
};

// What a cell measured, for its line.
struct Figures {
  double before = 0, meanwhile = 0, after = 0, back_after = -1, level_after = -1, slowest = 0;
};

void print(const Cell& cell, const Figures& figures, const std::string& books) {
  std::printf(
      "net %02d %s: %.0f calls/s before, %.0f meanwhile, %.0f within %.1f s of healing, readers "
      "level in %.1f s, slowest answer %.1f s; %s\n",
      cell.number, cell.name().c_str(), figures.before, figures.meanwhile, figures.after,
      figures.back_after, figures.level_after, figures.slowest, books.c_str());
  std::fflush(stdout);
}

// While the fault lasts; what user and event record meanwhile is what readers must catch up with.
void live_through(const Cell& cell, Vms& vms, Api& host, Crowd& crowd, Figures& figures) {
  const auto began = Clock::now();
  const int before = crowd.told();
  std::map<int, int> told;
  for (const int machine : cell.fault.go_on) told[machine] = crowd.told(machine);
  cell.fault.begin(vms);
  host.post("/v1/organizations", {{"name", "Founded meanwhile"}});
  let_pass(seconds_of(cell.fault) - seconds_since(began));
  for (const int machine : cell.fault.go_on) {
    INFO("callers of machine " << machine << " meanwhile");
    CHECK(crowd.told(machine) - told[machine] >= kGoOnCalls);
  }
  figures.meanwhile = (crowd.told() - before) / seconds_since(began);
  cell.fault.end(vms);
}

void recover(const Vms& vms, const Crowd& crowd, Figures& figures) {
  const auto healed = Clock::now();
  Pace pace(crowd);
  wait_until(
      [&] {
        const double now = seconds_since(healed);
        figures.after = pace.best();
        if (figures.back_after < 0 && figures.after >= kPaceBack * figures.before) {
          figures.back_after = now;
        }
        if (figures.level_after < 0 && vms.is_level("user") && vms.is_level("event")) {
          figures.level_after = seconds_since(healed);
        }
        return figures.back_after >= 0 && figures.level_after >= 0;
      },
      kPaceWithin);
  CHECK(figures.back_after >= 0);
  CHECK(figures.level_after >= 0);
  CHECK(figures.level_after <= kLevelWithin * time_scale());
  CHECK(wait_until([&] { return vms.is_whole(); }, 20));
}

void run_cell(const Cell& cell, Vms& vms, Organizer& host) {
  INFO(cell.name());
  const auto workload = make_workload(cell.workload, host);
  Crowd crowd(vms, *workload, host.api.token());
  Figures figures;
  CHECK(crowd.go_on({1, 2, 3}, kGoOnCalls));
  figures.before = Pace(crowd).median();
  CHECK(crowd.failed() == 0);
  crowd.slowest();
  live_through(cell, vms, host.api, crowd, figures);
  recover(vms, crowd, figures);
  crowd.finish();
  figures.slowest = crowd.slowest();
  std::string wrong;
  for (const auto& fault : workload->faults(host.api, !cell.fault.hides_age)) wrong += fault + "\n";
  print(cell, figures, workload->summary());
  {
    INFO(crowd.failures());
    CHECK(crowd.wrong() == 0);
    if (!cell.fault.hides_age) CHECK(figures.slowest <= kAnswerMax * time_scale());
  }
  INFO(wrong);
  CHECK(wrong.empty());
}

// One of each kind, and each workload twice.
bool is_in_short_run(const std::string& name) {
  static const std::set<std::string> names = {"gateway/broker answers lost, on-sale",
                                              "broker/service cut, checkout",
                                              "broker/broker cut, scan",
                                              "loss 30 %, on-sale",
                                              "ticket stopped, checkout",
                                              "swizzle-clog, scan"};
  return names.contains(name);
}

bool is_chosen(const std::string& name) {
  if (const char* words = std::getenv("BILTEN_CELLS")) {
    return name.find(words) != std::string::npos;
  }
  return is_full() || is_in_short_run(name);
}

uint64_t seed() {
  const char* given = std::getenv("BILTEN_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 1;
}

}  // namespace

TEST_CASE("whatever the network does, nothing acknowledged is lost and all is as before soon after",
          "[net]") {
  if (!vms_here("the network-fault matrix")) return;
  Vms vms({.rough = {kRoughMachine}});
  const Lab::Visit visit(vms.lab(), 1);
  auto host = organizer(Vms::url(1));
  const auto faults = net_faults(seed());
  int number = 0, run = 0;
  for (const auto& workload : workload_names()) {
    for (const auto& fault : faults) {
      const Cell cell{++number, fault, workload};
      if (!is_chosen(cell.name())) continue;
      ++run;
      REQUIRE(log_in(host));
      run_cell(cell, vms, host);
    }
  }
  CHECK(run > 0);
  std::printf("net: %d of %d cells run\n", run, number);
}
