// The rules of accounts, sessions and organisations. decide reads, evolve writes.
#pragma once

#include "common/api/user_messages.h"
#include "common/service/handlers.h"
#include "daemons/user/config.h"
#include "daemons/user/keys.h"
#include "daemons/user/rows.h"

namespace bilten::user {

inline constexpr UnixMillis kMinute = 60'000;
inline constexpr UnixMillis kDay = 24 * 60 * kMinute;
inline constexpr UnixMillis kVerifyWithin = kDay;
inline constexpr UnixMillis kAccessFor = 15 * kMinute;
inline constexpr UnixMillis kRefreshFor = 30 * kDay;
inline constexpr UnixMillis kFailuresFor = kDay;  // After the last one.

// Timers: the kinds, each with the key of the row it ends.
inline constexpr std::string_view kSignUpTimer = "user.sign_up";
inline constexpr std::string_view kSessionTimer = "user.session";
inline constexpr std::string_view kFailuresTimer = "user.failures";

// Each rule the password breaks, or nothing.
std::vector<FieldError> password_faults(std::string_view password);
// Why the address may not try to log in at `now`, or nothing: too_many_attempts, locked.
std::optional<Error> blocked(const Rows& rows, const Bytes& mail_index, UnixMillis now);

using api::user::PersonView;
PersonView view_of(const Vault& vault, const Id& person_id, const PersonRow& person);

// ---- accounts (accounts.cpp) ----
Decided<PersonView> decide_sign_up(const Keys&, const Config&, const Rows&, const Context&,
                                   const api::user::SignUp&);
Decided<PersonView> decide_verify(const Keys&, const Rows&, const Context&,
                                  const api::user::Verify&);
Decided<PersonView> decide_change_profile(const Rows&, const Context&,
                                          const api::user::ChangeProfile&);
Effects decide_sign_up_due(const Rows&, const Context&, std::string_view person_id);
// The public key, unless it was announced before.
Effects decide_start(const Keys&, const Rows&);

// ---- sessions (sessions.cpp) ----
Decided<api::user::Tokens> decide_log_in(const Keys&, const Rows&, const Context&,
                                         const api::user::LogIn&);
Decided<api::user::Tokens> decide_refresh(const Keys&, const Rows&, const Context&,
                                          const api::user::Refresh&);
Decided<Nothing> decide_end_session(const Rows&, const Context&, const api::user::EndSession&);
Effects decide_session_due(const Rows&, const Context&, std::string_view key);
Effects decide_failures_due(const Rows&, const Context&, std::string_view mail_index);

// ---- organisations (organizations.cpp) ----
Decided<api::user::OrganizationView> decide_create_organization(
    const Rows&, const Context&, const api::user::CreateOrganization&);
Decided<api::user::MemberView> decide_add_member(const Keys&, const Rows&, const Context&,
                                                 const api::user::AddMember&);

void evolve(Rows& rows, std::string_view name, std::string_view body);

}  // namespace bilten::user
