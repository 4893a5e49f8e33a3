// Sockets over TCP loopback with CURVE: who gets in, what arrives, what a lost or full peer shows.
#include "common/net/socket.h"

#include "common/wire/frame.h"
#include "tests/unit/net_socket/door.h"

using namespace bilten;
using namespace bilten::net;

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
  CHECK(door.loses(peer));
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
  CHECK(door.loses(peer));
  auto other = door.dealer(door.ann);
  door.introduce(other, "still open", message);
  CHECK(message.view() == "still open");
}
