// Passwords, where they cost time and chance: hashed and checked on the slow pool, before the
// command is queued.
#pragma once

#include <optional>
#include <string>

#include "common/api/user_messages.h"
#include "common/service/handlers.h"
#include "daemons/user/keys.h"

namespace bilten::user {

// No password's hash, with the parameters of crypto::hash_password: what is checked for an address
// without an account, so that the answer takes as long.
inline constexpr std::string_view kNobodysHash =
    "$argon2id$v=19$m=65536,t=2,p=1$"
    "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// For sign-up. Empty: not hashed, because the address has an account.
struct PasswordHash {
  std::string hash;
};

// For log-in: the account that the address had, and whether the password is its own.
struct PasswordCheck {
  bool looked_at = false;  // False: the address was blocked, and the password not looked at.
  std::optional<Id> person_id;
  bool matches = false;
};

// How a password becomes a hash, and is checked against one: argon2id, which is slow on purpose.
// The simulator, which runs on a virtual clock, has a quick one.
struct PasswordHasher {
  std::string (*hash)(std::string_view password) = crypto::hash_password;  // Empty: no memory.
  bool (*check)(std::string_view hash, std::string_view password) = crypto::check_password;
};

// Refuses weak passwords (Code::invalid), naming each fault.
Result<PasswordHash> hash_new_password(const Keys& keys, const Reader& reader,
                                       const api::user::SignUp& message,
                                       const PasswordHasher& hasher = {});

// Takes the same time whether or not the address has an account.
Result<PasswordCheck> check_given_password(const Keys& keys, const Reader& reader,
                                           const api::user::LogIn& message,
                                           const PasswordHasher& hasher = {});

}  // namespace bilten::user
