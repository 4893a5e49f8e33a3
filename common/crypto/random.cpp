// The start of libsodium, and the kernel's generator behind Random.
#include <sodium.h>

#include "common/base/check.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {

void init() {
  static const bool started = sodium_init() >= 0;
  CHECK_INVARIANT(started);
}

void SystemRandom::fill(void* into, size_t bytes) {
  init();
  randombytes_buf(into, bytes);
}

}  // namespace bilten::crypto
