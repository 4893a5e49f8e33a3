#include "daemons/payment/stripe_signature.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::payment::stripe {
namespace {

constexpr size_t kHeaderBytesMax = 4096, kMacHexBytes = 64, kTimeDigitsMax = 12;

struct Signatures {
  std::string_view time;  // As it stands: the text is what was signed.
  std::vector<std::string> macs;
};

Error bad_signature(const char* why) {
  return {Code::unauthenticated, "bad_signature", why};
}

// Of other schemes (v0) nothing is believed; a time that stands twice means nothing.
Result<Signatures> read_header(std::string_view header) {
  if (header.size() > kHeaderBytesMax) return bad_signature("Stripe-Signature is too long.");
  Signatures found;
  while (!header.empty()) {
    const auto end = std::min(header.find(','), header.size());
    const auto part = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    if (part.starts_with("t=")) {
      if (found.time.data()) return bad_signature("Stripe-Signature has two times.");
      found.time = part.substr(2);
    } else if (part.starts_with("v1=") && part.size() == 3 + kMacHexBytes) {
      if (auto mac = from_hex(part.substr(3))) found.macs.push_back(std::move(*mac));
    }
  }
  return found;
}

std::optional<int64_t> seconds_of(std::string_view digits) {
  int64_t seconds = 0;
  const auto* end = digits.data() + digits.size();
  if (digits.empty() || digits.size() > kTimeDigitsMax) return std::nullopt;
  const auto read = std::from_chars(digits.data(), end, seconds);
  if (read.ec != std::errc{} || read.ptr != end || seconds < 0) return std::nullopt;
  return seconds;
}

}  // namespace

Status check_signature(std::string_view header, std::string_view body,
                       const std::vector<std::string>& secrets, UnixMillis now) {
  const auto signatures = read_header(header);
  if (!signatures) return signatures.error();
  const auto seconds = seconds_of(signatures->time);
  if (!seconds) return bad_signature("Stripe-Signature has no time.");
  std::string message(signatures->time);
  message += '.';
  message += body;
  bool fits = false;
  for (const auto& secret : secrets) {
    const auto expected = crypto::hmac_sha256(secret, message);
    for (const auto& mac : signatures->macs) fits |= crypto::equal(mac, expected);
  }
  if (!fits) return bad_signature("No signature fits the secret of the webhook's endpoint.");
  const int64_t age_ms = now - *seconds * 1000;
  if (age_ms > kToleranceMs || age_ms < -kToleranceMs) {
    return Error{Code::unauthenticated, "webhook_too_old",
                 "Signed " + std::to_string(age_ms / 1000) +
                     " s ago by our clock: set it, if it "
                     "is wrong."};
  }
  return Done{};
}

}  // namespace bilten::payment::stripe
