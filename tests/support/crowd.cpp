#include "tests/support/crowd.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <numeric>

namespace bilten::test {
namespace {

constexpr int kPauseMs = 50;  // Between a caller's calls: the machines share few cores.
// Longer than any budget in the workloads: within it a gateway that lives has answered.
constexpr long kTimeoutMs = 6'500;

bool is_told_no(const Reply& reply) {
  return reply.status >= 400 && reply.status < 500;
}

// What a fault may cost: no answer, or an error of the mesh by its name.
bool is_excused(const Reply& reply) {
  return reply.status == 0 || (reply.status > 500 && reply.status < 600 && !reply.code().empty());
}

}  // namespace

bool is_told(const Reply& reply) {
  return (reply.status >= 200 && reply.status < 300) || is_told_no(reply);
}

bool did_not_run(const Reply& reply) {
  // Class N of docs/protocol.md, section 6.
  static const std::set<std::string> codes = {
      "no_service", "no_capacity", "deadline_queued", "draining",     "circuit_open", "version",
      "hop_limit",  "fenced",      "busy_key",        "unknown_peer", "unavailable"};
  return codes.contains(reply.code());
}

void Tally::note_failure(int machine, const Reply& reply) {
  ++failed;
  if (!is_excused(reply)) ++wrong;
  std::lock_guard lock(mutex);
  failures += "machine " + std::to_string(machine) + ": " + std::to_string(reply.status) + " " +
              reply.text.substr(0, 300) + "\n";
}

Caller::Caller(Tally& tally, int machine, const std::string& token, bool gives_up)
    : tally_(tally), machine_(machine), gives_up_(gives_up) {
  for (int i = 0; i < Vms::kMachines; ++i) {
    const auto url = Vms::url((machine - 1 + i) % Vms::kMachines + 1);
    guest_.emplace_back(url).timeout_ms = static_cast<long>(kTimeoutMs * time_scale());
    host_.emplace_back(url, token).timeout_ms = static_cast<long>(kTimeoutMs * time_scale());
  }
}

Reply Caller::ask(As as, const Ask& ask, std::string_view refusal) {
  Reply reply;
  for (auto& gateway : as == As::guest ? guest_ : host_) {
    const auto began = std::chrono::steady_clock::now();
    reply = ask(gateway);
    if (reply.status > 0) {
      tally_.slowest = std::max(tally_.slowest.load(), seconds_since(began));
    }
    if (is_told(reply) || !tally_.elsewhere) break;
  }
  if (is_told(reply) && (!is_told_no(reply) || reply.code() == refusal)) {
    ++tally_.told[machine_];
  } else {
    tally_.note_failure(machine_, reply);
  }
  ::poll(nullptr, 0, kPauseMs);
  return reply;
}

Reply Caller::until_told(As as, const Ask& call, std::string_view refusal) {
  for (;;) {
    auto reply = ask(as, call, refusal);
    if (is_told(reply)) return reply;
  }
}

Crowd::Crowd(const Vms& vms, Workload& workload, std::string token) {
  for (int i = 0; i < kPerMachine * Vms::kMachines; ++i) {
    callers_.emplace_back([this, &vms, &workload, token, i] {
      const int machine = i % Vms::kMachines + 1;
      const Lab::Visit visit(vms.lab(), machine);
      Caller caller(tally_, machine, token, i >= Vms::kMachines);
      while (!tally_.stop) workload.turn(caller);
    });
  }
}

Crowd::~Crowd() {
  finish();
}

void Crowd::finish() {
  tally_.stop = true;
  for (auto& caller : callers_) caller.join();
  callers_.clear();
}

int Crowd::told() const {
  return std::accumulate(std::begin(tally_.told), std::end(tally_.told), 0);
}

bool Crowd::go_on(const std::set<int>& machines, int calls, double seconds) const {
  std::vector<int> wanted(std::size(tally_.told));
  for (const int machine : machines) wanted[static_cast<size_t>(machine)] = told(machine) + calls;
  return wait_until(
      [&] {
        return std::all_of(machines.begin(), machines.end(), [&](int machine) {
          return told(machine) >= wanted[static_cast<size_t>(machine)];
        });
      },
      seconds);
}

std::string Crowd::failures() {
  std::lock_guard lock(tally_.mutex);
  return tally_.failures;
}

}  // namespace bilten::test
