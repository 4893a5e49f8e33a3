// JSON Web Tokens (RFC 7519) in the one form Bilten speaks: EdDSA under a fixed header.
#include <algorithm>

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

constexpr std::string_view kHeaderStart = R"({"alg":"EdDSA","typ":"JWT","kid":")";
constexpr std::string_view kHeaderEnd = R"("})";
constexpr size_t kKeyIdMax = 64;
// Claims are a few hundred bytes; longer texts are not ours and not worth decoding.
constexpr size_t kTokenMax = 4096;

// Of base64url's alphabet, so that it needs no escaping in JSON.
bool is_key_id(std::string_view text) {
  return !text.empty() && text.size() <= kKeyIdMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string header_of(std::string_view key_id) {
  return std::string(kHeaderStart).append(key_id).append(kHeaderEnd);
}

Error bad_token(const char* detail) {
  return {Code::unauthenticated, "bad_token", detail};
}

}  // namespace

std::string make_token(std::string_view payload_json, std::string_view key_id,
                       const SigningKey& key) {
  CHECK_INVARIANT(is_key_id(key_id));
  std::string token = base64url(header_of(key_id)) + "." + base64url(payload_json);
  const auto signature = base64url(sign(token, key));
  return token.append(".").append(signature);
}

Result<TokenParts> open_token(
    std::string_view token,
    const std::function<std::optional<std::string>(std::string_view key_id)>& public_key) {
  const Error malformed = bad_token("This is not a token of this platform; sign in again.");
  if (token.size() > kTokenMax) return malformed;
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return malformed;

  const auto header = from_base64url(token.substr(0, first));
  auto payload = from_base64url(token.substr(first + 1, last - first - 1));
  const auto signature = from_base64url(token.substr(last + 1));
  if (!header || !payload || !signature) return malformed;
  if (header->size() < kHeaderStart.size() + kHeaderEnd.size()) return malformed;

  const auto key_id = std::string_view(*header).substr(
      kHeaderStart.size(), header->size() - kHeaderStart.size() - kHeaderEnd.size());
  if (!is_key_id(key_id) || *header != header_of(key_id)) return malformed;

  const auto key = public_key(key_id);
  if (!key) {
    return Error{Code::unauthenticated, "unknown_key",
                 "The token is signed with a key that is not known here; sign in again."};
  }
  if (!verify(token.substr(0, last), *signature, *key)) {
    return bad_token("The token's signature is wrong; sign in again.");
  }
  return TokenParts{std::string(key_id), std::move(*payload)};
}

}  // namespace bilten::crypto
