// Who is behind a request. The gateway checks only the form of a token and passes it on: the
// service that acts on it verifies it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/id.h"
#include "common/base/result.h"

namespace bilten::gateway {

struct Session {
  std::string token;  // As it came; empty for a guest.
  Id person;          // As the token says it, unverified; nil for a guest.
};

inline constexpr size_t kTokenMax = 2048;

// The value of the Authorization header; empty is a guest. Code::unauthenticated unless it is
// "Bearer" and a token of three base64url parts whose payload names a person.
Result<Session> read_session(std::string_view authorization);

}  // namespace bilten::gateway
