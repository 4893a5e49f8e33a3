// What libzmq 4.3.4 does to a process's threads, descriptors and memory by default, and does not do
// under our options (docs/decisions/0002).
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.h>

#include <memory>
#include <vector>

#include "tests/support/platform.h"
#include "tests/support/raw_peer.h"
#include "tests/unit/net_socket/door.h"

using namespace bilten;
using namespace bilten::net;

namespace {

// Of this process, for as long as the object lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit lower = before_;
    lower.rlim_cur = limit;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &lower) == 0);
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit before_{};
};

rlim_t next_descriptor() {
  const int next = dup(0);
  REQUIRE(next >= 0);
  close(next);
  return static_cast<rlim_t>(next);
}

bool has_free_descriptor() {
  const int next = dup(0);
  if (next >= 0) close(next);
  return next >= 0;
}

}  // namespace

TEST_CASE("two thousand connections that come and go stop no traffic", "[net][trap6]") {
  // An undrained monitor blocks the I/O thread after about 1,200.
  Door door;
  auto dealer = door.dealer(door.ann);
  Message message;
  door.introduce(dealer, "before", message);
  for (int i = 0; i < 2000; ++i) test::RawPeer(door.router->endpoint()).reset();
  REQUIRE(dealer.send("after") == Sent::ok);
  std::string from;
  bool more = false;
  REQUIRE(door.until([&] { return door.router->receive_from(from, message, more); }));
  CHECK(message.view() == "after");
  CHECK(door.is_open());
}

TEST_CASE("a process without free descriptors serves who is in, and newcomers once it has some",
          "[net][trap7]") {
  Door door;
  auto dealer = door.dealer(door.ann);
  Message message;
  const auto peer = door.introduce(dealer, "before", message);
  bool used_up = false;
  int passed = 0;
  std::string refusal;
  {
    std::vector<test::RawPeer> crowd;
    for (int i = 0; i < 60; ++i) crowd.emplace_back();
    const DescriptorLimit limit(next_descriptor() + 20);
    for (auto& each : crowd) each.connect(door.router->endpoint());
    // No assertions in here: the undefined-behaviour sanitizer needs a pipe to look at their types.
    used_up = test::wait_until([] { return !has_free_descriptor(); });
    const auto more_sockets = Socket::open(
        door.context, SocketType::dealer,
        {.keys = door.ann, .server_key = door.server_keys.public_key, .zap_domain = {}});
    if (!more_sockets) refusal = more_sockets.error().detail;
    for (int i = 0; i < 50; ++i) {
      bool more = false;
      std::string from;
      if (dealer.send("inside") != Sent::ok) continue;
      const bool came = door.until([&] { return door.router->receive_from(from, message, more); });
      passed += came && from == peer && message.view() == "inside" ? 1 : 0;
    }
  }
  CHECK(used_up);
  CHECK(refusal.find("LimitNOFILE") != std::string::npos);
  CHECK(passed == 50);
  CHECK(door.is_open());
}

TEST_CASE("a small message that waits holds its own bytes, not the buffer it came in",
          "[net][trap14]") {
  if (mallinfo2().uordblks == 0) {
    WARN("SKIPPED: this build's allocator does not tell what is in use");
    return;
  }
  // Without CURVE, which copies when it decrypts: the option is the context's, whatever the link.
  Context context;
  using RawSocket = std::unique_ptr<void, int (*)(void*)>;
  const RawSocket pull(zmq_socket(context.handle(), ZMQ_PULL), zmq_close);
  const RawSocket push(zmq_socket(context.handle(), ZMQ_PUSH), zmq_close);
  const int linger = 0, high_water = 100'000;
  for (auto* socket : {pull.get(), push.get()}) {
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water, sizeof high_water);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &high_water, sizeof high_water);
  }
  REQUIRE(zmq_bind(pull.get(), "tcp://127.0.0.1:*") == 0);
  char endpoint[64];
  size_t bytes = sizeof endpoint;
  REQUIRE(zmq_getsockopt(pull.get(), ZMQ_LAST_ENDPOINT, endpoint, &bytes) == 0);
  REQUIRE(zmq_connect(push.get(), endpoint) == 0);

  constexpr size_t kMessages = 5000;
  const std::string small(128, 'x');
  std::vector<Message> waiting(kMessages);
  const auto take = [&](Message& into) {
    zmq_send(push.get(), small.data(), small.size(), 0);
    return zmq_msg_recv(static_cast<zmq_msg_t*>(into.raw()), pull.get(), 0) >= 0;
  };
  for (int i = 0; i < 100; ++i) {
    Message warm;
    REQUIRE(take(warm));
  }
  const auto before = mallinfo2().uordblks;
  for (auto& each : waiting) REQUIRE(take(each));
  const auto held = mallinfo2().uordblks - before;
  INFO(held / kMessages << " bytes for each message");
  CHECK(held < kMessages * 1024);
}

TEST_CASE("nothing of ours rests on libzmq's draft interface but two options that work by number",
          "[net][trap16]") {
  CHECK(zmq_has("draft") == 0);
  constexpr int kZeroCopyReceive = 10, kZapEnforceDomain = 93;
  Door door;
  CHECK(zmq_ctx_get(door.context.handle(), kZeroCopyReceive) == 0);
  int enforced = 0;
  size_t bytes = sizeof enforced;
  REQUIRE(zmq_getsockopt(door.router->handle(), kZapEnforceDomain, &enforced, &bytes) == 0);
  CHECK(enforced == 1);
  // No ROUTER_NOTIFY and no DISCONNECT_MSG: a loss shows in a send.
  Message message;
  std::string peer;
  {
    auto dealer = door.dealer(door.ann);
    peer = door.introduce(dealer, "hello", message);
  }
  CHECK(door.loses(peer));
}
