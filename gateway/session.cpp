#include "gateway/session.h"

#include "common/base/text.h"
#include "gateway/request_checks.h"
#include "gateway/transcode.h"

namespace bilten::gateway {
namespace {

Error bad_token(std::string detail) {
  return {Code::unauthenticated, "bad_token", std::move(detail)};
}

}  // namespace

Result<Session> read_session(std::string_view authorization) {
  if (authorization.empty()) return Session{};
  constexpr size_t kScheme = 7;
  if (authorization.size() <= kScheme || !same_word(authorization.substr(0, kScheme), "bearer ")) {
    return bad_token("Send the access token as: Authorization: Bearer TOKEN.");
  }
  const auto token = authorization.substr(kScheme);
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.size() > kTokenMax ||
      token.find('.', second + 1) != std::string_view::npos) {
    return bad_token("The access token is not one of this platform; log in again.");
  }
  const auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  const auto subject = payload ? json_string_member(*payload, "sub") : std::nullopt;
  const auto person = subject ? Id::parse(*subject) : std::nullopt;
  if (!person || !from_base64url(token.substr(second + 1))) {
    return bad_token("The access token is not one of this platform; log in again.");
  }
  return Session{std::string(token), *person};
}

}  // namespace bilten::gateway
