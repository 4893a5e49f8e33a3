#include "tests/unit/net/live_broker.h"

#include <chrono>
#include <utility>

#include "common/base/check.h"
#include "tests/support/platform.h"

namespace bilten::net {

TestHouse::TestHouse() {
  for (const auto* name : {"broker", "events", "echo", "gateway"}) pairs[name] = make_key_pair();
  rules.resize(2);
  rules[0].principal = "echo";
  rules[0].number = 11;
  rules[0].serve = {"echo"};
  rules[0].call = {"echo.*"};
  rules[1].principal = "gateway";
  rules[1].number = 20;
  rules[1].call = {"echo.*", "away.*"};
}

KeyRing TestHouse::ring(const std::string& name) const {
  KeyRing ring;
  ring.name = name;
  ring.own = pairs.at(name);
  for (const auto& [each, pair] : pairs) ring.public_keys[each] = pair.public_key;
  return ring;
}

LiveBroker::LiveBroker(const TestHouse& house, const std::string& endpoint) {
  thread_ = std::thread([this, &house, endpoint] { run(house, endpoint); });
  std::unique_lock lock(mutex_);
  opened_.wait(lock, [this] { return !endpoint_.empty(); });
}

LiveBroker::~LiveBroker() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void LiveBroker::on_thread(std::function<void(broker::Broker&)> work) {
  std::unique_lock lock(mutex_);
  work_ = std::move(work);
  opened_.wait(lock, [this] { return !work_; });
}

void LiveBroker::die() {
  silent_ = true;
  stop_ = true;
  thread_.join();
}

void LiveBroker::run(const TestHouse& house, const std::string& endpoint) {
  const SystemClock clock;
  crypto::SystemRandom random;
  Context context;
  broker::Config config;
  config.listen = endpoint;
  config.heartbeat_ms = 200;
  auto opened =
      broker::Broker::open(context, config, {house.ring("broker"), house.rules}, clock, random);
  CHECK_INVARIANT(opened);
  auto& broker = **opened;
  {
    const std::lock_guard lock(mutex_);
    endpoint_ = broker.endpoint();
  }
  opened_.notify_one();
  while (!stop_) {
    CHECK_INVARIANT(broker.turn(-1, 5));
    const std::lock_guard lock(mutex_);
    if (!work_) continue;
    std::exchange(work_, nullptr)(broker);
    opened_.notify_all();
  }
  if (!silent_) broker.farewell();
}

EchoWorker::EchoWorker(Context& context, const TestHouse& house, std::vector<std::string> brokers) {
  MeshOptions options;
  options.brokers = std::move(brokers);
  options.keys = house.ring("echo");
  ServiceClaim claim;
  claim.service = "echo";
  claim.credit = 1024;
  options.services = {claim};
  options.heartbeat_ms = 200;
  Mesh::Handlers handlers;
  handlers.on_requests = [this](std::vector<Incoming> in) { on_requests(std::move(in)); };
  handlers.on_cancellations = [this](std::vector<Cancellation> heard) {
    cancelled_ += static_cast<int>(heard.size());
  };
  mesh_ = std::make_unique<Mesh>(context, std::move(options), std::move(handlers), clock_, random_);
  CHECK_INVARIANT(mesh_->start());
}

void EchoWorker::on_requests(std::vector<Incoming> in) {
  if (!keeps) return answer(in);
  const std::lock_guard lock(mutex_);
  std::move(in.begin(), in.end(), std::back_inserter(kept_));
}

void EchoWorker::answer_kept() {
  keeps = false;
  const std::lock_guard lock(mutex_);
  answer(kept_);
  kept_.clear();
}

size_t EchoWorker::kept() {
  const std::lock_guard lock(mutex_);
  return kept_.size();
}

Incoming EchoWorker::first_kept() {
  const std::lock_guard lock(mutex_);
  return kept_.at(0);
}

void EchoWorker::answer(const std::vector<Incoming>& in) {
  std::vector<Mesh::Reply> replies;
  for (const auto& request : in) {
    const auto id = request.header.id;
    // The body as often as three times, the last one as its end.
    const uint32_t parts = request.name == "echo.thrice" ? 2 : 0;
    for (uint32_t part = 1; part <= parts; ++part) {
      replies.push_back(
          {request.link, request.generation, id, partial_frame(id, part, request.body), true});
    }
    replies.push_back({request.link, request.generation, id, reply_frame(id, request.body, parts)});
  }
  mesh_->reply(std::move(replies));
}

bool eventually(const std::function<bool()>& condition) {
  return test::wait_until(condition, 10);
}

}  // namespace bilten::net
