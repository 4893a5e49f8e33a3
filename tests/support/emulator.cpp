#include "tests/support/emulator.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

namespace bilten::test {
namespace {

constexpr size_t kPacketMax = 2048;    // An Ethernet frame is at most 1514.
constexpr size_t kUnderWayMax = 4096;  // As a router's queue: what comes beyond is lost.

int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Direction {
  int from, to;
  Fate fate;
  std::multimap<int64_t, std::string> under_way;  // By when they are due; equals keep their order.
};

}  // namespace

std::optional<int64_t> Fate::of_packet(int64_t now_us, const Weather& weather) {
  // All draws each time: one packet's fate does not shift the next one's.
  const double loss = share(), reorder = share(), jitter = share();
  if (loss < weather.loss) return std::nullopt;
  const auto due = now_us + weather.delay_us +
                   static_cast<int64_t>((2 * jitter - 1) * static_cast<double>(weather.jitter_us));
  if (reorder < weather.reorder) return std::max(now_us, due);
  last_due_us_ = std::max({last_due_us_, now_us, due});
  return last_due_us_;
}

Emulator::Emulator(int left_fd, int right_fd, uint64_t seed)
    : left_fd_(left_fd), right_fd_(right_fd), stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this, seed] { run(seed); });
}

Emulator::~Emulator() {
  ::eventfd_write(stop_fd_, 1);
  thread_.join();
  for (const int fd : {left_fd_, right_fd_, stop_fd_}) ::close(fd);
}

void Emulator::set(const Weather& weather) {
  std::lock_guard lock(mutex_);
  weather_ = weather;
}

Weather Emulator::current() {
  std::lock_guard lock(mutex_);
  return weather_;
}

void Emulator::run(uint64_t seed) {
  Direction ways[] = {{left_fd_, right_fd_, Fate(seed), {}},
                      {right_fd_, left_fd_, Fate(seed + 1), {}}};
  const auto take = [&](Direction& way) {
    char packet[kPacketMax];
    for (;;) {
      const auto bytes = ::read(way.from, packet, sizeof packet);
      if (bytes <= 0) return;
      // Asked once the packet is here: what is sent after set() meets the weather that was set.
      const Weather weather = current();
      const auto due = way.fate.of_packet(steady_us(), weather);
      const int copies = way.fate.is_doubled(weather) ? 2 : 1;
      if (!due || way.under_way.size() >= kUnderWayMax) {
        ++lost_;
        continue;
      }
      for (int i = 0; i < copies; ++i) {
        way.under_way.emplace(*due, std::string(packet, static_cast<size_t>(bytes)));
      }
    }
  };
  const auto deliver = [&](Direction& way) {
    const auto now = steady_us();
    while (!way.under_way.empty() && way.under_way.begin()->first <= now) {
      const auto& packet = way.under_way.begin()->second;
      ++(::write(way.to, packet.data(), packet.size()) < 0 ? lost_ : carried_);
      way.under_way.erase(way.under_way.begin());
    }
  };
  for (;;) {
    int64_t next = INT64_MAX;
    for (const auto& way : ways) {
      if (!way.under_way.empty()) next = std::min(next, way.under_way.begin()->first);
    }
    const auto wait_us = next == INT64_MAX ? 1'000'000 : std::max<int64_t>(0, next - steady_us());
    const timespec wait{wait_us / 1'000'000, wait_us % 1'000'000 * 1000};
    pollfd polled[] = {{left_fd_, POLLIN, 0}, {right_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    if (::ppoll(polled, 3, &wait, nullptr) > 0 && polled[2].revents) return;
    for (auto& way : ways) {
      take(way);
      deliver(way);
    }
  }
}

}  // namespace bilten::test
