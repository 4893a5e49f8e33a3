#include "common/service/token.h"

#include <catch2/catch.hpp>

#include "common/crypto/crypto.h"

namespace bilten {

namespace {

constexpr UnixMillis kNow = 1'790'000'000'000;

api::user::Claims claims() {
  api::user::Claims claims;
  claims.person_id = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  claims.session_id = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8058");
  claims.issued_at = {kNow};
  claims.expires_at = {kNow + 900'000};
  return claims;
}

struct Signed {
  Signed() { crypto::init(); }
  crypto::SigningKey key = crypto::signing_key(std::string(32, 's'));
  std::string token = crypto::make_token(token_payload(claims()), "k1", key);
  FindSigner find = [this](std::string_view id) {
    return id == "k1" ? std::optional(key.public_key) : std::nullopt;
  };
};

}  // namespace

TEST_CASE("a token says what was put into it", "[service]") {
  const Signed minted;
  const auto read = check_token(minted.token, kNow, minted.find);
  REQUIRE(read);
  CHECK(read->person_id == claims().person_id);
  CHECK(read->session_id == claims().session_id);
  CHECK(read->issued_at == claims().issued_at);
  CHECK(read->expires_at == claims().expires_at);
  CHECK_FALSE(read->platform_admin);
}

TEST_CASE("a device's token says that it is one, and a person's does not", "[service]") {
  auto of_device = claims();
  of_device.is_device = true;
  const auto read = parse_token_payload(token_payload(of_device));
  REQUIRE(read);
  CHECK(read->is_device);
  CHECK_FALSE(parse_token_payload(token_payload(claims()))->is_device);
}

TEST_CASE("a token ends to the millisecond", "[service]") {
  const Signed minted;
  CHECK(check_token(minted.token, kNow + 899'999, minted.find));
  const auto late = check_token(minted.token, kNow + 900'000, minted.find);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::unauthenticated);
  CHECK(late.error().reason == "token_expired");
}

TEST_CASE("a token of an unknown key rests on user; any other fault is final", "[service]") {
  const Signed minted;
  const auto unknown =
      check_token(minted.token, kNow, [](std::string_view) { return std::nullopt; });
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().rests_on == "user");

  const auto other = crypto::signing_key(std::string(32, 'o'));
  const auto forged = crypto::make_token(token_payload(claims()), "k1", other);
  const auto refused = check_token(forged, kNow, minted.find);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "bad_token");
  CHECK(refused.error().rests_on.empty());
}

TEST_CASE("no bit of a token can be flipped", "[service]") {
  const Signed minted;
  for (size_t at = 0; at < minted.token.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = minted.token;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const auto checked = check_token(flipped, kNow, minted.find);
      REQUIRE_FALSE(checked);
      REQUIRE(checked.error().code == Code::unauthenticated);
    }
  }
}

TEST_CASE("a payload in any form but ours is refused", "[service]") {
  const std::string good = token_payload(claims());
  REQUIRE(parse_token_payload(good));
  const std::string swapped = R"({"iss":"bilten",)" + good.substr(1, good.size() - 18) + "}";
  for (const std::string& bad :
       {std::string(), std::string("{}"), " " + good, good + " ", good + good, swapped,
        good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + R"(,"x":1})"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_token_payload(bad));
  }
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"exp\":1790000900", "\"exp\":-1"},
           {"\"exp\":1790000900", "\"exp\":99999999999999999999"},
           {"\"exp\":1790000900", "\"exp\":1.5"},
           {"\"exp\":1790000900", "\"exp\":\"1790000900\""},
           {"\"adm\":false", "\"adm\":1"},
           {"bilten", "someone"},
           {"01890a5d", "x1890a5d"}}) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    CAPTURE(bad);
    CHECK_FALSE(parse_token_payload(bad));
  }
}

TEST_CASE("a checker knows only published keys, and remembers no token beyond its time",
          "[service]") {
  const Signed minted;
  TokenChecker checker;
  CHECK(checker.check(minted.token, kNow).error().reason == "unknown_key");
  checker.publish(std::make_shared<TokenChecker::Signers>(
      TokenChecker::Signers{{"k1", minted.key.public_key}}));
  CHECK(checker.check(minted.token, kNow));
  CHECK(checker.check(minted.token, kNow));
  CHECK(checker.check(minted.token, kNow + 900'000).error().reason == "token_expired");
}

TEST_CASE("an overlong token is refused before it is opened", "[service]") {
  const Signed minted;
  CHECK(check_token(std::string(2000, 'a'), kNow, minted.find).error().reason == "bad_token");
  CHECK(check_token("", kNow, minted.find).error().reason == "bad_token");
}

}  // namespace bilten
