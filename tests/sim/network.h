// The wires between the processes of one run. Connections keep the order of their frames, as TCP
// does, and lose what is under way when they break; between connections nothing is ordered. Facts'
// publications may be lost, doubled and mixed up at any time.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/registry.h"
#include "common/net/socket.h"
#include "tests/sim/world.h"

namespace bilten::sim {

using broker::PeerId;

class BrokerEnd {
 public:
  virtual ~BrokerEnd() = default;
  virtual bool is_up() const = 0;
  virtual void arrive(PeerId from, std::string frame) = 0;
};

class MemberEnd {
 public:
  virtual ~MemberEnd() = default;
  virtual void arrive(uint32_t link, uint32_t generation, std::string frame) = 0;
  virtual void hear(const std::string& publication) = 0;
  virtual const std::string& principal() const = 0;
  // What the story calls it.
  virtual std::string label() const { return principal(); }
};

class Network {
 public:
  // At most so many frames wait in a direction of a connection.
  Network(World& world, size_t high_water) : world_(world), high_water_(high_water) {}

  uint32_t add_broker(BrokerEnd& broker);
  // Has a link to each of `joins`, in that order, and hears publications whose topic begins with
  // one of `topics`.
  uint32_t add_member(MemberEnd& member, const std::vector<uint32_t>& joins,
                      std::vector<std::string> topics);

  // ---- what members do, and brokers with the links that they dial ----
  void open(uint32_t member, uint32_t link, uint32_t generation);
  void close(uint32_t member, uint32_t link);
  net::Sent send(uint32_t member, uint32_t link, std::string frame);
  void publish(uint32_t member, const std::string& frame);
  // The process is no more: so are its sockets.
  void vanish_member(uint32_t member);

  // ---- what brokers do ----
  net::Sent send_to(PeerId peer, std::string frame);
  const std::string& principal_of(PeerId peer) const;
  void vanish_broker(uint32_t broker);

  // ---- faults; nothing happens to a link that is none ----
  // Without notice the broker's frames vanish for a while before it sees that nobody is there.
  void break_link(uint32_t member, uint32_t broker, bool notice);
  // Nothing arrives in that direction until then; what was sent comes after.
  void stall(uint32_t member, uint32_t broker, bool to_broker, SteadyMicros until);
  // The member has a new connection while the broker still holds the old one, from which the last
  // frames come late.
  void double_link(uint32_t member, uint32_t broker, SteadyMicros until);
  // Frames of this link take long, and so come after later ones on other links.
  void slow_link(uint32_t member, uint32_t broker, SteadyMicros until);
  bool joins(uint32_t member, uint32_t broker) { return socket_to(member, broker) != nullptr; }
  size_t members() const { return members_.size(); }
  void slow_down(SteadyMicros until) { slow_until_ = until; }
  void lose_publications(SteadyMicros until) { mute_until_ = until; }

 private:
  struct Way {
    std::deque<std::string> frames;
    SteadyMicros last_at = 0;
  };
  struct Connection {
    PeerId peer = 0;
    uint32_t member = 0, link = 0, broker = 0, generation = 0;
    bool up = true;
    bool orphaned = false;          // The member's end of it is no more.
    SteadyMicros gone_at = kNever;  // When the broker's sends fail.
    SteadyMicros late_until = 0;    // What is under way arrives then.
    Way to_broker, to_member;
  };
  using Held = std::shared_ptr<Connection>;
  struct Socket {
    uint32_t broker = 0;
    SteadyMicros slow_until = 0;
    bool open = false;
    uint32_t generation = 0;
    uint64_t attempt = 0;
    Held connection;
  };
  struct Member {
    MemberEnd* end = nullptr;
    std::vector<std::string> topics;
    std::vector<Socket> sockets;
  };

  void connect_after(SteadyMicros delay, uint32_t member, uint32_t link);
  void connect(uint32_t member, uint32_t link);
  net::Sent put(const Held& connection, bool to_broker, std::string frame);
  void deliver(const Held& connection, bool to_broker);
  void cut(Connection& connection, SteadyMicros gone_after);
  SteadyMicros delay();
  Socket* socket_to(uint32_t member, uint32_t broker);
  SteadyMicros& stalled(uint32_t member, uint32_t broker, bool to_broker) {
    return stalls_[{member, broker, to_broker}];
  }

  World& world_;
  size_t high_water_;
  std::vector<BrokerEnd*> brokers_;
  std::vector<Member> members_;
  std::map<PeerId, Held> connections_;  // Those that brokers may still send to.
  std::map<std::tuple<uint32_t, uint32_t, bool>, SteadyMicros> stalls_;
  PeerId last_peer_ = 0;
  uint64_t attempts_ = 0;
  SteadyMicros slow_until_ = 0, mute_until_ = 0;
};

}  // namespace bilten::sim
