// Password hashes: argon2id (RFC 9106).
#include <sodium.h>

#include "common/crypto/crypto.h"

namespace bilten::crypto {

std::string hash_password(std::string_view password) {
  init();
  std::string out(crypto_pwhash_STRBYTES, '\0');
  const int failed = crypto_pwhash_str_alg(
      out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
      crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) return {};
  out.resize(out.find('\0'));
  return out;
}

bool check_password(std::string_view hash, std::string_view password) {
  init();
  if (!hash.starts_with(crypto_pwhash_argon2id_STRPREFIX)) return false;
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  const std::string terminated(hash);
  return crypto_pwhash_str_verify(terminated.c_str(), password.data(), password.size()) == 0;
}

}  // namespace bilten::crypto
