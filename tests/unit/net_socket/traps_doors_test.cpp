// What libzmq 4.3.4 does to listening addresses by default, and does not do under our options
// (docs/decisions/0002).
#include <filesystem>

#include "tests/support/platform.h"
#include "tests/unit/net_socket/door.h"

using namespace bilten;
using namespace bilten::net;

namespace {

// Whether the right key gets these words through to the router.
bool enters(Socket& router, Socket& dealer, const std::string& words, Zap* zap) {
  Message message;
  std::string peer;
  bool more = false;
  return test::wait_until(
      [&] {
        dealer.send(words);
        if (zap != nullptr) REQUIRE(zap->answer());
        return router.receive_from(peer, message, more) && message.view() == words;
      },
      zap != nullptr ? 5 : 0.5);
}

}  // namespace

TEST_CASE("without a handler nobody enters, neither before it stands nor after it fell",
          "[net][trap2]") {
  Context context;
  const auto server = make_key_pair(), ann = make_key_pair();
  auto router = Socket::open(context, SocketType::router,
                             {.keys = server, .server_key = "", .zap_domain = "mesh"});
  REQUIRE(router);
  REQUIRE(router->bind("tcp://127.0.0.1:0"));
  const auto newcomer = [&] {
    auto dealer = Socket::open(context, SocketType::dealer,
                               {.keys = ann, .server_key = server.public_key, .zap_domain = ""});
    REQUIRE(dealer);
    REQUIRE(dealer->connect(router->endpoint()));
    return std::move(*dealer);
  };
  auto early = newcomer();
  CHECK_FALSE(enters(*router, early, "early", nullptr));
  {
    auto zap = Zap::open(context);
    REQUIRE(zap);
    zap->admit("mesh", {{ann.public_key, "ann"}});
    auto guest = newcomer();
    CHECK(enters(*router, guest, "guest", &*zap));
  }
  auto late = newcomer();
  CHECK_FALSE(enters(*router, late, "late", nullptr));
}

TEST_CASE("a second listener cannot take the address of one that lives", "[net][trap8]") {
  Door door;
  auto dealer = door.dealer(door.ann);
  Message message;
  door.introduce(dealer, "hello", message);
  const test::Folder folder;
  const auto file = "ipc://" + folder.path() + "/door";
  auto second = Socket::open(door.context, SocketType::router,
                             {.keys = make_key_pair(), .server_key = "", .zap_domain = "mesh"});
  REQUIRE(second);
  CHECK_FALSE(second->bind(door.router->endpoint()));
  // libzmq unlinks and steals a live ipc:// address without an error, so there are none.
  CHECK_FALSE(second->bind(file));
  CHECK_FALSE(second->connect(file));
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/door"));
  CHECK(door.is_open());
}
