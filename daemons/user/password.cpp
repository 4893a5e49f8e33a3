#include "daemons/user/password.h"

#include "daemons/user/core.h"

namespace bilten::user {
Result<PasswordHash> hash_new_password(const Keys& keys, const Reader& reader,
                                       const api::user::SignUp& message,
                                       const PasswordHasher& hasher) {
  Error weak{Code::invalid, "invalid", "The password is too easy to guess; see errors."};
  weak.fields = password_faults(message.password);
  if (!weak.fields.empty()) return weak;
  // Whether it is refused, decide says: a repeat of a sign-up must reach its stored answer.
  if (reader.rows.has(MailRow::table, keys.mail_index(message.email).data)) return PasswordHash{};
  auto hash = hasher.hash(message.password);
  if (hash.empty()) {
    return Error{Code::unavailable, "no_memory", "Passwords cannot be hashed now; try again soon."};
  }
  return PasswordHash{std::move(hash)};
}

Result<PasswordCheck> check_given_password(const Keys& keys, const Reader& reader,
                                           const api::user::LogIn& message,
                                           const PasswordHasher& hasher) {
  const auto index = keys.mail_index(message.email);
  if (blocked(reader.rows, index, reader.now)) return PasswordCheck{};
  PasswordCheck check{.looked_at = true, .person_id = {}, .matches = false};
  std::string hash(kNobodysHash);
  if (const auto mail = reader.rows.find<MailRow>(index.data)) {
    check.person_id = mail->person_id;
    hash = reader.vault.get(password_key(mail->person_id)).value_or(hash);
  }
  check.matches = hasher.check(hash, message.password) && check.person_id;
  return check;
}

}  // namespace bilten::user
