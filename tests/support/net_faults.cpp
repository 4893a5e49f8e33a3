#include "tests/support/net_faults.h"

#include <signal.h>

#include <utility>

#include "common/base/random.h"

namespace bilten::test {
namespace {

using Road = Vms::Road;
using Cuts = std::vector<Lab::Cut>;
using Change = std::function<void(Vms&)>;

constexpr int kFlaps = 20;
constexpr double kFlapSeconds = 0.15;    // Down, and again up.
constexpr double kSwizzleSeconds = 0.3;  // From one link to the next.

// What reaches a server's port, and what comes from one; ports of callers are above.
std::string on(Road road, const char* port) {
  return "ip daddr " + Vms::address(0, road) + "/24 tcp " + port + " < 10000";
}

// Of the links on which callers ask servers: what they send, what they are told, both.
Cuts asked(Road road, const std::set<int>& callers, const std::set<int>& servers) {
  Cuts cuts;
  for (const int caller : callers) {
    for (const int server : servers) cuts.push_back({caller, server, on(road, "dport")});
  }
  return cuts;
}

Cuts told(Road road, const std::set<int>& callers, const std::set<int>& servers) {
  Cuts cuts;
  for (const int caller : callers) {
    for (const int server : servers) cuts.push_back({server, caller, on(road, "sport")});
  }
  return cuts;
}

Cuts operator+(Cuts left, const Cuts& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Cuts both(Road road, const std::set<int>& callers, const std::set<int>& servers) {
  return asked(road, callers, servers) + told(road, callers, servers);
}

// Everything on a road from each of these machines to each of those.
Cuts flow(Road road, const std::set<int>& from, const std::set<int>& to) {
  Cuts cuts;
  for (const int left : from) {
    for (const int right : to) {
      if (left != right) cuts.push_back({left, right, "ip daddr " + Vms::address(0, road) + "/24"});
    }
  }
  return cuts;
}

Change cut(Cuts cuts) {
  return [cuts = std::move(cuts)](Vms& vms) {
    for (const auto& each : cuts) vms.lab().cut(each);
  };
}

void heal(Vms& vms) {
  vms.lab().heal();
}

Change weather(const Weather& weather) {
  return [weather](Vms& vms) { vms.lab().set(kRoughMachine, weather); };
}

Change signal(const std::set<int>& machines, const std::string& process, int number) {
  return [=](Vms& vms) {
    for (const int machine : machines) ::kill(vms.pid(machine, process), number);
  };
}

void flap(Vms& vms) {
  for (int i = 0; i < kFlaps; ++i) {
    vms.lab().cut_off(kRoughMachine);
    let_pass(kFlapSeconds);
    vms.lab().heal();
    let_pass(kFlapSeconds);
  }
}

Cuts all_links_shuffled(uint64_t seed) {
  Cuts cuts;
  for (int from = 1; from <= Vms::kMachines; ++from) {
    for (int to = 1; to <= Vms::kMachines; ++to) {
      if (from != to) cuts.push_back({from, to});
    }
  }
  SeededRandom random(seed);
  for (size_t i = cuts.size() - 1; i > 0; --i) std::swap(cuts[i], cuts[random.below(i + 1)]);
  return cuts;
}

// Links clog one by one, and clear one by one in another order.
Change clog(uint64_t seed) {
  return [cuts = all_links_shuffled(seed)](Vms& vms) {
    for (const auto& each : cuts) {
      vms.lab().cut(each);
      let_pass(kSwizzleSeconds);
    }
  };
}

Change unclog(uint64_t seed) {
  return [cuts = all_links_shuffled(seed)](Vms& vms) {
    for (const auto& each : cuts) {
      vms.lab().mend(each);
      let_pass(kSwizzleSeconds);
    }
  };
}

NetFault partition(const std::string& name, Cuts cuts, std::set<int> go_on,
                   bool hides_age = false) {
  return {name, cut(std::move(cuts)), heal, std::move(go_on), hides_age};
}

NetFault bad_link(const std::string& name, const Weather& how, std::set<int> go_on) {
  return {name, weather(how), weather({}), std::move(go_on)};
}

NetFault frozen(const std::string& process, const std::set<int>& machines, std::set<int> go_on,
                bool hides_age = false) {
  return {process + " stopped",
          signal(machines, process, SIGSTOP),
          signal(machines, process, SIGCONT),
          std::move(go_on),
          hides_age,
          true};
}

}  // namespace

std::vector<NetFault> net_faults(uint64_t seed) {
  const std::set<int> all{1, 2, 3};
  const auto clients = Road::clients, gateways = Road::gateways, members = Road::members,
             brokers = Road::brokers;
  return {
      // Machine 2's callers and their gateway.
      partition("client/gateway cut", both(clients, {2}, {2}), {1, 3}, true),
      partition("client/gateway requests lost", asked(clients, {2}, {2}), {1, 3}, true),
      partition("client/gateway answers lost", told(clients, {2}, {2}), {1, 3}, true),
      // Every gateway and all brokers but one; each time they must leave the one of before.
      partition("gateway/broker cut", both(gateways, all, {1, 2}), all),
      partition("gateway/broker requests lost", asked(gateways, all, {2, 3}), all),
      partition("gateway/broker answers lost", told(gateways, all, {1, 3}), all),
      // The ticket service and all brokers but its own machine's.
      partition("broker/service cut", both(members, {3}, {1, 2}), all),
      partition("broker/service replies lost", asked(members, {3}, {1, 2}), all),
      partition("broker/service requests lost", told(members, {3}, {1, 2}), all),
      // Brokers, and events, among each other.
      partition("broker/broker cut", flow(brokers, all, all), all),
      partition("broker/broker out of one lost", flow(brokers, {3}, {1, 2}), all),
      partition("broker/broker into one lost", flow(brokers, {1, 2}, {3}), all),
      // The machine of the ticket service.
      bad_link("loss 5 %", {.loss = 0.05}, all),
      bad_link("loss 30 %", {.loss = 0.3}, {}),
      bad_link("loss 70 %", {.loss = 0.7}, {}),
      bad_link("200 ms +- 100", {.delay_us = 200'000, .jitter_us = 100'000}, all),
      bad_link("duplicates", {.duplicate = 0.3}, all),
      bad_link("reorder", {.delay_us = 5'000, .jitter_us = 5'000, .reorder = 0.3}, all),
      {"20 flaps", flap, heal, {}},
      {"swizzle-clog", clog(seed), unclog(seed + 1), {}},
      {"machine cut off", [](Vms& vms) { vms.lab().cut_off(2); }, heal, {1, 3}},
      frozen("broker", {1, 2}, all),  // All but one.
      frozen("events", {3}, all),
      frozen("gateway", {2}, {1, 3}, true),
      frozen("user", {Vms::kUser}, all),
      frozen("event", {Vms::kEvent}, all),
      frozen("ticket", {Vms::kTicket}, {}),
  };
}

}  // namespace bilten::test
