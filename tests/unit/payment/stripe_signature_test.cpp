// Which webhooks are Stripe's.
#include "daemons/payment/stripe_signature.h"

#include <catch2/catch.hpp>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "tests/unit/payment/stripe_webhooks.h"

using namespace bilten;
using namespace bilten::payment::stripe;
using namespace bilten::payment::test;

namespace {

constexpr UnixMillis kNow = 1'764'129'600'000;
const std::string kBody = R"({"id":"evt_1","object":"event"})";

std::string outcome(std::string_view header, std::string_view body = kBody,
                    const std::vector<std::string>& secrets = {kSecret}, UnixMillis now = kNow) {
  const auto checked = check_signature(header, body, secrets, now);
  return checked ? "genuine" : checked.error().reason;
}

std::string mac(const std::string& time, const std::string& secret = kSecret) {
  return hex(crypto::hmac_sha256(secret, time + "." + kBody));
}

}  // namespace

TEST_CASE("a signature is what Stripe's own tools make of the same body, time and secret",
          "[payment]") {
  // As generateTestHeaderString of Stripe's SDK made it.
  CHECK(outcome("t=1764129600,v1="
                "5f0b979100e9e307f8e10395a93a1d6b6c8bb7b077776a5fad1e586eacc6f8ae",
                "{}", {"whsec_sdk"}) == "genuine");
  CHECK(outcome(signed_at(kNow, kBody)) == "genuine");
}

TEST_CASE("each way in which a signature can be wrong is refused", "[payment]") {
  const std::string now = "1764129600";
  const std::string good = "t=" + now + ",v1=" + mac(now);
  CHECK(outcome(good) == "genuine");
  CHECK(outcome(good, kBody + " ") == "bad_signature");
  CHECK(outcome(good, kBody.substr(1)) == "bad_signature");
  CHECK(outcome(good, "") == "bad_signature");
  CHECK(outcome(good, kBody, {"whsec_other"}) == "bad_signature");
  CHECK(outcome(good, kBody, {}) == "bad_signature");
  const std::vector<std::string> headers = {
      "",
      "t=" + now,
      "v1=" + mac(now),
      "t=,v1=" + mac(now),
      "t=" + now + ",v0=" + mac(now),
      "t=" + now + ",v1=" + mac(now).substr(1),
      "t=" + now + ",v1=" + mac(now) + "00",
      "t=" + now + ",v1=" + std::string(64, 'z'),
      "t=" + now + ",v1=",
      "t=1764129601,v1=" + mac(now),
      "t=" + now + ",t=" + now + ",v1=" + mac(now),
      "t=-1,v1=" + mac("-1"),
      "t=1e9,v1=" + mac("1e9"),
      "t=9999999999999,v1=" + mac("9999999999999"),
      " t=" + now + ",v1=" + mac(now),
      "t=" + now + ";v1=" + mac(now),
      std::string(5000, ','),
      good + "," + std::string(5000, 'v'),
      std::string("t=\0,v1=", 7) + mac(now),
  };
  for (const auto& header : headers) {
    INFO(header.substr(0, 120));
    CHECK(outcome(header) == "bad_signature");
  }
}

TEST_CASE("a genuine webhook is heard for five minutes, by a clock on either side", "[payment]") {
  const auto header = signed_at(kNow, kBody);
  CHECK(outcome(header, kBody, {kSecret}, kNow + kToleranceMs) == "genuine");
  CHECK(outcome(header, kBody, {kSecret}, kNow - kToleranceMs) == "genuine");
  CHECK(outcome(header, kBody, {kSecret}, kNow + kToleranceMs + 1) == "webhook_too_old");
  CHECK(outcome(header, kBody, {kSecret}, kNow - kToleranceMs - 1) == "webhook_too_old");
  CHECK(outcome(header, kBody, {"whsec_other"}, kNow + kToleranceMs + 1) == "bad_signature");
}

TEST_CASE("while a secret is rolled the old one and the new one are good, each alone",
          "[payment]") {
  const std::string now = "1764129600";
  const auto both = "t=" + now + ",v1=" + mac(now, "whsec_old") + ",v1=" + mac(now, "whsec_new");
  CHECK(outcome(both, kBody, {"whsec_old"}) == "genuine");
  CHECK(outcome(both, kBody, {"whsec_new"}) == "genuine");
  CHECK(outcome(both, kBody, {"whsec_third"}) == "bad_signature");
  const auto old_only = "t=" + now + ",v1=" + mac(now, "whsec_old");
  CHECK(outcome(old_only, kBody, {"whsec_new", "whsec_old"}) == "genuine");
}
