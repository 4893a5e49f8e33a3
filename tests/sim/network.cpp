#include "tests/sim/network.h"

#include <algorithm>

#include "common/wire/frame.h"

namespace bilten::sim {

namespace {

constexpr uint32_t kTailPerMille = 20;  // Frames that take much longer than the others.
constexpr SteadyMicros kSlowLinkLeast = 1 * kMillisecond, kSlowLinkMost = 300 * kMillisecond;
constexpr uint32_t kPublicationLostPerMille = 30;
constexpr uint32_t kPublicationTwicePerMille = 10;

// Says what a frame is, for the story.
std::string words_of(std::string_view bytes) {
  static constexpr const char* kCommands[] = {
      "?",      "READY",  "WELCOME",   "request",    "reply", "partial", "error",
      "cancel", "credit", "heartbeat", "DISCONNECT", "drain", "routes",  "event"};
  const auto frame = parse_frame(bytes);
  if (!frame) return "an unreadable frame";
  std::string words = kCommands[static_cast<size_t>(frame->header.command)];
  if (!frame->name.empty()) words += " " + std::string(frame->name);
  if (frame->header.code != 0)
    words += " " + std::string(word(static_cast<Code>(frame->header.code)));
  return words;
}

bool is_dull(std::string_view bytes) {
  const auto frame = parse_frame(bytes);
  return frame && frame->header.command == Command::heartbeat;
}

}  // namespace

uint32_t Network::add_broker(BrokerEnd& broker) {
  brokers_.push_back(&broker);
  return static_cast<uint32_t>(brokers_.size() - 1);
}

uint32_t Network::add_member(MemberEnd& member, const std::vector<uint32_t>& joins,
                             std::vector<std::string> topics) {
  std::vector<Socket> sockets(joins.size());
  for (size_t i = 0; i < joins.size(); ++i) sockets[i].broker = joins[i];
  members_.push_back({&member, std::move(topics), std::move(sockets)});
  return static_cast<uint32_t>(members_.size() - 1);
}

void Network::open(uint32_t member, uint32_t link, uint32_t generation) {
  close(member, link);
  auto& socket = members_[member].sockets[link];
  socket.open = true;
  socket.generation = generation;
  connect_after(world_.between(50, 2 * kMillisecond), member, link);
}

void Network::close(uint32_t member, uint32_t link) {
  auto& socket = members_[member].sockets[link];
  socket.open = false;
  if (!socket.connection) return;
  // What was sent before still leaves: sockets linger.
  world_.after(2 * kMillisecond, [this, old = std::move(socket.connection)] { cut(*old, 0); });
  socket.connection.reset();
}

void Network::connect_after(SteadyMicros delay, uint32_t member, uint32_t link) {
  const auto attempt = members_[member].sockets[link].attempt = ++attempts_;
  world_.after(delay, [=, this] {
    if (members_[member].sockets[link].attempt == attempt) connect(member, link);
  });
}

void Network::connect(uint32_t member, uint32_t link) {
  auto& socket = members_[member].sockets[link];
  if (!socket.open || socket.connection) return;
  const uint32_t broker = socket.broker;
  const auto stalled_until =
      std::max(stalled(member, broker, true), stalled(member, broker, false));
  if (!brokers_[broker]->is_up() || stalled_until > world_.now()) {
    return connect_after(world_.between(20 * kMillisecond, 100 * kMillisecond), member, link);
  }
  socket.connection = std::make_shared<Connection>();
  socket.connection->peer = ++last_peer_;
  socket.connection->member = member;
  socket.connection->link = link;
  socket.connection->broker = broker;
  socket.connection->generation = socket.generation;
  connections_.emplace(last_peer_, socket.connection);
}

net::Sent Network::send(uint32_t member, uint32_t link, std::string frame) {
  const auto& connection = members_[member].sockets[link].connection;
  if (!connection || !connection->up) return net::Sent::full;
  return put(connection, true, std::move(frame));
}

net::Sent Network::send_to(PeerId peer, std::string frame) {
  const auto found = connections_.find(peer);
  if (found == connections_.end()) return net::Sent::gone;
  const Held connection = found->second;
  if (connection->up) return put(connection, false, std::move(frame));
  if (world_.now() < connection->gone_at) return net::Sent::ok;
  connections_.erase(found);
  return net::Sent::gone;
}

const std::string& Network::principal_of(PeerId peer) const {
  static const std::string kNobody;
  const auto found = connections_.find(peer);
  return found == connections_.end() ? kNobody : members_[found->second->member].end->principal();
}

net::Sent Network::put(const Held& connection, bool to_broker, std::string frame) {
  auto& way = to_broker ? connection->to_broker : connection->to_member;
  if (way.frames.size() >= high_water_) return net::Sent::full;
  way.frames.push_back(std::move(frame));
  auto takes = delay();
  if (world_.now() < members_[connection->member].sockets[connection->link].slow_until) {
    takes += world_.between(kSlowLinkLeast, kSlowLinkMost);
  }
  way.last_at = std::max(way.last_at, world_.now() + takes);
  world_.at(way.last_at, [this, connection, to_broker] { deliver(connection, to_broker); });
  return net::Sent::ok;
}

void Network::deliver(const Held& connection, bool to_broker) {
  if (!connection->up) return;
  const auto until =
      std::max(stalled(connection->member, connection->broker, to_broker), connection->late_until);
  if (until > world_.now()) {
    return world_.at(until, [this, connection, to_broker] { deliver(connection, to_broker); });
  }
  auto& way = to_broker ? connection->to_broker : connection->to_member;
  std::string frame = std::move(way.frames.front());
  way.frames.pop_front();
  world_.trace(connection->peer * 2 + (to_broker ? 1U : 0U), frame);
  auto& member = *members_[connection->member].end;
  if (world_.telling() && !is_dull(frame)) {
    const auto broker = "broker " + std::to_string(connection->broker);
    world_.tell((to_broker ? member.label() + " -> " + broker : broker + " -> " + member.label()) +
                " (connection " + std::to_string(connection->peer) + "): " + words_of(frame));
  }
  if (to_broker) {
    brokers_[connection->broker]->arrive(connection->peer, std::move(frame));
  } else if (!connection->orphaned) {
    member.arrive(connection->link, connection->generation, std::move(frame));
  }
}

void Network::cut(Connection& connection, SteadyMicros gone_after) {
  if (!connection.up) return;
  connection.up = false;
  connection.gone_at = world_.now() + gone_after;
  connection.to_broker.frames.clear();
  connection.to_member.frames.clear();
}

void Network::publish(uint32_t member, const std::string& frame) {
  if (world_.now() < mute_until_) return;
  const std::string_view topic(frame.data(), frame.find('\0'));
  for (uint32_t i = 0; i < members_.size(); ++i) {
    const auto& topics = members_[i].topics;
    const bool wanted = i != member && std::any_of(topics.begin(), topics.end(), [&](auto& prefix) {
                          return topic.starts_with(prefix);
                        });
    if (!wanted || world_.happens(kPublicationLostPerMille)) continue;
    const int copies = world_.happens(kPublicationTwicePerMille) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      world_.after(delay() + delay(), [this, i, frame] { members_[i].end->hear(frame); });
    }
  }
}

void Network::vanish_member(uint32_t member) {
  for (auto& socket : members_[member].sockets) {
    socket.open = false;
    if (!socket.connection) continue;
    const Held connection = std::move(socket.connection);
    connection->orphaned = true;
    // What a killed process had sent may still arrive; that a whole machine is lost shows later.
    if (world_.happens(500)) {
      world_.after(2 * kMillisecond, [this, connection] { cut(*connection, 0); });
    } else {
      cut(*connection, world_.happens(500) ? world_.between(0, 3 * kSecond) : 0);
    }
  }
}

void Network::vanish_broker(uint32_t broker) {
  for (uint32_t i = 0; i < members_.size(); ++i) break_link(i, broker, true);
}

void Network::break_link(uint32_t member, uint32_t broker, bool notice) {
  auto* socket = socket_to(member, broker);
  if (!socket || !socket->connection) return;
  const uint32_t link = socket->connection->link;
  cut(*socket->connection, notice ? 0 : world_.between(0, 3 * kSecond));
  socket->connection.reset();
  if (socket->open) {
    connect_after(world_.between(5 * kMillisecond, 200 * kMillisecond), member, link);
  }
}

void Network::double_link(uint32_t member, uint32_t broker, SteadyMicros until) {
  auto* socket = socket_to(member, broker);
  if (!socket || !socket->connection) return;
  const Held old = std::exchange(socket->connection, nullptr);
  old->orphaned = true;
  old->late_until = world_.between(world_.now(), until);
  world_.at(until + kMillisecond, [this, old] { cut(*old, 0); });
  if (socket->open) connect_after(world_.between(50, kMillisecond), member, old->link);
}

void Network::slow_link(uint32_t member, uint32_t broker, SteadyMicros until) {
  if (auto* socket = socket_to(member, broker)) {
    socket->slow_until = std::max(socket->slow_until, until);
  }
}

Network::Socket* Network::socket_to(uint32_t member, uint32_t broker) {
  auto& sockets = members_[member].sockets;
  const auto found = std::ranges::find(sockets, broker, &Socket::broker);
  return found == sockets.end() ? nullptr : &*found;
}

void Network::stall(uint32_t member, uint32_t broker, bool to_broker, SteadyMicros until) {
  auto& stalled_until = stalled(member, broker, to_broker);
  stalled_until = std::max(stalled_until, until);
}

SteadyMicros Network::delay() {
  const SteadyMicros usual = world_.between(30, 400);
  const bool late = world_.now() < slow_until_ || world_.happens(kTailPerMille);
  return late ? usual * world_.between(2, 100) : usual;
}

}  // namespace bilten::sim
