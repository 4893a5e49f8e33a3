// Tokens: one form is accepted, and every other text is refused.
#include <catch2/catch.hpp>

#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

const SigningKey kKey = signing_key(std::string(32, '\7'));
const SigningKey kOtherKey = signing_key(std::string(32, '\10'));
constexpr std::string_view kPayload = R"({"sub":"01890a5d","exp":1800000000})";

std::optional<std::string> find_key(std::string_view id) {
  if (id == "k1") return kKey.public_key;
  if (id == "k2") return kOtherKey.public_key;
  return std::nullopt;
}

std::string reason_of(std::string_view token) {
  const auto opened = open_token(token, find_key);
  if (opened) return "opened";
  CHECK(opened.error().code == Code::unauthenticated);
  return opened.error().reason;
}

// A token with a header of the attacker's choice, rightly signed.
std::string signed_with_header(std::string_view header) {
  const auto text = base64url(header) + "." + base64url(kPayload);
  return text + "." + base64url(sign(text, kKey));
}

}  // namespace

TEST_CASE("a token opens to its key id and payload", "[crypto]") {
  const auto opened = open_token(make_token(kPayload, "k1", kKey), find_key);
  REQUIRE(opened);
  CHECK(opened->key_id == "k1");
  CHECK(opened->payload_json == kPayload);
}

TEST_CASE("a token's header is exactly the one any library reads", "[crypto]") {
  const auto token = make_token(kPayload, "k1", kKey);
  CHECK(from_base64url(token.substr(0, token.find('.'))) ==
        R"({"alg":"EdDSA","typ":"JWT","kid":"k1"})");
}

TEST_CASE("a token with any bit changed is refused", "[crypto]") {
  const auto good = make_token(kPayload, "k1", kKey);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    REQUIRE(reason_of(bad) != "opened");
  }
}

TEST_CASE("a token cut anywhere or with anything behind it is refused", "[crypto]") {
  const auto good = make_token(kPayload, "k1", kKey);
  for (size_t size = 0; size < good.size(); ++size) {
    REQUIRE(reason_of(good.substr(0, size)) == "bad_token");
  }
  for (const char* tail : {"A", "AA", "=", ".", ".AA", " ", "\n"}) {
    CHECK(reason_of(good + tail) == "bad_token");
  }
  CHECK(reason_of(" " + good) == "bad_token");
  CHECK(reason_of(good + std::string(1, '\0')) == "bad_token");
}

TEST_CASE("another algorithm is refused even when the signature fits", "[crypto]") {
  CHECK(reason_of(signed_with_header(R"({"alg":"EdDSA","typ":"JWT","kid":"k1"})")) == "opened");
  for (const char* header :
       {R"({"alg":"none","typ":"JWT","kid":"k1"})", R"({"alg":"HS256","typ":"JWT","kid":"k1"})",
        R"({"alg":"eddsa","typ":"JWT","kid":"k1"})", R"({"alg":"EdDSA","typ":"JWT"})",
        R"({"typ":"JWT","alg":"EdDSA","kid":"k1"})", R"({"alg":"EdDSA","typ":"JWT","kid":""})",
        R"({"alg":"EdDSA","typ":"JWT","kid":"k1"} )", R"({"alg":"EdDSA","typ":"JWT","kid":"k1",})",
        R"({"alg":"EdDSA","typ":"JWT","kid":"k1","x":"y"})",
        R"({"alg":"EdDSA","typ":"JWT","kid":"k1\u0000"})", "", "{}"}) {
    CHECK(reason_of(signed_with_header(header)) == "bad_token");
  }
}

TEST_CASE("a token without a signature is refused", "[crypto]") {
  const auto header = base64url(R"({"alg":"none","typ":"JWT"})");
  CHECK(reason_of(header + "." + base64url(kPayload) + ".") == "bad_token");
  CHECK(reason_of(header + "." + base64url(kPayload)) == "bad_token");
  const auto good = make_token(kPayload, "k1", kKey);
  CHECK(reason_of(good.substr(0, good.rfind('.') + 1)) == "bad_token");
}

TEST_CASE("a token under another key id is refused", "[crypto]") {
  CHECK(reason_of(make_token(kPayload, "k2", kKey)) == "bad_token");
}

TEST_CASE("an unknown key id has a reason of its own", "[crypto]") {
  CHECK(reason_of(make_token(kPayload, "k3", kKey)) == "unknown_key");
}

TEST_CASE("a text that is no token is refused, whatever its length", "[crypto]") {
  for (const char* text : {"", ".", "..", "...", "a.b.c", "Bearer x", "\xFF.\xFF.\xFF"}) {
    CHECK(reason_of(text) == "bad_token");
  }
  CHECK(reason_of(make_token(std::string(5000, 'x'), "k1", kKey)) == "bad_token");
}

}  // namespace bilten::crypto
