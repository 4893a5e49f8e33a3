// The shell around the core: a ROUTER socket with CURVE, the ZAP handler, and one loop that drains
// what has come and then looks at the timers. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/config.h"
#include "broker/core.h"
#include "common/base/clock.h"
#include "common/net/address.h"
#include "common/net/handshakes.h"
#include "common/net/keys.h"
#include "common/net/zap.h"
#include "common/process/program.h"

namespace bilten::broker {

// Keys and rights, as they stand in their files.
struct House {
  net::KeyRing keys;
  std::vector<AccessRule> rules;
};
Result<House> load_house(const std::string& keys_folder, const std::string& access_path);

class Broker final : private Outside {
 public:
  // Listens on config.listen ("tcp://127.0.0.1:0": a free port) when it answers.
  static Result<std::unique_ptr<Broker>> open(net::Context& context, const Config& config,
                                              const House& house, const Clock& clock,
                                              Random& random);
  std::string endpoint() const { return router_.endpoint(); }

  // One wake: waits for work, a readable `stop_fd` (-1: none) or a timer, at most wait_max_ms;
  // takes at most 256 frames; then the timers. False: the ZAP handler is broken, end the process.
  [[nodiscard]] bool turn(int stop_fd, int64_t wait_max_ms);
  // Both or neither: a fault leaves what stood.
  Status reload(const House& house);

  void drain() { core_.drain(clock_.steady_us()); }
  bool is_drained() const { return core_.is_drained(); }
  void farewell() { core_.farewell(clock_.steady_us()); }
  const Core& core() const { return core_; }

 private:
  Broker(net::Context& context, net::Zap zap, net::Socket router, const Config& config,
         net::BrokenHandshakes broken, std::vector<net::Address> neighbours, const Clock& clock,
         Random& random);
  net::Sent send(PeerId peer, net::Message& message) override;
  std::string principal_of(PeerId peer, const net::Message& message) override;
  std::string key_of(const net::Message& message) override {
    return std::string(message.peer_key());
  }
  UnixMillis wall_ms() override { return clock_.wall_ms(); }
  void dial(uint32_t neighbour, PeerId as) override;
  void hang_up(uint32_t neighbour) override;
  void note(std::string_view what, std::string_view principal, std::string_view detail) override;
  void keep(const Span& span, SteadyMicros began, SteadyMicros ended) override;
  Result<std::string> trace(std::string_view question) override;
  std::string process_metrics() override;
  [[nodiscard]] bool answer_door();
  void tell_refusals(SteadyMicros now);
  void take_frames(SteadyMicros now);
  void take_frames_of(size_t neighbour, SteadyMicros now);

  struct Dialled {
    PeerId as = 0;
    std::optional<net::Socket> socket;
  };

  const Clock& clock_;
  net::Context& context_;
  net::Zap zap_;
  net::Socket router_;
  net::BrokenHandshakes broken_;               // At the router's door.
  const std::vector<net::Address> addresses_;  // Of the neighbours.
  net::KeyRing keys_;
  std::vector<Dialled> dialled_;
  std::vector<net::PollItem> items_;
  Core core_;
  std::string from_;       // Kept, so that a frame's sender costs no allocation.
  double log_lines_ = 50;  // What may be logged at once; refilled with time.
  SteadyMicros logged_at_ = 0;
  SteadyMicros tell_again_at_ = 0;  // Of refused handshakes.
};

// Until the process is asked to stop; its exit code.
int run_broker(const Config& config, const MeshSettings& mesh, Process& process);

}  // namespace bilten::broker
