// The contract of the user service: accounts, sessions, organisations.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::user {

enum class Role : uint8_t { viewer, door_staff, door_supervisor, manager, owner };  // Rising rights.
constexpr auto names_of(Role) {
  return std::array<std::string_view, 5>{"viewer", "door_staff", "door_supervisor", "manager",
                                         "owner"};
}

// What an access token says about the person behind a request (JWT, EdDSA, 15 minutes).
// Memberships are not claims: every service has them as rows.
struct Claims {
  Id person_id;
  Id session_id;
  Instant issued_at, expires_at;
  bool platform_admin = false;
  static constexpr auto fields() {
    return std::make_tuple(field("person_id", &Claims::person_id),
                           field("session_id", &Claims::session_id),
                           field("issued_at", &Claims::issued_at),
                           field("expires_at", &Claims::expires_at),
                           field("platform_admin", &Claims::platform_admin).or_default());
  }
};

// ---- facts that every service follows (common/service/access.h) ----

// Tokens signed with this key are good from now on.
struct KeyAnnounced {
  static constexpr std::string_view name = "user.key_announced";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc = "A public key that signs access tokens.";
  std::string key_id;
  Bytes public_key;
  static constexpr auto fields() {
    return std::make_tuple(field("key_id", &KeyAnnounced::key_id, length(1, 64)),
                           field("public_key", &KeyAnnounced::public_key, between(32, 32)));
  }
};

// The session's access tokens are dead at once; none of them lives beyond `until`.
struct SessionEnded {
  static constexpr std::string_view name = "user.session_ended";
  static constexpr Audience audience = Audience::person;
  static constexpr std::string_view doc = "A session ended: its access tokens are refused.";
  Id session_id, person_id;
  Instant until;
  static constexpr auto fields() {
    return std::make_tuple(field("session_id", &SessionEnded::session_id),
                           field("person_id", &SessionEnded::person_id),
                           field("until", &SessionEnded::until));
  }
};

struct MemberJoined {
  static constexpr std::string_view name = "user.member_joined";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A person has a role in an organisation, or another.";
  Id organization_id, person_id;
  Role role = Role::viewer;
  static constexpr auto fields() {
    return std::make_tuple(field("organization_id", &MemberJoined::organization_id),
                           field("person_id", &MemberJoined::person_id),
                           field("role", &MemberJoined::role));
  }
};

}  // namespace bilten::api::user
