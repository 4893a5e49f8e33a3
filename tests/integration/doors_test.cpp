// Each listening socket of a running mesh lets in those that access.toml names for it, by their
// keys, and nobody else.
#include <zmq.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <vector>

#include "common/net/keys.h"
#include "tests/support/siege.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct MeshDoor {
  std::string setting, server;
  int type;               // Of the socket that fits there ...
  std::string type_said;  // ... and its name on the wire.
  std::string guest;
  std::string stranger;  // A principal that is let in elsewhere; empty: each principal is here.
};

// Neighbour brokers and operators of the broker come in where all do; what they say is judged by
// their names.
const std::vector<MeshDoor>& mesh_doors() {
  static const std::vector<MeshDoor> doors{
      {"brokers", "broker", ZMQ_DEALER, "DEALER", "probe", ""},
      {"events_publish", "events", ZMQ_PUB, "PUB", "probe", "ops"},
      {"events_subscribe", "events", ZMQ_SUB, "SUB", "probe", "broker"},
      {"listen_operations", "events", ZMQ_SUB, "SUB", "ops", "probe"},
      {"listen_peers", "events", ZMQ_SUB, "SUB", "events", "probe"}};
  return doors;
}

constexpr int kNoCommonSpeech =
    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

using Dress = std::function<void(void* socket)>;  // Before it connects.

void no_key(void*) {}

void password(void* socket) {
  zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, "ops", 3);
  zmq_setsockopt(socket, ZMQ_PLAIN_PASSWORD, "ops", 3);
}

Dress key_pair(const net::KeyPair& keys, const std::string& server_key) {
  return [=](void* socket) {
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key.data(), server_key.size());
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys.public_key.data(), keys.public_key.size());
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys.secret_key.data(), keys.secret_key.size());
  };
}

// How the first handshake at that address ended, in the words of libzmq's monitor; 0: it did not.
int knock(const std::string& endpoint, int type, const Dress& dress) {
  const net::Context context;
  constexpr int kEnds = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
  void* socket = zmq_socket(context.handle(), type);
  void* monitor = zmq_socket(context.handle(), ZMQ_PAIR);
  const int linger = 0;
  zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
  dress(socket);
  REQUIRE(zmq_socket_monitor(socket, "inproc://knock", kEnds) == 0);
  REQUIRE(zmq_connect(monitor, "inproc://knock") == 0);
  REQUIRE(zmq_connect(socket, endpoint.c_str()) == 0);
  uint16_t end = 0;
  char event[6];  // Its number in two bytes, and a value.
  wait_until([&] { return zmq_recv(monitor, event, sizeof event, ZMQ_DONTWAIT) == sizeof event; });
  std::memcpy(&end, event, sizeof end);
  zmq_socket_monitor(socket, nullptr, 0);
  zmq_close(monitor);
  zmq_close(socket);
  return end;
}

std::string command(const std::string& name, const std::string& content) {
  const auto size = 1 + name.size() + content.size();
  return std::string{'\4', static_cast<char>(size), static_cast<char>(name.size())} + name +
         content;
}

// All that a client of that mechanism says until it is let in, whatever it is told.
std::string rude_words(const std::string& mechanism, const std::string& type) {
  const auto property = "\x0bSocket-Type" + std::string(3, '\0') + static_cast<char>(type.size());
  if (mechanism == "NULL") return zmtp_greeting("NULL") + command("READY", property + type);
  return zmtp_greeting("PLAIN") + command("HELLO", "\3ops\3ops") +
         command("INITIATE", property + type);
}

}  // namespace

TEST_CASE("at no door does NULL, PLAIN, an unknown key or a guest of another door get in",
          "[integration]") {
  Siege siege;
  const auto& platform = siege.platform();
  const auto ring = [&](const std::string& name) {
    auto loaded = net::load_keys(platform.setting("keys"), name);
    REQUIRE(loaded);
    return std::move(*loaded);
  };
  std::vector<RawPeer> rude;
  for (const auto& door : mesh_doors()) {
    INFO(door.setting);
    const auto endpoint = platform.setting(door.setting);
    const auto server_key = ring(door.server).own.public_key;
    const auto end_of = [&](const Dress& dress) { return knock(endpoint, door.type, dress); };
    CHECK(end_of(key_pair(ring(door.guest).own, server_key)) == ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    CHECK(end_of(key_pair(net::make_key_pair(), server_key)) == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    if (!door.stranger.empty()) {
      CHECK(end_of(key_pair(ring(door.stranger).own, server_key)) ==
            ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    }
    for (const auto& dress : {Dress(no_key), Dress(password)}) {
      // By whichever of the two sees first that they do not speak the same.
      CHECK((end_of(dress) & kNoCommonSpeech) != 0);
    }
    for (const char* mechanism : {"NULL", "PLAIN"}) {
      rude.emplace_back(endpoint).send(rude_words(mechanism, door.type_said));
    }
  }
  CHECK(all_cut(rude, 10));
  siege.lift(16);
}
