// The lab itself: machines reach each other, and cuts, healing and bad cables are what they say.
// Needs root.
#include "tests/support/lab.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>

using namespace bilten::test;

namespace {

sockaddr_in at(int machine) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(7000);
  ::inet_pton(AF_INET, Lab::address(machine).c_str(), &address.sin_addr);
  return address;
}

// A UDP socket on a machine.
class Post {
 public:
  Post(const Lab& lab, int machine) {
    Lab::Visit visit(lab, machine);
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto here = at(machine);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0);
  }
  ~Post() { ::close(fd_); }
  void send(int machine) const {
    const auto there = at(machine);
    ::sendto(fd_, "x", 1, 0, reinterpret_cast<const sockaddr*>(&there), sizeof there);
  }
  bool hears(int timeout_ms) const {
    pollfd polled{fd_, POLLIN, 0};
    char got;
    return ::poll(&polled, 1, timeout_ms) == 1 && ::recv(fd_, &got, 1, 0) == 1;
  }

 private:
  int fd_ = -1;
};

bool lab_here() {
  const auto obstacle = Lab::obstacle();
  if (!obstacle.empty()) std::printf("SKIPPED lab: %s\n", obstacle.c_str());
  return obstacle.empty();
}

}  // namespace

TEST_CASE("machines of a lab reach each other until cut, one way or both, and again once healed",
          "[integration][lab]") {
  if (!lab_here()) return;
  Lab lab({});
  const Post one(lab, 1), two(lab, 2), three(lab, 3);
  const auto reaches = [&](const Post& from, int to, const Post& there) {
    from.send(to);
    return there.hears(300);
  };
  CHECK(reaches(one, 2, two));
  CHECK(reaches(three, 1, one));
  lab.cut(1, 2);
  CHECK_FALSE(reaches(one, 2, two));
  CHECK(reaches(two, 1, one));
  lab.cut_off(3);
  CHECK_FALSE(reaches(three, 1, one));
  CHECK_FALSE(reaches(two, 3, three));
  lab.heal();
  CHECK(reaches(one, 2, two));
  CHECK(reaches(two, 3, three));
}

TEST_CASE("one link of several is mended alone, and a cut may be of some traffic only",
          "[integration][lab]") {
  if (!lab_here()) return;
  Lab lab({.nets = 2});
  const Post one(lab, 1), two(lab, 2);
  const auto reaches = [](const Post& from, int to, const Post& there) {
    from.send(to);
    return there.hears(300);
  };
  const Lab::Cut other_net{1, 2, "ip daddr 10.77.1.0/24"}, port{1, 2, "udp dport 7000"};
  lab.cut(other_net);
  CHECK(reaches(one, 2, two));
  lab.cut(port);
  CHECK_FALSE(reaches(one, 2, two));
  CHECK(reaches(two, 1, one));
  lab.cut({1, 1});
  CHECK_FALSE(reaches(one, 1, one));
  lab.mend(port);
  CHECK(reaches(one, 2, two));
  CHECK_FALSE(reaches(one, 1, one));
}

TEST_CASE("a rough link delays each way and loses its share", "[integration][lab]") {
  if (!lab_here()) return;
  Lab lab({.machines = 2, .rough = {2}});
  const Post one(lab, 1), two(lab, 2);
  one.send(2);
  REQUIRE(two.hears(5000));
  lab.set(2, {.delay_us = 50'000});
  const auto began = std::chrono::steady_clock::now();
  one.send(2);
  REQUIRE(two.hears(5000));
  two.send(1);
  REQUIRE(one.hears(5000));
  const double round_trip = seconds_since(began);
  CHECK(round_trip >= 0.1);
  CHECK(round_trip < 0.1 + 0.5 * time_scale());
  lab.set(2, {.loss = 1});
  one.send(2);
  CHECK_FALSE(two.hears(200));
  CHECK(lab.carried(2).lost > 0);
}

TEST_CASE("a lab leaves nothing behind, with what it ran", "[integration][lab]") {
  if (!lab_here()) return;
  const auto count = [] {
    return run_program({"/bin/sh", "-c",
                        "ls /run/netns | grep -c ^bilten-lab-" + std::to_string(::getpid()) + "-"})
        .out;
  };
  const auto sleeper = "sleep 1000." + std::to_string(::getpid());
  {
    Lab lab({.machines = 1});
    const auto started =
        run_program(lab.inside(1, {"/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 &"}));
    CHECK(started.status == 0);
    CHECK(count() == "2\n");
  }
  CHECK(count() == "0\n");
  CHECK(run_program({"/bin/sh", "-c", "pgrep -fx '" + sleeper + "'"}).out.empty());
}
