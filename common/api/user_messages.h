// The messages of the user service: accounts, sessions, organisations.
#pragma once

#include <optional>

#include "common/api/user.h"

namespace bilten::api::user {

inline constexpr uint32_t kPageMax = 100;

// ---- views ----

struct PersonView {
  Id id;
  std::string email, display_name;
  bool verified = false;
  Instant created_at;
  static constexpr auto fields() {
    return field_list(
        field("id", &PersonView::id), field("email", &PersonView::email, length(0, 254)),
        field("name", &PersonView::display_name, length(0, 100)),
        field("verified", &PersonView::verified), field("created_at", &PersonView::created_at));
  }
};

// What a log-in or a refresh hands out.
struct Tokens {
  std::string access_token, refresh_token;
  Instant expires_at, refresh_expires_at;
  Id session_id;
  PersonView person;
  static constexpr auto fields() {
    return field_list(
        field("access_token", &Tokens::access_token, length(1, 2000, Format::secret))
            .doc("For the Authorization header: Bearer <token>. Good for 15 minutes."),
        field("refresh_token", &Tokens::refresh_token, length(1, 200, Format::secret))
            .doc("Works once; using it a second time ends the session."),
        field("expires_at", &Tokens::expires_at).doc("Of the access token."),
        field("refresh_expires_at", &Tokens::refresh_expires_at),
        field("session_id", &Tokens::session_id), field("person", &Tokens::person));
  }
};

struct SessionView {
  Id id;
  bool current = false;
  Instant created_at, refreshed_at, expires_at;
  static constexpr auto fields() {
    return field_list(
        field("id", &SessionView::id),
        field("current", &SessionView::current).doc("The session of this very request."),
        field("created_at", &SessionView::created_at),
        field("refreshed_at", &SessionView::refreshed_at),
        field("expires_at", &SessionView::expires_at));
  }
};
struct SessionViews {
  std::vector<SessionView> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &SessionViews::items, bilten::items(0, kPageMax)),
                      field("next_cursor", &SessionViews::next_cursor, length(1, 200)));
  }
};

struct OrganizationView {
  Id id;
  std::string title;
  Instant created_at;
  Role role = Role::viewer;
  static constexpr auto fields() {
    return field_list(field("id", &OrganizationView::id),
                      field("name", &OrganizationView::title, length(2, 200)),
                      field("created_at", &OrganizationView::created_at),
                      field("role", &OrganizationView::role).doc("Of the person who asks."));
  }
};
struct OrganizationViews {
  std::vector<OrganizationView> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &OrganizationViews::items, bilten::items(0, kPageMax)),
                      field("next_cursor", &OrganizationViews::next_cursor, length(1, 200)));
  }
};

struct MemberView {
  Id person_id;
  std::string display_name;
  Role role = Role::viewer;
  static constexpr auto fields() {
    return field_list(field("person_id", &MemberView::person_id),
                      field("name", &MemberView::display_name, length(0, 100)),
                      field("role", &MemberView::role));
  }
};
struct MemberViews {
  std::vector<MemberView> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &MemberViews::items, bilten::items(0, kPageMax)),
                      field("next_cursor", &MemberViews::next_cursor, length(1, 200)));
  }
};

// ---- messages: accounts ----

struct SignUp {
  static constexpr std::string_view name = "user.sign_up";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::anyone,
      .http = {.method = "POST", .path = "/v1/users", .status = 201, .location = "/v1/me"},
      .refusals = {"invalid", "email_taken"},
      .budget_ms = 5000,
      .doc =
          "Signs up. The password has at least 8 characters with an upper and a lower case "
          "letter, a digit and a symbol. A link is mailed, and good for 24 hours."};
  using Answer = PersonView;
  std::string email, password, display_name;
  static constexpr auto fields() {
    return field_list(field("email", &SignUp::email, length(3, 254, Format::email)),
                      field("password", &SignUp::password, length(1, 200, Format::secret)),
                      field("name", &SignUp::display_name, length(1, 100, Format::line)));
  }
};

struct Verify {
  static constexpr std::string_view name = "user.verify";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::anyone,
      .http = {.method = "POST", .path = "/v1/users/verify"},
      .refusals = {"bad_token"},
      .doc = "Follows the mailed link. Opening it again changes nothing."};
  using Answer = PersonView;
  std::string token;
  static constexpr auto fields() {
    return field_list(field("token", &Verify::token, length(1, 200, Format::secret)));
  }
};

struct VerificationMail {
  static constexpr std::string_view name = "user.verification_mail";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .refusals = {"unknown_person", "already_verified"},
      .doc = "What a verification mail needs when it is sent: it is in no fact."};
  struct Answer {
    std::string email, display_name, token;
    Instant expires_at;
    static constexpr auto fields() {
      return field_list(field("email", &Answer::email, length(3, 254)),
                        field("name", &Answer::display_name, length(0, 100)),
                        field("token", &Answer::token, length(1, 200, Format::secret)),
                        field("expires_at", &Answer::expires_at));
    }
  };
  Id person_id;
  static constexpr auto fields() {
    return field_list(field("person_id", &VerificationMail::person_id));
  }
};

struct Me {
  static constexpr std::string_view name = "user.me";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::person,
                                     .http = {.method = "GET", .path = "/v1/me"},
                                     .doc = "The person who asks."};
  using Answer = PersonView;
  static constexpr auto fields() { return field_list(); }
};

struct ChangeProfile {
  static constexpr std::string_view name = "user.change_profile";
  static constexpr Contract contract{.kind = Kind::command,
                                     .caller = Caller::person,
                                     .http = {.method = "PATCH", .path = "/v1/me"},
                                     .refusals = {"invalid"},
                                     .doc = "Changes what is given."};
  using Answer = PersonView;
  std::optional<std::string> display_name;
  static constexpr auto fields() {
    return field_list(field("name", &ChangeProfile::display_name, length(1, 100, Format::line)));
  }
};

// ---- messages: sessions ----

struct LogIn {
  static constexpr std::string_view name = "user.log_in";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::anyone,
      .http = {.method = "POST", .path = "/v1/sessions", .status = 201},
      .refusals = {"too_many_attempts", "locked", "wrong_credentials", "unverified"},
      .budget_ms = 5000,
      .doc =
          "Logs in. Wrong passwords in a row delay the next attempt by 1, 2, 5 and 10 seconds; "
          "the fifth locks the address for 30 minutes."};
  using Answer = Tokens;
  std::string email, password;
  static constexpr auto fields() {
    return field_list(field("email", &LogIn::email, length(3, 254, Format::email)),
                      field("password", &LogIn::password, length(1, 200, Format::secret)));
  }
};

struct Refresh {
  static constexpr std::string_view name = "user.refresh";
  static constexpr Contract contract{.kind = Kind::command,
                                     .caller = Caller::anyone,
                                     .http = {.method = "POST", .path = "/v1/sessions/refresh"},
                                     .refusals = {"bad_token", "token_reused"},
                                     .doc = "Trades a refresh token, once, for new tokens."};
  using Answer = Tokens;
  std::string refresh_token;
  static constexpr auto fields() {
    return field_list(
        field("refresh_token", &Refresh::refresh_token, length(1, 200, Format::secret)));
  }
};

struct Sessions {
  static constexpr std::string_view name = "user.sessions";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::person,
                                     .http = {.method = "GET", .path = "/v1/sessions"},
                                     .refusals = {"invalid"},
                                     .doc = "The sessions of the person who asks, oldest first."};
  using Answer = SessionViews;
  std::optional<std::string> cursor;
  uint32_t limit = 20;
  static constexpr auto fields() {
    return field_list(field("cursor", &Sessions::cursor, length(1, 200)),
                      field("limit", &Sessions::limit, between(1, kPageMax)).or_default());
  }
};

struct EndSession {
  static constexpr std::string_view name = "user.end_session";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "DELETE", .path = "/v1/sessions/{session_id}", .status = 204},
      .refusals = {"unknown_session"},
      .doc = "Logs a session out: its tokens are dead at once."};
  using Answer = Nothing;
  Id session_id;
  static constexpr auto fields() {
    return field_list(field("session_id", &EndSession::session_id));
  }
};

struct KeySet {
  static constexpr std::string_view name = "user.key_set";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::anyone,
      .http = {.method = "GET", .path = "/.well-known/jwks.json", .produces = "application/json"},
      .doc = "The public keys of access tokens (RFC 7517, 8037)."};
  using Answer = Content;
  static constexpr auto fields() { return field_list(); }
};

// ---- messages: organisations ----

struct CreateOrganization {
  static constexpr std::string_view name = "user.create_organization";
  static constexpr Contract contract{.kind = Kind::command,
                                     .caller = Caller::person,
                                     .http = {.method = "POST",
                                              .path = "/v1/organizations",
                                              .status = 201,
                                              .location = "/v1/organizations/{id}"},
                                     .refusals = {"invalid"},
                                     .doc = "Creates an organisation; its creator owns it."};
  using Answer = OrganizationView;
  std::string title;
  static constexpr auto fields() {
    return field_list(field("name", &CreateOrganization::title, length(2, 200, Format::line)));
  }
};

struct Organization {
  static constexpr std::string_view name = "user.organization";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}"},
      .refusals = {"unknown_organization"},
      .doc = "An organisation, for its members."};
  using Answer = OrganizationView;
  Id organization_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Organization::organization_id));
  }
};

struct Organizations {
  static constexpr std::string_view name = "user.organizations";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations"},
      .refusals = {"invalid"},
      .doc = "The organisations of the person who asks, oldest first."};
  using Answer = OrganizationViews;
  std::optional<std::string> cursor;
  uint32_t limit = 20;
  static constexpr auto fields() {
    return field_list(field("cursor", &Organizations::cursor, length(1, 200)),
                      field("limit", &Organizations::limit, between(1, kPageMax)).or_default());
  }
};

struct AddMember {
  static constexpr std::string_view name = "user.add_member";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/organizations/{organization_id}/members",
               .status = 201},
      .refusals = {"unknown_organization", "role_missing", "unknown_account", "last_owner"},
      .doc = "Gives the owner of an address a role, or another; for owners."};
  using Answer = MemberView;
  Id organization_id;
  std::string email;
  Role role = Role::viewer;
  static constexpr auto fields() {
    return field_list(field("organization_id", &AddMember::organization_id),
                      field("email", &AddMember::email, length(3, 254, Format::email)),
                      field("role", &AddMember::role));
  }
};

struct Members {
  static constexpr std::string_view name = "user.members";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/members"},
      .refusals = {"unknown_organization", "invalid"},
      .doc = "The members of an organisation, for its members."};
  using Answer = MemberViews;
  Id organization_id;
  std::optional<std::string> cursor;
  uint32_t limit = 20;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Members::organization_id),
                      field("cursor", &Members::cursor, length(1, 200)),
                      field("limit", &Members::limit, between(1, kPageMax)).or_default());
  }
};

}  // namespace bilten::api::user
