// A bench with the user service, and people who sign up and log in.
#pragma once

#include "common/base/text.h"
#include "common/service/token.h"
#include "daemons/user/core.h"
#include "daemons/user/password.h"
#include "daemons/user/service.h"
#include "tests/support/service_bench.h"

namespace bilten::test {

using namespace api::user;

struct UserBench {
  explicit UserBench(bool demo = true) : config{demo} {
    // Hashing takes 100 ms; tests of passwords clear this and hash for real.
    bench.instead_of_prepare = user::PasswordHash{"no hash"};
    bench.take(user::decide_start(keys, bench.store->snapshot()->rows()));
  }

  // What a log-in's prepare finds.
  void password_is(bool right, const std::string& email) {
    user::PasswordCheck check{.looked_at = true, .person_id = {}, .matches = right};
    const auto snapshot = bench.store->snapshot();
    const auto mail = snapshot->rows().find<user::MailRow>(keys.mail_index(email).data);
    if (mail) check.person_id = mail->person_id;
    bench.instead_of_prepare = check;
  }
  PersonView sign_up(const std::string& email, const std::string& name = "Amina Haddad") {
    bench.instead_of_prepare = user::PasswordHash{"no hash"};
    return bench.must(SignUp{email, "Correct-1-horse", name});
  }
  Result<Tokens> try_log_in(const std::string& email, bool right = true) {
    password_is(right, email);
    return bench.send(LogIn{email, "whatever it is"});
  }
  Tokens log_in(const std::string& email) {
    auto tokens = try_log_in(email);
    if (!tokens) FAIL(tokens.error().reason);
    return *tokens;
  }
  // Whom an access token speaks for, as every service checks it.
  Result<Person> person(const std::string& access_token) {
    const auto snapshot = bench.store->snapshot();
    const auto& rows = snapshot->rows();
    auto claims = check_token(access_token, bench.now,
                              [&](std::string_view key_id) { return signer_of(rows, key_id); });
    if (claims && session_ended(rows, claims->session_id)) {
      return Error{Code::unauthenticated, "session_ended", ""};
    }
    return claims;
  }
  Person signed_in(const std::string& email) { return *person(log_in(email).access_token); }

  std::string reason(const Result<Tokens>& tokens) { return tokens ? "" : tokens.error().reason; }

  user::Keys keys{std::string(32, 's'), std::string(32, 'm')};
  user::Config config;
  ServiceBench bench{user::service(keys, config)};
};

}  // namespace bilten::test
