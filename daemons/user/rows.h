// What the user service remembers. Names, addresses and password hashes are not here but in the
// vault ("profile/<person>", "password/<person>"); signing keys and ended sessions are the rows of
// common/service/access.h.
#pragma once

#include "common/api/user.h"
#include "common/store/rows.h"

namespace bilten::user {

using api::user::Role;

struct PersonRow {  // Key: person id.
  static constexpr std::string_view table = "person";
  Bytes mail_index;
  bool verified = false;
  Instant created_at, verify_until;
  static constexpr auto fields() {
    return field_list(field("mail_index", &PersonRow::mail_index, between(32, 32)),
                      field("verified", &PersonRow::verified),
                      field("created_at", &PersonRow::created_at),
                      field("verify_until", &PersonRow::verify_until));
  }
};

struct MailRow {  // Key: mail index. One address, one account.
  static constexpr std::string_view table = "mail";
  Id person_id;
  static constexpr auto fields() { return field_list(field("person_id", &MailRow::person_id)); }
};

struct FailuresRow {  // Key: mail index, whether or not an account has it.
  static constexpr std::string_view table = "failures";
  uint32_t count = 0;  // Wrong passwords in a row.
  Instant blocked_until;
  static constexpr auto fields() {
    return field_list(field("count", &FailuresRow::count, between(1, UINT32_MAX)),
                      field("blocked_until", &FailuresRow::blocked_until));
  }
};

struct SessionRow {  // Key: person id, session id. An ended session has no row.
  static constexpr std::string_view table = "session";
  Instant created_at, refreshed_at, expires_at;
  int64_t generation = 0;  // Of the one refresh token that is good.
  static constexpr auto fields() {
    return field_list(field("created_at", &SessionRow::created_at),
                      field("refreshed_at", &SessionRow::refreshed_at),
                      field("expires_at", &SessionRow::expires_at),
                      field("generation", &SessionRow::generation, between(0, INT64_MAX)));
  }
};

struct OrganizationRow {  // Key: organisation id.
  static constexpr std::string_view table = "organization";
  std::string title;
  Instant created_at;
  uint32_t owners = 0;  // Never 0 once its creator has joined.
  static constexpr auto fields() {
    return field_list(field("title", &OrganizationRow::title, length(2, 200)),
                      field("created_at", &OrganizationRow::created_at),
                      field("owners", &OrganizationRow::owners, between(0, UINT32_MAX)));
  }
};

struct MemberRow {  // Key: organisation id, person id.
  static constexpr std::string_view table = "member";
  Role role = Role::viewer;
  static constexpr auto fields() { return field_list(field("role", &MemberRow::role)); }
};

struct MembershipRow {  // Key: person id, organisation id: the member rows the other way round.
  static constexpr std::string_view table = "membership";
  static constexpr auto fields() { return field_list(); }
};

struct DeviceRow {  // Key: organisation id, device id. A revoked device has no row.
  static constexpr std::string_view table = "device";
  api::user::DeviceTerms terms;
  Instant created_at, code_until;
  int64_t generation = 1;             // Of the one code, and of the one key, that are good.
  std::optional<Id> session_id = {};  // Since it is enrolled: what its tokens carry.
  std::optional<Instant> enrolled_at = {};
  static constexpr auto fields() {
    return field_list(
        field("terms", &DeviceRow::terms), field("created_at", &DeviceRow::created_at),
        field("code_until", &DeviceRow::code_until),
        field("generation", &DeviceRow::generation, between(1, INT64_MAX)),
        field("session", &DeviceRow::session_id), field("enrolled_at", &DeviceRow::enrolled_at));
  }
};

inline std::string pair_key(const Id& first, const Id& second) {
  return std::string(RowKey().id(first).id(second));
}

// ---- the vault ----

// What only the person and those it deals with may read.
struct Profile {
  std::string email, display_name;
  static constexpr auto fields() {
    return field_list(field("email", &Profile::email, length(3, 254)),
                      field("name", &Profile::display_name, length(1, 100)));
  }
};

inline std::string profile_key(const Id& person_id) {
  return "profile/" + std::string(person_id.view());
}
inline std::string password_key(const Id& person_id) {
  return "password/" + std::string(person_id.view());
}

}  // namespace bilten::user
