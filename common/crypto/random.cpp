// The start of libsodium, and the kernel's generator behind Random.
#include <sodium.h>

#include <array>
#include <cstring>

#include "common/base/check.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {

void init() {
  static const bool started = sodium_init() >= 0;
  CHECK_INVARIANT(started);
}

namespace {

// What a thread has of the kernel's bytes and not handed out yet: an order takes chance five times,
// and a system call for each costs more than deciding it. Bytes handed out are wiped.
struct Reserve {
  std::array<unsigned char, 512> bytes;
  size_t left = 0;

  void take(void* into, size_t count) {
    if (left < count) {
      randombytes_buf(bytes.data(), bytes.size());
      left = bytes.size();
    }
    left -= count;
    std::memcpy(into, bytes.data() + left, count);
    sodium_memzero(bytes.data() + left, count);
  }
};

}  // namespace

void SystemRandom::fill(void* into, size_t bytes) {
  init();
  thread_local Reserve reserve;
  constexpr size_t kSmall = 64;
  if (bytes > kSmall) {
    randombytes_buf(into, bytes);
  } else {
    reserve.take(into, bytes);
  }
}

}  // namespace bilten::crypto
