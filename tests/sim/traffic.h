// Follows each request over the brokers: how often each was given it, and sent it on. A request is
// known by its extension, which every call of the run makes its own and no broker touches.
#pragma once

#include <unordered_map>

#include "common/wire/frame.h"
#include "tests/sim/world.h"

namespace bilten::sim {

// The number of the principal that all followed calls are of.
constexpr uint32_t kGatewayNumber = 10;

class Traffic {
 public:
  explicit Traffic(World& world) : world_(world) {}

  // A frame that a broker was given, by another broker or not; and one that it sent.
  void arrived(uint32_t broker, const Frame& frame, bool from_broker);
  void sent(uint32_t broker, const Frame& frame, bool to_broker);

 private:
  struct Stay {
    SteadyMicros expires_at = 0;  // The latest that it was given.
    uint32_t from_clients = 0, from_brokers = 0, to_workers = 0, to_brokers = 0;
  };
  struct Journey {
    uint32_t deliveries = 0;  // To workers.
    bool begun = false;
    uint32_t first_broker = 0;
    bool failed_over = false;
    std::unordered_map<uint32_t, Stay> stays;  // By broker.
  };

  World& world_;
  std::unordered_map<std::string, Journey> journeys_;
};

}  // namespace bilten::sim
