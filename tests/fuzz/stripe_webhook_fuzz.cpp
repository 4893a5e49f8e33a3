// Any bytes as a webhook of Stripe's: a header and a body. Nothing is believed without a signature;
// what is read keeps the limits that facts are written with.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/payment/stripe_reading.h"
#include "daemons/payment/stripe_signature.h"

namespace {

using namespace bilten;
using namespace bilten::payment;

constexpr UnixMillis kNow = 1'764'129'600'000;
const std::vector<std::string> kSecrets = {"whsec_one", "whsec_two"};

void fuzz_signature(std::string_view header, std::string_view body) {
  const auto checked = stripe::check_signature(header, body, kSecrets, kNow);
  // Without the secret nobody finds a signature, short of breaking SHA-256.
  if (checked || checked.error().reason != "bad_signature") std::abort();
  const auto made =
      "t=1764129600,v1=" + hex(crypto::hmac_sha256("whsec_two", "1764129600." + std::string(body)));
  if (!stripe::check_signature(made, body, kSecrets, kNow)) std::abort();
}

void fuzz_body(std::string_view body) {
  const auto event = stripe::read_event(body, false);
  if (!event) {
    const auto& reason = event.error().reason;
    if (reason != "malformed_webhook" && reason != "wrong_mode") std::abort();
    return;
  }
  if (event->id.empty() || event->id.size() > 255 * 4 || event->type.empty()) std::abort();
  if (event->amount.amount > kMoneyMax || event->amount.amount < -kMoneyMax) std::abort();
  if (event->kind == WebhookEvent::Kind::other) return;
  if (!currency_decimals(event->amount.currency)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = text.find('\n');
  fuzz_signature(text.substr(0, end), end == text.npos ? "" : text.substr(end + 1));
  fuzz_body(text);
  return 0;
}
