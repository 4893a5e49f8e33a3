// The facts of the user service (accounts, sessions, organisations), and the claims of its tokens.
// Its messages are in user_messages.h: other services follow the facts and call none of them.
#pragma once

#include <optional>
#include <variant>

#include "common/api/user_device_facts.h"
#include "common/wire/contract.h"

namespace bilten::api::user {

enum class Role : uint8_t {
  viewer,
  door_staff,
  door_supervisor,
  manager,
  owner
};  // Rising rights.
constexpr auto names_of(Role) {
  return std::array<std::string_view, 5>{"viewer", "door_staff", "door_supervisor", "manager",
                                         "owner"};
}

// What an access token says about the person behind a request (JWT, EdDSA, 15 minutes), or about
// the device: then `person_id` is the device's. Memberships are not claims: every service has them
// as rows.
struct Claims {
  Id person_id;
  Id session_id;
  Instant issued_at, expires_at;
  bool platform_admin = false;
  bool is_device = false;  // May send only what contracts open to devices.
  static constexpr auto fields() {
    return field_list(
        field("person_id", &Claims::person_id), field("session_id", &Claims::session_id),
        field("issued_at", &Claims::issued_at), field("expires_at", &Claims::expires_at),
        field("platform_admin", &Claims::platform_admin).or_default(),
        field("is_device", &Claims::is_device).or_default());
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
    return field_list(field("key_id", &KeyAnnounced::key_id, length(1, 64)),
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
    return field_list(field("session_id", &SessionEnded::session_id),
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
    return field_list(field("organization_id", &MemberJoined::organization_id),
                      field("person_id", &MemberJoined::person_id),
                      field("role", &MemberJoined::role));
  }
};

// ---- facts of accounts: never a name, a mail address or anything that opens a door ----

struct SignedUp {
  static constexpr std::string_view name = "user.signed_up";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc =
      "An account exists; it cannot log in before it is verified.";
  Id person_id;
  Bytes mail_index;  // Keyed hash of the address, under the mesh's mail key.
  Instant at, verify_until;
  static constexpr auto fields() {
    return field_list(field("person_id", &SignedUp::person_id),
                      field("mail_index", &SignedUp::mail_index, between(32, 32)),
                      field("at", &SignedUp::at), field("verify_until", &SignedUp::verify_until));
  }
};

// What facts about nothing but a person and a moment have in common.
struct OfPerson {
  Id person_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("person_id", &OfPerson::person_id), field("at", &OfPerson::at));
  }
};
struct VerificationWanted : OfPerson {
  static constexpr std::string_view name = "user.verification_wanted";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc =
      "A verification mail is wanted: user.verification_mail says where to and with which token.";
};
struct Verified : OfPerson {
  static constexpr std::string_view name = "user.verified";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc = "The address is the person's: the account may log in.";
};
struct SignUpLapsed : OfPerson {
  static constexpr std::string_view name = "user.sign_up_lapsed";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc = "Nobody verified the account in time: it is gone.";
};
struct ProfileChanged : OfPerson {
  static constexpr std::string_view name = "user.profile_changed";
  static constexpr Audience audience = Audience::person;
  static constexpr std::string_view doc = "The person's name is another.";
};

struct LogInFailed {
  static constexpr std::string_view name = "user.log_in_failed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A wrong password, or an address without an account.";
  Bytes mail_index;
  std::optional<Id> person_id;  // Absent: no such account.
  Instant at;
  uint32_t failures = 1;  // In a row.
  Instant blocked_until;  // No attempt is looked at before.
  static constexpr auto fields() {
    return field_list(field("mail_index", &LogInFailed::mail_index, between(32, 32)),
                      field("person_id", &LogInFailed::person_id), field("at", &LogInFailed::at),
                      field("failures", &LogInFailed::failures, between(1, UINT32_MAX)),
                      field("blocked_until", &LogInFailed::blocked_until));
  }
};
struct LogInFailuresForgotten {
  static constexpr std::string_view name = "user.log_in_failures_forgotten";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A day passed without another wrong password.";
  Bytes mail_index;
  static constexpr auto fields() {
    return field_list(field("mail_index", &LogInFailuresForgotten::mail_index, between(32, 32)));
  }
};

struct SessionStarted {
  static constexpr std::string_view name = "user.session_started";
  static constexpr Audience audience = Audience::person;
  static constexpr std::string_view doc = "A person logged in.";
  Id session_id, person_id;
  Instant at, expires_at;
  static constexpr auto fields() {
    return field_list(field("session_id", &SessionStarted::session_id),
                      field("person_id", &SessionStarted::person_id),
                      field("at", &SessionStarted::at),
                      field("expires_at", &SessionStarted::expires_at));
  }
};
struct SessionRefreshed {
  static constexpr std::string_view name = "user.session_refreshed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A session goes on: refresh tokens before it are spent.";
  Id session_id, person_id;
  Instant at, expires_at;
  int64_t generation = 0;
  static constexpr auto fields() {
    return field_list(field("session_id", &SessionRefreshed::session_id),
                      field("person_id", &SessionRefreshed::person_id),
                      field("at", &SessionRefreshed::at),
                      field("expires_at", &SessionRefreshed::expires_at),
                      field("generation", &SessionRefreshed::generation, between(1, INT64_MAX)));
  }
};

struct OrganizationCreated {
  static constexpr std::string_view name = "user.organization_created";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An organisation exists.";
  Id organization_id, person_id;
  Instant at;
  std::string title;
  static constexpr auto fields() {
    return field_list(field("organization_id", &OrganizationCreated::organization_id),
                      field("person_id", &OrganizationCreated::person_id),
                      field("at", &OrganizationCreated::at),
                      field("name", &OrganizationCreated::title, length(2, 200)));
  }
};

using Fact = std::variant<KeyAnnounced, SignedUp, VerificationWanted, Verified, SignUpLapsed,
                          ProfileChanged, LogInFailed, LogInFailuresForgotten, SessionStarted,
                          SessionRefreshed, SessionEnded, OrganizationCreated, MemberJoined,
                          DeviceAdded, DeviceEnrolled, DeviceRolled, DeviceRevoked>;

}  // namespace bilten::api::user
