// A process's place in the mesh: MeshCore with the simulated wires instead of libzmq's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/net/mesh_core.h"
#include "tests/sim/network.h"

namespace bilten::sim {

class Member final : private MemberEnd {
 public:
  struct Handlers {
    std::function<void(std::vector<net::Incoming>)> on_requests = {};
    std::function<void(std::vector<net::Publication>)> on_publications = {};
  };
  // Joins those brokers.
  Member(World& world, Network& network, std::string principal, std::vector<std::string> topics,
         std::vector<uint32_t> joins, Handlers handlers);

  // A new process; `wall` is its clock. Serves what is claimed.
  void start(UnixMillis wall, std::vector<ServiceClaim> claims);
  // Kills it: nothing that it waits for ends, nothing that it was about to send leaves.
  void crash();
  // Stops it in order: it takes no more requests, answers what it has, and takes its leave; then
  // `stopped`, at the latest after `most`.
  void drain(SteadyMicros most, std::function<void()> stopped);
  bool is_up() const { return core_ != nullptr; }

  void call(net::Call call, net::OnAnswer done);
  void reply(std::vector<net::Mesh::Reply> replies);
  void publish(const std::string& frame);
  uint32_t index() const { return index_; }
  const std::string& principal() const override { return principal_; }

 private:
  void arrive(uint32_t link, uint32_t generation, std::string frame) override;
  void hear(const std::string& publication) override;
  void carry_out();
  void send_frames();
  void hand_over();
  void arm();
  void look_if_idle(SteadyMicros until, std::function<void()> stopped);

  World& world_;
  Network& network_;
  std::string principal_;
  uint32_t index_;
  std::vector<uint32_t> joins_;
  Handlers handlers_;
  SeededRandom random_;
  std::unique_ptr<net::MeshCore> core_;
  uint64_t life_ = 0;
  SteadyMicros armed_ = kNever;
  bool busy_ = false;  // Inside carry_out(), which takes what its callbacks add.
};

}  // namespace bilten::sim
