// A broker process of a run: the broker's core, its wires and its timers.
#pragma once

#include <memory>

#include "broker/core.h"
#include "tests/sim/network.h"

namespace bilten::sim {

class BrokerNode final : public BrokerEnd, private broker::Outside {
 public:
  BrokerNode(World& world, Network& network);

  void start();
  void crash();
  bool is_up() const override { return core_ != nullptr; }
  void arrive(PeerId from, std::string frame) override;
  const broker::Core& core() const { return *core_; }
  uint32_t index() const { return index_; }

 private:
  net::Sent send(PeerId peer, net::Message& message) override;
  std::string principal_of(PeerId peer, const net::Message& message) override;
  UnixMillis wall_ms() override { return world_.wall_ms(); }
  void note(std::string_view what, std::string_view principal, std::string_view detail) override;
  void settle();
  void check_credit();

  World& world_;
  Network& network_;
  uint32_t index_;
  SeededRandom random_;
  std::unique_ptr<broker::Core> core_;
  uint64_t life_ = 0;
  SteadyMicros armed_ = kNever;
};

}  // namespace bilten::sim
