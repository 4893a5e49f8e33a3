// Accounts: sign-up, verification, profile.
#include "common/base/text.h"
#include "common/service/access.h"
#include "daemons/user/core.h"
#include "daemons/user/password.h"

namespace bilten::user {
namespace {

bool any(std::string_view text, bool (*is)(char)) {
  for (char c : text) {
    if (is(c)) return true;
  }
  return false;
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_symbol(char c) {
  return !is_upper(c) && !is_lower(c) && !is_digit(c);
}

Error unknown_caller() {
  return {Code::unauthenticated, "unknown_person", "This account is gone; sign up again."};
}

}  // namespace

std::vector<FieldError> password_faults(std::string_view password) {
  std::vector<FieldError> faults;
  const auto demand = [&](bool met, const char* what) {
    if (!met) faults.push_back({"/password", what});
  };
  demand(code_points(password).value_or(0) >= 8, "must have at least 8 characters");
  demand(any(password, is_upper), "must have an upper case letter (A-Z)");
  demand(any(password, is_lower), "must have a lower case letter (a-z)");
  demand(any(password, is_digit), "must have a digit (0-9)");
  demand(any(password, is_symbol), "must have a symbol, such as ! or #");
  return faults;
}

PersonView view_of(const Vault& vault, const Id& person_id, const PersonRow& person) {
  PersonView view;
  view.id = person_id;
  view.verified = person.verified;
  view.created_at = person.created_at;
  if (const auto bytes = vault.get(profile_key(person_id))) {
    const auto profile = decode<Profile>(*bytes);
    CHECK_INVARIANT(profile);
    view.email = profile->email;
    view.display_name = profile->display_name;
  }
  return view;
}

Decided<PersonView> decide_sign_up(const Keys& keys, const Config& config, const Rows& rows,
                                   const Context& context, const api::user::SignUp& message) {
  const auto index = keys.mail_index(message.email);
  if (rows.has(MailRow::table, index.data)) {
    return Error{Code::conflict, "email_taken",
                 "This address has an account. Log in, or sign up with another one."};
  }
  const auto& prepared = std::any_cast<const PasswordHash&>(context.prepared);
  if (prepared.hash.empty()) {  // The account that stood in the way lapsed a moment ago.
    return Error{Code::unavailable, "try_again", "The address has just become free; try again."};
  }

  const auto person_id = context.fresh_id();
  const Instant now{context.now};
  Decision<PersonView> decision;
  decision.record(api::user::SignedUp{person_id, index, now, Instant{context.now + kVerifyWithin}});
  if (config.demo) {
    decision.record(api::user::Verified{{person_id, now}});
  } else {
    decision.record(api::user::VerificationWanted{{person_id, now}});
  }
  decision.keep(profile_key(person_id), encode(Profile{message.email, message.display_name}));
  decision.keep(password_key(person_id), prepared.hash);
  decision.answer = {person_id, message.email, message.display_name, config.demo, now};
  return decision;
}

Decided<PersonView> decide_verify(const Keys& keys, const Rows& rows, const Context& context,
                                  const api::user::Verify& message) {
  const auto person_id = keys.open_verification_token(message.token);
  auto person = person_id ? rows.find<PersonRow>(person_id->view()) : std::nullopt;
  const bool late = person && !person->verified && person->verify_until.ms <= context.now;
  if (!person || late) {
    return Error{Code::invalid, "bad_token",
                 "This link is not good, or no longer; sign up again to get another."};
  }
  Decision<PersonView> decision;
  if (!person->verified) {
    decision.record(api::user::Verified{{*person_id, Instant{context.now}}});
    person->verified = true;
  }
  decision.answer = view_of(context.vault, *person_id, *person);
  return decision;
}

Decided<PersonView> decide_change_profile(const Rows& rows, const Context& context,
                                          const api::user::ChangeProfile& message) {
  const auto& person_id = context.person->person_id;
  const auto person = rows.find<PersonRow>(person_id.view());
  if (!person) return unknown_caller();
  Decision<PersonView> decision;
  decision.answer = view_of(context.vault, person_id, *person);
  if (!message.display_name || *message.display_name == decision.answer.display_name) {
    return decision;
  }
  decision.answer.display_name = *message.display_name;
  decision.record(api::user::ProfileChanged{{person_id, Instant{context.now}}});
  decision.keep(profile_key(person_id),
                encode(Profile{decision.answer.email, decision.answer.display_name}));
  return decision;
}

Effects decide_sign_up_due(const Rows&, const Context& context, std::string_view key) {
  const auto person_id = Id::from_bytes(key);
  CHECK_INVARIANT(person_id);
  Effects effects;
  effects.record(api::user::SignUpLapsed{{*person_id, Instant{context.now}}});
  effects.forget(profile_key(*person_id)).forget(password_key(*person_id));
  return effects;
}

Effects decide_start(const Keys& keys, const Rows& rows) {
  Effects effects;
  const auto announcement = keys.announcement();
  if (!signer_of(rows, announcement.key_id)) effects.record(announcement);
  return effects;
}

}  // namespace bilten::user
