// Password hashes.
#include <catch2/catch.hpp>

#include "common/crypto/crypto.h"

namespace bilten::crypto {

TEST_CASE("a password fits its own hash and no other", "[crypto]") {
  const auto hash = hash_password("correct horse");
  CHECK(hash.starts_with("$argon2id$"));
  CHECK(hash.find('\0') == std::string::npos);
  CHECK(check_password(hash, "correct horse"));
  CHECK_FALSE(check_password(hash, "correct horse "));
  CHECK_FALSE(check_password(hash, ""));
  CHECK(hash != hash_password("correct horse"));
}

TEST_CASE("no password fits a text that is no argon2id hash", "[crypto]") {
  CHECK_FALSE(check_password("", ""));
  CHECK_FALSE(check_password("$argon2id$", "x"));
  CHECK_FALSE(check_password("$argon2i$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaA", "x"));
  CHECK_FALSE(check_password("$argon2id$" + std::string(1000, 'x'), "x"));
}

}  // namespace bilten::crypto
