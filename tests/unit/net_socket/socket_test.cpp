// Sockets over TCP loopback with CURVE: who gets in, what arrives, what a lost or full peer shows.
#include "common/net/socket.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>

#include "common/net/keys.h"
#include "common/net/zap.h"
#include "common/wire/frame.h"

using namespace bilten;
using namespace bilten::net;

namespace {

// A ROUTER that knows one guest, "ann".
struct Door {
  Context context;
  KeyPair server_keys = make_key_pair(), ann = make_key_pair();
  Result<Zap> zap = Zap::open(context);
  Result<Socket> router = Socket::open(
      context, SocketType::router,
      {.keys = server_keys, .server_key = "", .zap_domain = "mesh", .send_high_water = 20});

  Door() {
    REQUIRE(zap);
    REQUIRE(router);
    zap->admit("mesh", {{ann.public_key, "ann"}});
    REQUIRE(router->bind("tcp://127.0.0.1:0"));
  }

  Socket dealer(const KeyPair& keys, int high_water = 1000) {
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

  // Lets the handler work until the condition holds or the time is up.
  bool until(const std::function<bool()>& condition, int limit_ms = 5000) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
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

  // Sends from the dealer until the router has it; the peer's id.
  std::string introduce(Socket& dealer, const std::string& text, Message& message) {
    std::string peer;
    bool more = false;
    REQUIRE(until([&] { return dealer.send(text) == Sent::ok; }));
    REQUIRE(until([&] { return router->receive_from(peer, message, more); }));
    CHECK_FALSE(more);
    return peer;
  }
};

}  // namespace

TEST_CASE("a frame arrives with the name of its sender's key, and the answer comes back", "[net]") {
  Door door;
  auto dealer = door.dealer(door.ann);
  Message message;
  const auto peer = door.introduce(dealer, "hello", message);
  CHECK(message.view() == "hello");
  CHECK(message.user_id() == "ann");
  CHECK(peer.size() == 5);
  Message answer("good day");
  REQUIRE(door.router->send_to(peer, answer) == Sent::ok);
  bool more = true;
  REQUIRE(door.until([&] { return dealer.receive(message, more); }));
  CHECK(message.view() == "good day");
  CHECK_FALSE(more);
}

TEST_CASE("a stranger's key does not get in", "[net]") {
  Door door;
  auto stranger = door.dealer(make_key_pair());
  REQUIRE(door.until([&] { return door.zap->refused() > 0; }));
  CHECK(stranger.send("hello") == Sent::full);  // IMMEDIATE: there is no connection.
}

TEST_CASE("a listener without a ZAP domain or keys is refused", "[net]") {
  Context context;
  const auto keys = make_key_pair();
  CHECK_FALSE(Socket::open(context, SocketType::router,
                           {.keys = keys, .server_key = "", .zap_domain = ""}));
  CHECK_FALSE(Socket::open(context, SocketType::router,
                           {.keys = {}, .server_key = "", .zap_domain = "mesh"}));
}

TEST_CASE("a peer that closed shows as gone, one that never was too", "[net]") {
  Door door;
  Message message;
  std::string peer;
  {
    auto dealer = door.dealer(door.ann);
    peer = door.introduce(dealer, "hello", message);
  }
  CHECK(door.until([&] {
    Message probe("are you there");
    return door.router->send_to(peer, probe) == Sent::gone;
  }));
  Message lost("kept");
  CHECK(door.router->send_to("\0nope", lost) == Sent::gone);
  CHECK(lost.view() == "kept");
}

TEST_CASE("a peer that does not read shows as full, and the message stays with its sender",
          "[net]") {
  Door door;
  auto dealer = door.dealer(door.ann, 10);
  Message message;
  const auto peer = door.introduce(dealer, "hello", message);
  const std::string block(64 * 1024, 'x');
  const bool filled = door.until([&] {
    Message each(block);
    const auto sent = door.router->send_to(peer, each);
    if (sent == Sent::full) CHECK(each.size() == block.size());
    return sent == Sent::full;
  });
  CHECK(filled);
}

TEST_CASE("a frame beyond the limit ends its connection, not the listener", "[net]") {
  Door door;
  auto dealer = door.dealer(door.ann);
  Message message;
  const auto peer = door.introduce(dealer, "hello", message);
  CHECK(dealer.send(std::string(kFrameMax + 1, 'x')) == Sent::ok);
  CHECK(door.until([&] {
    Message probe("are you there");
    return door.router->send_to(peer, probe) == Sent::gone;
  }));
  auto other = door.dealer(door.ann);
  door.introduce(other, "still open", message);
  CHECK(message.view() == "still open");
}
