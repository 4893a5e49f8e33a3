#include "tests/unit/net_socket/door.h"

#include <zmq.h>

#include <chrono>

#include "tests/support/platform.h"

namespace bilten::net {

Door::Door(int receive_high_water)
    : router(Socket::open(context, SocketType::router,
                          {.keys = server_keys,
                           .server_key = "",
                           .zap_domain = "mesh",
                           .send_high_water = 20,
                           .receive_high_water = receive_high_water})) {
  REQUIRE(zap);
  REQUIRE(router);
  zap->admit("mesh", {{ann.public_key, "ann"}, {ben.public_key, "ben"}});
  REQUIRE(router->bind("tcp://127.0.0.1:0"));
}

Socket Door::dealer(const KeyPair& keys, int high_water) {
  auto socket = Socket::open(context, SocketType::dealer,
                             {.keys = keys,
                              .server_key = server_keys.public_key,
                              .zap_domain = "",
                              .send_high_water = high_water,
                              .receive_high_water = high_water});
  REQUIRE(socket);
  REQUIRE(socket->connect(router->endpoint()));
  return std::move(*socket);
}

bool Door::until(const std::function<bool()>& condition, int limit_ms) {
  const auto limit = std::chrono::milliseconds(static_cast<int>(limit_ms * test::time_scale()));
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    PollItem items[2];
    items[0].handle = zap->handle();
    items[1].socket = &*router;
    poll(items, 2, 2);
    REQUIRE(zap->answer());
  }
  return false;
}

std::string Door::introduce(Socket& dealer, const std::string& text, Message& message) {
  std::string peer;
  bool more = false;
  REQUIRE(until([&] { return dealer.send(text) == Sent::ok; }));
  REQUIRE(until([&] { return router->receive_from(peer, message, more); }));
  CHECK_FALSE(more);
  return peer;
}

bool Door::loses(const std::string& peer) {
  return until([&] {
    Message probe("are you there");
    return router->send_to(peer, probe) == Sent::gone;
  });
}

bool Door::is_open() {
  auto newcomer = dealer(ben);
  Message message;
  std::string peer;
  bool more = false;
  bool sent = false;
  return until([&] {
    sent = sent || newcomer.send("anybody there") == Sent::ok;
    while (router->receive_from(peer, message, more)) {
      if (message.view() == "anybody there" && message.user_id() == "ben") return true;
    }
    return false;
  });
}

Rogue::Rogue(Door& door, const KeyPair& keys)
    : door_(door), handle_(zmq_socket(door.context.handle(), ZMQ_DEALER)) {
  const int linger = 0, immediate = 1;
  zmq_setsockopt(handle_, ZMQ_LINGER, &linger, sizeof linger);
  zmq_setsockopt(handle_, ZMQ_IMMEDIATE, &immediate, sizeof immediate);
  zmq_setsockopt(handle_, ZMQ_CURVE_SERVERKEY, door.server_keys.public_key.data(), 40);
  zmq_setsockopt(handle_, ZMQ_CURVE_PUBLICKEY, keys.public_key.data(), 40);
  zmq_setsockopt(handle_, ZMQ_CURVE_SECRETKEY, keys.secret_key.data(), 40);
}

Rogue::~Rogue() {
  zmq_close(handle_);
}

void Rogue::choose_id(const std::string& id) {
  REQUIRE(zmq_setsockopt(handle_, ZMQ_ROUTING_ID, id.data(), id.size()) == 0);
}

void Rogue::connect() {
  REQUIRE(zmq_connect(handle_, door_.router->endpoint().c_str()) == 0);
}

bool Rogue::send(const std::string& part, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  return zmq_send(handle_, part.data(), part.size(), flags) >= 0;
}

}  // namespace bilten::net
