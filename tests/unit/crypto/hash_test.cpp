// BLAKE2b, HMAC-SHA256 and CRC-32C against published vectors.
#include <catch2/catch.hpp>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/crypto/crc32c.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

std::string hex_of(const std::array<char, 32>& digest) {
  return hex({digest.data(), digest.size()});
}

}  // namespace

// From another implementation (Python's hashlib.blake2b with digest_size 32).
TEST_CASE("hash is BLAKE2b with a digest of 32 bytes", "[crypto]") {
  CHECK(hex_of(hash({})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(hex_of(hash({"abc"})) ==
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("hash of parts is the hash of them joined", "[crypto]") {
  CHECK(hash({"a", "", "bc"}) == hash({"abc"}));
}

TEST_CASE("keyed_hash changes with key, purpose, value and where purpose ends", "[crypto]") {
  const std::string key(32, 'k');
  const auto base = keyed_hash(key, "mail", "zoe@example.org");
  CHECK(base.size() == 32);
  CHECK(base == keyed_hash(key, "mail", "zoe@example.org"));
  CHECK(base != keyed_hash(std::string(32, 'l'), "mail", "zoe@example.org"));
  CHECK(base != keyed_hash(key, "code", "zoe@example.org"));
  CHECK(base != keyed_hash(key, "mail", "zoe@example.com"));
  CHECK(base != keyed_hash(key, "mailz", "oe@example.org"));
}

// RFC 4231, test cases 2 and 6.
TEST_CASE("hmac_sha256 makes the published codes, with short keys and long ones", "[crypto]") {
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256(std::string(131, '\xaa'),
                        "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("equal tells texts apart by length and by each byte", "[crypto]") {
  CHECK(equal("", ""));
  CHECK(equal("same", "same"));
  CHECK_FALSE(equal("same", "samE"));
  CHECK_FALSE(equal("same", "sam"));
}

// RFC 3720, appendix B.4, and the check value of the polynomial's catalogue.
TEST_CASE("crc32c agrees with the published vectors in both implementations", "[crypto]") {
  std::string rising(32, '\0');
  for (size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  const std::pair<std::string, uint32_t> vectors[] = {{"", 0},
                                                      {"123456789", 0xE3069283},
                                                      {std::string(32, '\0'), 0x8A9136AA},
                                                      {std::string(32, '\xFF'), 0x62A8AB43},
                                                      {rising, 0x46DD794E}};
  for (const auto& [text, sum] : vectors) {
    CHECK(crc32c(text) == sum);
    CHECK(crc32c_by_table(text) == sum);
    if (has_crc32c_instruction()) CHECK(crc32c_by_instruction(text) == sum);
  }
}

TEST_CASE("both ways to reckon crc32c agree at every length and alignment", "[crypto]") {
  if (!has_crc32c_instruction()) return;
  SeededRandom random(1);
  std::string text(100, '\0');
  random.fill(text.data(), text.size());
  for (size_t from = 0; from < 9; ++from) {
    for (size_t length = 0; from + length <= text.size(); ++length) {
      const auto part = std::string_view(text).substr(from, length);
      REQUIRE(crc32c_by_table(part) == crc32c_by_instruction(part));
    }
  }
}

TEST_CASE("the kernel's random bytes do not repeat", "[crypto]") {
  SystemRandom random;
  CHECK(random.next() != random.next());
}

}  // namespace bilten::crypto
