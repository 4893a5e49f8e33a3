// Ed25519 signatures (RFC 8032).
#include <sodium.h>

#include <array>
#include <initializer_list>

#include "common/base/check.h"
#include "common/crypto/bytes.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

using Scalar = std::array<unsigned char, crypto_core_ed25519_SCALARBYTES>;

// SHA-512 of the parts, as a number modulo the order of the group.
Scalar hash_to_scalar(std::initializer_list<std::string_view> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (const auto part : parts) crypto_hash_sha512_update(&state, octets(part), part.size());
  std::array<unsigned char, crypto_hash_sha512_BYTES> hash;
  crypto_hash_sha512_final(&state, hash.data());
  Scalar scalar;
  crypto_core_ed25519_scalar_reduce(scalar.data(), hash.data());
  sodium_memzero(hash.data(), hash.size());
  sodium_memzero(&state, sizeof state);
  return scalar;
}

}  // namespace

SigningKey signing_key(std::string_view seed) {
  CHECK_INVARIANT(seed.size() == crypto_sign_SEEDBYTES);
  init();
  SigningKey key{std::string(crypto_sign_PUBLICKEYBYTES, '\0'),
                 std::string(crypto_sign_SECRETKEYBYTES, '\0')};
  crypto_sign_seed_keypair(octets(key.public_key.data()), octets(key.secret_key.data()),
                           octets(seed));
  return key;
}

std::string sign(std::string_view message, const SigningKey& key) {
  CHECK_INVARIANT(key.secret_key.size() == crypto_sign_SECRETKEYBYTES);
  init();
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(octets(signature.data()), nullptr, octets(message), message.size(),
                       octets(key.secret_key));
  return signature;
}

bool verify(std::string_view message, std::string_view signature, std::string_view public_key) {
  init();
  return signature.size() == crypto_sign_BYTES && public_key.size() == crypto_sign_PUBLICKEYBYTES &&
         crypto_sign_verify_detached(octets(signature), octets(message), message.size(),
                                     octets(public_key)) == 0;
}

// With a the secret scalar, RFC 8032 5.1.6 makes S = r + H(R, A, M) a, where r follows from M and
// the key. Whoever knows a compares S and needs no point; for any R, to make an S that fits is to
// know a.
bool is_own(std::string_view message, std::string_view signature, const SigningKey& key) {
  CHECK_INVARIANT(key.secret_key.size() == crypto_sign_SECRETKEYBYTES);
  init();
  if (signature.size() != crypto_sign_BYTES) return false;
  std::array<char, crypto_hash_sha512_BYTES> expanded;
  crypto_hash_sha512(octets(expanded.data()), octets(key.secret_key), crypto_sign_SEEDBYTES);
  Scalar a;
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<unsigned char>(expanded[i]);
  a[0] &= 248;
  a[31] = static_cast<unsigned char>((a[31] & 63) | 64);
  auto r = hash_to_scalar({std::string_view(expanded.data() + 32, 32), message});
  auto s = hash_to_scalar({signature.substr(0, 32), key.public_key, message});
  crypto_core_ed25519_scalar_mul(s.data(), s.data(), a.data());
  crypto_core_ed25519_scalar_add(s.data(), s.data(), r.data());
  const bool fits = sodium_memcmp(s.data(), octets(signature) + 32, s.size()) == 0;
  sodium_memzero(expanded.data(), expanded.size());
  sodium_memzero(a.data(), a.size());
  sodium_memzero(r.data(), r.size());
  sodium_memzero(s.data(), s.size());
  return fits;
}

}  // namespace bilten::crypto
