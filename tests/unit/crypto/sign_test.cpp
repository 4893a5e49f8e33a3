// Ed25519 against RFC 8032, section 7.1, and what verification must refuse.
#include <catch2/catch.hpp>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

struct Vector {
  const char *seed, *public_key, *message, *signature;
};

constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"}};

std::string raw(const char* text) {
  return from_hex(text).value();
}

}  // namespace

TEST_CASE("keys and signatures are those of RFC 8032", "[crypto]") {
  for (const auto& vector : kVectors) {
    const auto key = signing_key(raw(vector.seed));
    CHECK(hex(key.public_key) == vector.public_key);
    CHECK(hex(sign(raw(vector.message), key)) == vector.signature);
    CHECK(verify(raw(vector.message), raw(vector.signature), key.public_key));
    CHECK(is_own(raw(vector.message), raw(vector.signature), key));
  }
}

TEST_CASE("a signature with any bit changed is refused", "[crypto]") {
  const auto key = signing_key(raw(kVectors[1].seed));
  const auto good = sign("ticket", key);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    REQUIRE_FALSE(verify("ticket", bad, key.public_key));
    REQUIRE_FALSE(is_own("ticket", bad, key));
  }
}

TEST_CASE("a signature is refused for another message, key or length", "[crypto]") {
  const auto key = signing_key(raw(kVectors[0].seed));
  const auto other = signing_key(raw(kVectors[1].seed));
  const auto good = sign("ticket", key);
  CHECK_FALSE(verify("tickets", good, key.public_key));
  CHECK_FALSE(verify("ticket", good, other.public_key));
  CHECK_FALSE(verify("ticket", good + '\0', key.public_key));
  CHECK_FALSE(verify("ticket", good.substr(1), key.public_key));
  CHECK_FALSE(verify("ticket", "", key.public_key));
  CHECK_FALSE(verify("ticket", good, key.public_key.substr(1)));
  CHECK_FALSE(verify("ticket", good, ""));
  CHECK_FALSE(is_own("tickets", good, key));
  CHECK_FALSE(is_own("ticket", good, other));
  CHECK_FALSE(is_own("ticket", good + '\0', key));
  CHECK_FALSE(is_own("ticket", "", key));
}

TEST_CASE("who has the secret key takes for its own just what others verify", "[crypto]") {
  SeededRandom random(20261126);
  const auto some = [&](size_t bytes) {
    std::string made(bytes, '\0');
    random.fill(made.data(), bytes);
    return made;
  };
  for (int round = 0; round < 500; ++round) {
    const auto key = signing_key(some(32));
    const auto message = some(static_cast<size_t>(round));
    auto signature = sign(message, key);
    REQUIRE(is_own(message, signature, key));
    // Another R or S, or one of another message with this one's other half.
    const auto other = sign(message + "!", key);
    signature.replace(round % 2 ? 0 : 32, 32, other, round % 2 ? 0 : 32, 32);
    REQUIRE(is_own(message, signature, key) == verify(message, signature, key.public_key));
    REQUIRE_FALSE(is_own(message, signature, key));
  }
}

// The point of order one would let a signature fit every message.
TEST_CASE("a public key of small order is refused", "[crypto]") {
  const std::string weak = '\1' + std::string(31, '\0');
  CHECK_FALSE(verify("ticket", weak + std::string(32, '\0'), weak));
}

}  // namespace bilten::crypto
