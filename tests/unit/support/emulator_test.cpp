#include "tests/support/emulator.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

constexpr Weather kRough{.delay_us = 50'000, .jitter_us = 20'000, .loss = 0.05, .reorder = 0.1};

std::vector<std::optional<int64_t>> fates(uint64_t seed, const Weather& weather, int count) {
  Fate fate(seed);
  std::vector<std::optional<int64_t>> out;
  for (int i = 0; i < count; ++i) out.push_back(fate.of_packet(i * 1000, weather));
  return out;
}

// Two packet pipes; the emulator takes the inner ends.
struct Wire {
  int outer[2], inner[2];
  Wire() {
    for (int i = 0; i < 2; ++i) {
      int ends[2];
      REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
      outer[i] = ends[0], inner[i] = ends[1];
    }
  }
  ~Wire() {
    for (const int fd : outer) ::close(fd);
  }
};

}  // namespace

TEST_CASE("the same seed gives each packet the same fate, another seed another") {
  CHECK(fates(1, kRough, 1000) == fates(1, kRough, 1000));
  CHECK(fates(1, kRough, 1000) != fates(2, kRough, 1000));
}

TEST_CASE("packets are lost, late and out of place as often as was asked for") {
  int lost = 0, overtaken = 0;
  int64_t last = 0;
  const auto drawn = fates(3, kRough, 10'000);
  for (int i = 0; i < 10'000; ++i) {
    if (!drawn[static_cast<size_t>(i)]) {
      ++lost;
      continue;
    }
    const int64_t due = *drawn[static_cast<size_t>(i)];
    CHECK(due - i * 1000 >= 30'000);
    CHECK(due - i * 1000 <= 70'000);
    if (due < last) ++overtaken;
    last = due;
  }
  CHECK(lost > 400);
  CHECK(lost < 600);
  CHECK(overtaken > 500);
  CHECK(overtaken < 1500);
}

TEST_CASE("packets are doubled as often as was asked for, and never unasked") {
  Fate fate(6);
  int doubled = 0, unasked = 0;
  for (int i = 0; i < 10'000; ++i) {
    doubled += fate.is_doubled({.duplicate = 0.3});
    unasked += fate.is_doubled({});
  }
  CHECK(doubled > 2800);
  CHECK(doubled < 3200);
  CHECK(unasked == 0);
}

TEST_CASE("without reorder no packet overtakes another, whatever the jitter") {
  int64_t last = 0;
  for (const auto& due : fates(4, {.delay_us = 50'000, .jitter_us = 50'000}, 5000)) {
    REQUIRE(due);
    CHECK(*due >= last);
    last = *due;
  }
}

TEST_CASE("an emulator carries both ways, whole packets in order, and loses them all at loss 1") {
  Wire wire;
  Emulator emulator(wire.inner[0], wire.inner[1], 5);
  char got[100];
  for (int way = 0; way < 2; ++way) {
    REQUIRE(::write(wire.outer[way], "first", 5) == 5);
    REQUIRE(::write(wire.outer[way], "next", 4) == 4);
    CHECK(wait_until([&] { return ::read(wire.outer[1 - way], got, sizeof got) == 5; }));
    CHECK(wait_until([&] { return ::read(wire.outer[1 - way], got, sizeof got) == 4; }));
  }
  emulator.set({.duplicate = 1});
  REQUIRE(::write(wire.outer[0], "twice", 5) == 5);
  for (int copy = 0; copy < 2; ++copy) {
    CHECK(wait_until([&] { return ::read(wire.outer[1], got, sizeof got) == 5; }));
  }
  emulator.set({.loss = 1});
  REQUIRE(::write(wire.outer[0], "gone", 4) == 4);
  CHECK(wait_until([&] { return emulator.counts().lost == 1; }));
  CHECK(::read(wire.outer[1], got, sizeof got) < 0);
  CHECK(emulator.counts().carried == 6);
}
