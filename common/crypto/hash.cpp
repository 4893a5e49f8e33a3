// BLAKE2b, plain and keyed, HMAC-SHA256, and comparison in constant time.
#include <sodium.h>

#include "common/base/check.h"
#include "common/crypto/bytes.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

constexpr size_t kHashBytes = 32;

class Hasher {
 public:
  explicit Hasher(std::string_view key) {
    init();
    crypto_generichash_init(&state_, key.empty() ? nullptr : octets(key), key.size(), kHashBytes);
  }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  ~Hasher() { sodium_memzero(&state_, sizeof state_); }
  void add(std::string_view part) { crypto_generichash_update(&state_, octets(part), part.size()); }
  void finish(char* into) { crypto_generichash_final(&state_, octets(into), kHashBytes); }

 private:
  crypto_generichash_state state_;
};

}  // namespace

std::array<char, 32> hash(std::initializer_list<std::string_view> parts) {
  Hasher hasher({});
  for (auto part : parts) hasher.add(part);
  std::array<char, kHashBytes> out;
  hasher.finish(out.data());
  return out;
}

std::string keyed_hash(std::string_view key, std::string_view purpose, std::string_view value) {
  CHECK_INVARIANT(key.size() >= crypto_generichash_KEYBYTES_MIN);
  CHECK_INVARIANT(key.size() <= crypto_generichash_KEYBYTES_MAX);
  CHECK_INVARIANT(purpose.size() <= UINT8_MAX);
  // The length in front keeps ("ab", "c") apart from ("a", "bc").
  const char purpose_bytes = static_cast<char>(purpose.size());
  Hasher hasher(key);
  hasher.add({&purpose_bytes, 1});
  hasher.add(purpose);
  hasher.add(value);
  std::string out(kHashBytes, '\0');
  hasher.finish(out.data());
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  init();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, octets(key), key.size());
  crypto_auth_hmacsha256_update(&state, octets(message), message.size());
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, octets(out.data()));
  sodium_memzero(&state, sizeof state);
  return out;
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bilten::crypto
