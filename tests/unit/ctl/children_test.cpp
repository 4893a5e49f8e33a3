// Children of `biltenctl up`: when one that ended is started again.
#include "broker/ctl/children.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/support/platform.h"

using namespace bilten;

namespace {

struct SetClock final : Clock {
  SteadyMicros now = 1'000'000;
  UnixMillis wall_ms() const override { return 0; }
  SteadyMicros steady_us() const override { return now; }
};

// One child that sleeps, supervised on a clock that the test moves.
struct Nursery {
  test::Folder folder;
  SetClock clock;
  ctl::Children children{folder.path(), clock};
  int idle[2];

  Nursery() {
    REQUIRE(::pipe(idle) == 0);
    REQUIRE(children.start({"sleeper", {"/bin/sleep", "1000"}}));
  }
  ~Nursery() {
    children.stop(1000);
    for (const int fd : idle) ::close(fd);
  }

  pid_t pid() const { return children.pids().front().second; }
  bool stepped_until(const std::function<bool()>& condition) {
    return test::wait_until([&] {
      children.step(idle[0], 1);
      return condition();
    });
  }
  // As the child would by sd_notify(3).
  void say_ready() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = folder.path() + "/sleeper.notify";
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(::sendto(fd, "READY=1", 7, 0, reinterpret_cast<const sockaddr*>(&address),
                     sizeof address) == 7);
    ::close(fd);
    REQUIRE(stepped_until([&] { return children.all_ready(); }));
  }
  // Ended by a signal after it has lived for so long; the time until it is started again.
  SteadyMicros pause_after(SteadyMicros lived_us, int signal = SIGTERM) {
    clock.now += lived_us;
    const pid_t before = pid();
    ::kill(before, signal);
    REQUIRE(stepped_until([&] { return pid() != before; }));
    const auto ended = clock.now;
    for (; pid() <= 0; clock.now += 10'000) children.step(idle[0], 0);
    return clock.now - ended;
  }
};

}  // namespace

TEST_CASE("a child that ends is started again at once, the sooner it ends again the later") {
  Nursery nursery;
  nursery.say_ready();
  CHECK(nursery.pause_after(60'000'000) <= 10'000);
  CHECK(nursery.pause_after(1'000'000) <= 10'000);
  CHECK(nursery.pause_after(1'000'000) >= 100'000);
  CHECK(nursery.pause_after(1'000'000) >= 250'000);
  CHECK(nursery.pause_after(60'000'000) <= 10'000);
}

TEST_CASE("a child that was ready until somebody killed it is started again at once, each time") {
  Nursery nursery;
  for (int i = 0; i < 4; ++i) {
    nursery.say_ready();
    CHECK(nursery.pause_after(1'000'000, SIGKILL) <= 10'000);
  }
  for (int i = 0; i < 3; ++i) nursery.pause_after(1'000'000, SIGKILL);  // Never ready again.
  CHECK(nursery.pause_after(1'000'000, SIGKILL) >= 100'000);
}
