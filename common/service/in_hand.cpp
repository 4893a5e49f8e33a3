#include "common/service/in_hand.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <system_error>

namespace bilten {

namespace {

constexpr std::array<char, 8> kMapMagic = {'B', 'I', 'N', 'H', 'A', 'N', 'D', '1'};
constexpr std::array kCrashSignals = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

// The slot of this thread; a thread that handles no messages (systemd's watchdog signal arrives on
// any) accuses the writer, whose silence is what the watchdog watches.
thread_local size_t this_slot = 0;

std::array<struct sigaction, kCrashSignals.size()> previous_actions;

struct Noted {
  std::atomic<uint32_t> length;
  char id[InHand::kIdMax];

  void set(std::string_view text) {
    const size_t size = std::min(text.size(), sizeof id);
    std::memcpy(id, text.data(), size);
    // The crash handler must not see a length before its bytes.
    length.store(static_cast<uint32_t>(size), std::memory_order_release);
  }
  std::string text() const { return {id, std::min<size_t>(length.load(), sizeof id)}; }
};

}  // namespace

struct InHand::Mapped {
  std::array<char, 8> magic;
  std::atomic<uint32_t> crashed;  // 1 + the slot that crashed; 0: none.
  uint32_t next_poison;
  Noted slots[kSlots];
  Noted poison[kPoisonMax];
};

namespace {
// What the crash handler may touch.
std::atomic<std::atomic<uint32_t>*> crash_mark = nullptr;
}  // namespace

Result<std::unique_ptr<InHand>> InHand::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool sized = file >= 0 && ::ftruncate(file, sizeof(Mapped)) == 0;
  void* memory = sized
                     ? ::mmap(nullptr, sizeof(Mapped), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                     : MAP_FAILED;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (memory == MAP_FAILED) {
    return Error{Code::unavailable, "in_hand",
                 path + ": " + std::generic_category().message(reason)};
  }
  std::unique_ptr<InHand> in_hand(new InHand(static_cast<Mapped*>(memory)));
  in_hand->take_over();
  return in_hand;
}

void InHand::take_over() {
  if (mapped_->magic != kMapMagic) {
    std::memset(static_cast<void*>(mapped_), 0, sizeof *mapped_);
    mapped_->magic = kMapMagic;
  }
  for (const auto& noted : mapped_->poison) {
    if (noted.length > 0) poisonous_.insert(noted.text());
  }
  const uint32_t crashed = mapped_->crashed;
  if (crashed > 0 && crashed <= kSlots && mapped_->slots[crashed - 1].length > 0) {
    const auto id = mapped_->slots[crashed - 1].text();
    if (poisonous_.insert(id).second) {
      mapped_->poison[mapped_->next_poison++ % kPoisonMax].set(id);
    }
  }
  mapped_->crashed = 0;
  for (auto& slot : mapped_->slots) slot.length = 0;

  crash_mark = &mapped_->crashed;
  static std::once_flag installed;
  std::call_once(installed, [] {
    struct sigaction action {};
    action.sa_handler = &InHand::on_crash;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < kCrashSignals.size(); ++i) {
      ::sigaction(kCrashSignals[i], &action, &previous_actions[i]);
    }
  });
}

InHand::~InHand() {
  auto* mine = &mapped_->crashed;
  crash_mark.compare_exchange_strong(mine, nullptr);
  ::munmap(mapped_, sizeof *mapped_);
}

void InHand::begin(size_t slot, std::string_view id) {
  this_slot = slot;
  mapped_->slots[slot].set(id);
}

void InHand::end(size_t slot) {
  mapped_->slots[slot].length.store(0, std::memory_order_release);
}

// Async-signal-safe. The signal is left to whoever had it before: raised again, it comes as soon as
// this handler returns.
void InHand::on_crash(int signal) {
  if (auto* mark = crash_mark.load()) mark->store(static_cast<uint32_t>(this_slot) + 1);
  for (size_t i = 0; i < kCrashSignals.size(); ++i) {
    if (kCrashSignals[i] == signal) ::sigaction(signal, &previous_actions[i], nullptr);
  }
  ::raise(signal);
}

}  // namespace bilten
