// A broker process of a run: the broker's core, its wires and its timers. On the links that it
// dials to the other brokers it is a member of the network like any other.
#pragma once

#include <memory>
#include <unordered_map>

#include "broker/core.h"
#include "tests/sim/network.h"
#include "tests/sim/traffic.h"

namespace bilten::sim {

class BrokerNode final : public BrokerEnd, private MemberEnd, private broker::Outside {
 public:
  // At most so many requests of a service wait.
  BrokerNode(World& world, Network& network, Traffic& traffic, uint32_t queue_max);

  // Adds its own links, one to each other broker, once all brokers and members are there.
  void add_links(uint32_t brokers);
  void start();
  void crash();
  // Stops it in order, within `most`, and starts it again `down` later.
  void stop_for(SteadyMicros most, SteadyMicros down);
  bool is_up() const override { return core_ != nullptr; }
  void arrive(PeerId from, std::string frame) override;
  // Adds what the core has counted to the run's coverage; once for each life.
  void count() const;
  uint32_t member() const { return member_; }

 private:
  void arrive(uint32_t link, uint32_t generation, std::string frame) override;
  void hear(const std::string&) override {}
  const std::string& principal() const override;
  std::string label() const override { return "broker " + std::to_string(index_); }
  void take(PeerId from, const std::string& frame, bool from_broker);
  void end();

  net::Sent send(PeerId peer, net::Message& message) override;
  void dial(uint32_t neighbour, PeerId as) override;
  void hang_up(uint32_t neighbour) override;
  std::string principal_of(PeerId peer, const net::Message& message) override;
  UnixMillis wall_ms() override { return world_.wall_ms(); }
  void note(std::string_view what, std::string_view principal, std::string_view detail) override;
  void settle();
  void check_credit();
  void check_owed(PeerId worker, const Frame& request);
  void look_if_drained(SteadyMicros until, SteadyMicros down);

  World& world_;
  Network& network_;
  Traffic& traffic_;
  const uint32_t queue_max_;
  uint32_t index_;
  uint32_t member_ = 0;
  std::vector<uint32_t> neighbours_;  // The other brokers, by the core's number for them.
  SeededRandom random_;
  std::unique_ptr<broker::Core> core_;
  // What each worker was given and has not answered.
  std::unordered_map<PeerId, uint32_t> owed_;
  uint64_t life_ = 0;
  SteadyMicros armed_ = kNever;
};

}  // namespace bilten::sim
