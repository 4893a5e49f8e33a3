// Sealed values: only the right key, in the right place, untouched, gives them back.
#include <catch2/catch.hpp>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

const std::string kKey(32, 'k');

// Hands out bytes that were chosen.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(void* into, size_t bytes) override { bytes_.copy(static_cast<char*>(into), bytes); }

 private:
  std::string bytes_;
};

}  // namespace

TEST_CASE("what was sealed opens again, empty or long", "[crypto]") {
  SeededRandom random(1);
  for (const std::string& plain : {std::string(), std::string("a"), std::string(70'000, 'z')}) {
    const auto sealed = seal(kKey, plain, "vault/1", random);
    CHECK(sealed.size() == plain.size() + 24 + 16);
    CHECK(unseal(kKey, sealed, "vault/1") == plain);
  }
}

TEST_CASE("a sealed value with any byte changed, cut or added does not open", "[crypto]") {
  SeededRandom random(2);
  const auto sealed = seal(kKey, "zoe@example.org", "vault/1", random);
  for (size_t at = 0; at < sealed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = sealed;
      bad[at] = static_cast<char>(bad[at] ^ 1 << bit);
      REQUIRE_FALSE(unseal(kKey, bad, "vault/1"));
    }
    REQUIRE_FALSE(unseal(kKey, sealed.substr(0, at), "vault/1"));
  }
  CHECK_FALSE(unseal(kKey, sealed + '\0', "vault/1"));
}

TEST_CASE("a sealed value does not open under another key or in another place", "[crypto]") {
  SeededRandom random(3);
  const auto sealed = seal(kKey, "secret", "vault/1", random);
  CHECK_FALSE(unseal(std::string(32, 'l'), sealed, "vault/1"));
  CHECK_FALSE(unseal(kKey, sealed, "vault/2"));
  CHECK_FALSE(unseal(kKey, sealed, ""));
}

TEST_CASE("the same value is sealed differently each time", "[crypto]") {
  SeededRandom random(4);
  CHECK(seal(kKey, "same", "", random) != seal(kKey, "same", "", random));
}

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST_CASE("sealing is XChaCha20-Poly1305", "[crypto]") {
  const auto key = from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  FixedRandom nonce(*from_hex("404142434445464748494a4b4c4d4e4f5051525354555657"));
  const auto sealed =
      seal(*key,
           "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
           "future, sunscreen would be it.",
           *from_hex("50515253c0c1c2c3c4c5c6c7"), nonce);
  const auto text = hex(sealed).substr(48);
  CHECK(text.substr(0, 32) == "bd6d179d3e83d43b9576579493c0e939");
  CHECK(text.substr(text.size() - 32) == "c0875924c1c7987947deafd8780acf49");
}

}  // namespace bilten::crypto
