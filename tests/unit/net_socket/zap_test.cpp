// The door fails closed: without a handler, without a known key, without CURVE nobody enters.
#include "common/net/zap.h"

#include <zmq.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>

using namespace bilten;
using namespace bilten::net;

namespace {

struct CloseSocket {
  void operator()(void* socket) const { zmq_close(socket); }
};
using RawSocket = std::unique_ptr<void, CloseSocket>;

RawSocket raw_dealer(Context& context) {
  RawSocket socket(zmq_socket(context.handle(), ZMQ_DEALER));
  const int linger = 0;
  zmq_setsockopt(socket.get(), ZMQ_LINGER, &linger, sizeof linger);
  return socket;
}

struct Listener {
  KeyPair keys = make_key_pair(), ann = make_key_pair();
  Socket router;
  explicit Listener(Context& context)
      : router([&] {
          auto opened = Socket::open(context, SocketType::router,
                                     {.keys = keys, .server_key = "", .zap_domain = "mesh"});
          REQUIRE(opened);
          return std::move(*opened);
        }()) {
    REQUIRE(router.bind("tcp://127.0.0.1:0"));
  }
};

// Turns the loop for a while; whether a frame got through to the router.
bool hears_anything(Listener& listener, Zap* zap, int for_ms, const std::function<void()>& each) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(for_ms);
  Message message;
  std::string peer;
  bool more = false;
  while (std::chrono::steady_clock::now() < end) {
    each();
    PollItem items[2];
    items[0].socket = &listener.router;
    if (zap != nullptr) items[1].handle = zap->handle();
    poll(items, zap != nullptr ? 2 : 1, 5);
    if (zap != nullptr && !zap->answer()) return false;
    if (listener.router.receive_from(peer, message, more)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("without a handler even the right key does not get in", "[net]") {
  Context context;
  Listener listener(context);
  auto dealer = Socket::open(
      context, SocketType::dealer,
      {.keys = listener.ann, .server_key = listener.keys.public_key, .zap_domain = ""});
  REQUIRE(dealer);
  REQUIRE(dealer->connect(listener.router.endpoint()));
  CHECK_FALSE(hears_anything(listener, nullptr, 400, [&] { dealer->send("hello"); }));
}

TEST_CASE("NULL and PLAIN clients do not get in where CURVE is spoken", "[net]") {
  Context context;
  auto zap = Zap::open(context);
  REQUIRE(zap);
  Listener listener(context);
  zap->admit("mesh", {{listener.ann.public_key, "ann"}});
  auto socket = raw_dealer(context);
  SECTION("NULL") {}
  SECTION("PLAIN") {
    zmq_setsockopt(socket.get(), ZMQ_PLAIN_USERNAME, "ann", 3);
    zmq_setsockopt(socket.get(), ZMQ_PLAIN_PASSWORD, "ann", 3);
  }
  REQUIRE(zmq_connect(socket.get(), listener.router.endpoint().c_str()) == 0);
  CHECK_FALSE(hears_anything(listener, &*zap, 400,
                             [&] { zmq_send(socket.get(), "hello", 5, ZMQ_DONTWAIT); }));
}

TEST_CASE("a guest of one domain is a stranger at another", "[net]") {
  Context context;
  auto zap = Zap::open(context);
  REQUIRE(zap);
  Listener listener(context);
  zap->admit("sub", {{listener.ann.public_key, "ann"}});
  auto dealer = Socket::open(
      context, SocketType::dealer,
      {.keys = listener.ann, .server_key = listener.keys.public_key, .zap_domain = ""});
  REQUIRE(dealer);
  REQUIRE(dealer->connect(listener.router.endpoint()));
  CHECK_FALSE(hears_anything(listener, &*zap, 400, [&] { dealer->send("hello"); }));
  CHECK(zap->refused() > 0);
  CHECK(zap->admitted() == 0);
}

TEST_CASE("there is one handler a context", "[net]") {
  Context context;
  auto first = Zap::open(context);
  REQUIRE(first);
  CHECK_FALSE(Zap::open(context));
}

TEST_CASE("two principals cannot share a key", "[net]") {
  KeyRing ring;
  const auto keys = make_key_pair();
  ring.public_keys = {{"ann", keys.public_key}, {"bob", keys.public_key}};
  CHECK_FALSE(guests_of(ring, {"ann", "bob"}));
  const auto guests = guests_of(ring, {"ann", "nobody"});
  REQUIRE(guests);
  CHECK(*guests == Guests{{keys.public_key, "ann"}});
}
