// Who may see which fact on a live stream: the signing keys, ended sessions and memberships that
// the user service has announced, replayed from its journal at the start.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/api/user.h"
#include "common/base/result.h"
#include "common/wire/contract.h"

namespace bilten::gateway {

// The one service whose facts the gateway reads itself.
inline constexpr std::string_view kUserService = "user";

// For whom one fact is meant.
struct Addressee {
  Audience audience = Audience::internal;
  Id id;  // Of the organisation or the person.
};

// What a fact's own fields say; an audience without its id is nobody's.
Addressee addressee_of(Audience audience, const Value& body);

class AudienceBook {
 public:
  // Any fact of the user service, in order.
  void take(std::string_view name, std::string_view body);

  // Checks a token as a service would. Code::unauthenticated: bad_token, token_expired,
  // session_ended, unknown_key.
  Result<api::user::Claims> check(std::string_view token, UnixMillis now) const;
  bool is_ended(const Id& session) const;
  // Nobody logged in sees what is public only.
  bool may_see(const std::optional<Id>& person, const Addressee& addressee) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> keys_;
  std::map<Id, UnixMillis> ended_;       // Session -> until when its tokens could live.
  std::set<std::pair<Id, Id>> members_;  // Organisation, person.
};

}  // namespace bilten::gateway
