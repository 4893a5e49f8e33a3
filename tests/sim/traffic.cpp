#include "tests/sim/traffic.h"

#include <algorithm>

#include "common/net/mesh_calls.h"

namespace bilten::sim {

namespace {

bool is_followed(const Frame& frame) {
  return frame.header.command == Command::request && !frame.ext.empty();
}

SteadyMicros expires_at(const World& world, const Frame& frame) {
  return world.now() + int64_t{frame.header.ttl_ms} * kMillisecond;
}

}  // namespace

void Traffic::arrived(uint32_t broker, const Frame& frame, bool from_broker) {
  if (!is_followed(frame)) return;
  Journey& journey = journeys_[std::string(frame.ext)];
  Stay& stay = journey.stays[broker];
  ++(from_broker ? stay.from_brokers : stay.from_clients);
  stay.expires_at = std::max(stay.expires_at, expires_at(world_, frame));
  if (from_broker) return;
  if (!std::exchange(journey.begun, true)) journey.first_broker = broker;
  if (journey.first_broker != broker && !std::exchange(journey.failed_over, true)) {
    ++world_.coverage.failed_over;
  }
}

// Once for each time that the broker was given it, and once more where that may be repeated.
void Traffic::sent(uint32_t broker, const Frame& frame, bool to_broker) {
  if (!is_followed(frame)) return;
  Journey& journey = journeys_[std::string(frame.ext)];
  Stay& stay = journey.stays[broker];
  ++(to_broker ? stay.to_brokers : stay.to_workers);
  if (expires_at(world_, frame) > stay.expires_at + kMillisecond) {
    return world_.fail("broker " + std::to_string(broker) +
                       " gave a request more time than it had");
  }
  if (frame.header.principal != kGatewayNumber) {
    return world_.fail("broker " + std::to_string(broker) + " said that principal " +
                       std::to_string(frame.header.principal) + " asks, and not the gateway");
  }
  const uint32_t each = frame.header.flags & flag::kIdempotent ? 2 : 1;
  if (stay.to_brokers > each * stay.from_clients) {
    return world_.fail("broker " + std::to_string(broker) +
                       " forwarded a request that was forwarded to it");
  }
  const uint32_t given = stay.from_clients + stay.from_brokers;
  const uint32_t times = stay.to_workers + stay.to_brokers;
  if (times > each * given) {
    world_.fail("broker " + std::to_string(broker) + " got a request " + std::to_string(given) +
                " times and sent it " + std::to_string(times) + " times");
  }
  // Each send of the client's comes to one worker, or where a worker is lost to more: once more at
  // each of two brokers.
  if (to_broker) return;
  const uint32_t most = net::MeshCalls::kSendsMax * each * each;
  if (++journey.deliveries > most) {
    world_.fail("workers got one call " + std::to_string(journey.deliveries) + " times");
  }
}

}  // namespace bilten::sim
