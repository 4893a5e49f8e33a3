#include "tests/support/crowd.h"

#include <poll.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

namespace bilten::test {
namespace {

constexpr int kPauseMs = 60;       // Between a buyer's orders: the machines share few cores.
constexpr int kScanEvery = 4;      // Orders.
constexpr size_t kRepeated = 100;  // Orders that are asked for again in the end.

}  // namespace

Crowd::Crowd(const Vms& vms, OnSale sale, std::string door)
    : vms_(vms), sale_(std::move(sale)), door_(std::move(door)) {
  for (int i = 0; i < kPerMachine * Vms::kMachines; ++i) {
    buyers_.emplace_back([this, machine = i % Vms::kMachines + 1] { buy(machine); });
  }
}

Crowd::~Crowd() {
  finish();
}

void Crowd::finish() {
  stop_ = true;
  for (auto& buyer : buyers_) buyer.join();
  buyers_.clear();
}

bool Crowd::go_on(const std::set<int>& machines, int orders, double seconds) const {
  std::vector<int> wanted(std::size(orders_));
  for (const int machine : machines) {
    wanted[static_cast<size_t>(machine)] = orders_[machine] + orders;
  }
  return wait_until(
      [&] {
        return std::all_of(machines.begin(), machines.end(), [&](int machine) {
          return orders_[machine] >= wanted[static_cast<size_t>(machine)];
        });
      },
      seconds);
}

std::string Crowd::failures() const {
  std::lock_guard lock(mutex_);
  return failures_;
}

std::string Crowd::summary() const {
  return std::to_string(told_.size()) + " orders, " + std::to_string(admitted_.size()) +
         " scans, " + std::to_string(failed_) + " calls failed";
}

void Crowd::note_failure(int machine, const Reply& reply) {
  ++failed_;
  std::lock_guard lock(mutex_);
  failures_ += "machine " + std::to_string(machine) + ": " + std::to_string(reply.status) + " " +
               reply.text.substr(0, 300) + "\n";
}

// Ends when the answer says how it ended. Nothing is given up: an order of which nobody was told
// could stand in the books.
Reply Crowd::until_told(const Gateways& from, std::vector<Api>& gateways, const Ask& ask) {
  for (;;) {
    Reply reply;
    for (auto& gateway : gateways) {
      const auto began = std::chrono::steady_clock::now();
      reply = ask(gateway);
      slowest_ = std::max(slowest_.load(), seconds_since(began));
      if (reply.status >= 200 && reply.status < 300) return reply;
      if (reply.status >= 400 && reply.status < 500) break;
      if (!elsewhere_) break;
    }
    note_failure(from.machine, reply);
    if (reply.status >= 400 && reply.status < 500) return reply;
    ::poll(nullptr, 0, kPauseMs);
  }
}

void Crowd::buy(int machine) {
  const Lab::Visit visit(vms_.lab(), machine);
  Gateways gateways{machine, {}, {}};
  for (int i = 0; i < Vms::kMachines; ++i) {
    const auto url = Vms::url((machine - 1 + i) % Vms::kMachines + 1);
    gateways.guest.emplace_back(url);
    gateways.door.emplace_back(url, door_);
  }
  const auto body = order_body(sale_.event_id, sale_.type_ids[0], 1);
  for (int count = 0; !stop_; ++count) {
    const auto key = fresh_key();
    auto reply = until_told(gateways, gateways.guest,
                            [&](Api& api) { return api.post("/v1/orders", body, key); });
    if (reply.status != 201) continue;
    const Order order{key, reply.body["id"], reply.body["secret"]};
    {
      std::lock_guard lock(mutex_);
      told_.push_back(order);
    }
    ++orders_[machine];
    if (count % kScanEvery == 0) enter(gateways, order);
    ::poll(nullptr, 0, kPauseMs);
  }
}

void Crowd::enter(Gateways& gateways, const Order& order) {
  const auto path = "/v1/orders/" + order.id + "/tickets?secret=" + order.secret;
  auto tickets = until_told(gateways, gateways.guest, [&](Api& api) { return api.get(path); });
  if (tickets.status != 200) return;
  const auto ticket = tickets.body["items"][0];
  const json scan{
      {"code", ticket["code"]}, {"check_in_list_id", sale_.list_id}, {"nonce", fresh_key()}};
  const auto key = fresh_key();
  auto scanned = until_told(gateways, gateways.door,
                            [&](Api& api) { return api.post("/v1/check-ins", scan, key); });
  if (scanned.status != 201) return;
  std::lock_guard lock(mutex_);
  admitted_.push_back(ticket["id"]);
}

void Crowd::check_books(Api& host, int64_t seats) const {
  std::set<std::string> ids, entered(admitted_.begin(), admitted_.end());
  Api guest(host.url());
  for (const auto& order : told_) {
    CHECK(ids.insert(order.id).second);
    auto found = guest.get("/v1/orders/" + order.id + "?secret=" + order.secret);
    CHECK(found.status == 200);
    CHECK(found.body["state"] == "paid");
  }
  for (size_t i = 0; i < told_.size(); i += told_.size() / kRepeated + 1) {
    auto again =
        guest.post("/v1/orders", order_body(sale_.event_id, sale_.type_ids[0], 1), told_[i].key);
    CHECK(again.body["id"] == told_[i].id);
  }
  const auto types = guest.get("/v1/events/" + sale_.event_id + "/ticket-types");
  CHECK(seats - types.body["items"][0]["available"].get<int64_t>() ==
        static_cast<int64_t>(ids.size()));
  CHECK(entered.size() == admitted_.size());
  const auto lists = host.get("/v1/events/" + sale_.event_id + "/check-in-lists");
  CHECK(lists.body["items"][0]["admitted"].get<size_t>() == entered.size());
}

}  // namespace bilten::test
