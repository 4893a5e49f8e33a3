// Ed25519 signatures (RFC 8032).
#include <sodium.h>

#include "common/base/check.h"
#include "common/crypto/bytes.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {

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

}  // namespace bilten::crypto
