#include "tests/unit/user/user_messages.h"

namespace bilten::test {

TEST_CASE("a weak password is refused with each of its faults", "[user]") {
  const auto faults = [](std::string_view password) {
    std::string out;
    for (const auto& fault : user::password_faults(password)) {
      CHECK(fault.pointer == "/password");
      out += fault.message.substr(fault.message.find_last_of(' ') + 1) + " ";
    }
    return out;
  };
  CHECK(faults("") == "characters (A-Z) (a-z) (0-9) # ");
  CHECK(faults("aB3#567") == "characters ");
  CHECK(faults("aB3#5678") == "");
  CHECK(faults("ab3#5678") == "(A-Z) ");
  CHECK(faults("AB3#5678") == "(a-z) ");
  CHECK(faults("aBc#efgh") == "(0-9) ");
  CHECK(faults("aBc1efgh") == "# ");
  CHECK(faults("aB1äöüß") == "characters ");  // Characters count, not bytes.
  CHECK(faults("aB1 äöüß") == "");
}

TEST_CASE("a weak password leaves no account", "[user]") {
  UserBench u;
  u.bench.instead_of_prepare.reset();
  const auto answer = u.bench.send(SignUp{"amina@example.org", "password", "Amina"});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::invalid);
  CHECK(answer.error().fields.size() == 3);
  u.sign_up("amina@example.org");
}

TEST_CASE("bad fields of a sign-up are all named at once", "[user]") {
  UserBench u;
  const auto answer = u.bench.send(SignUp{"no address", "", " outer space"});
  REQUIRE_FALSE(answer);
  std::string pointers;
  for (const auto& fault : answer.error().fields) pointers += fault.pointer + " ";
  CHECK(pointers == "/email /password /name ");
}

TEST_CASE("an address has one account, however it is written", "[user]") {
  UserBench u;
  u.sign_up("Zoe@Example.org");
  CHECK(u.bench.refusal(SignUp{"zOE@example.ORG", "Correct-1-horse", "Zoe"}) == "email_taken");
  u.sign_up("zoe@example.com");
}

TEST_CASE("a real password hash lets its own password in and no other", "[user]") {
  UserBench u;
  u.bench.instead_of_prepare.reset();
  const auto person = u.bench.must(SignUp{"amina@example.org", "Correct-1-horse", "Amina"});
  CHECK(person.email == "amina@example.org");
  const auto tokens = u.bench.must(LogIn{"AMINA@example.org", "Correct-1-horse"});
  CHECK(tokens.person.id == person.id);
  const auto wrong = u.bench.send(LogIn{"amina@example.org", "correct-1-horse"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().reason == "wrong_credentials");
  // Blocked now: the password is not even looked at.
  CHECK(u.bench.refusal(LogIn{"amina@example.org", "Correct-1-horse"}) == "too_many_attempts");
}

TEST_CASE("the hash for unknown addresses costs what a real one costs", "[user]") {
  UserBench u;
  u.bench.instead_of_prepare.reset();
  const auto snapshot = u.bench.store->snapshot();
  const Reader reader{snapshot->rows(), snapshot->vault(), u.bench.now, nullptr};
  const auto check = user::check_given_password(u.keys, reader, {"nobody@example.org", "Aa1!aaaa"});
  REQUIRE(check);
  CHECK(check->looked_at);
  CHECK_FALSE(check->matches);
  CHECK_FALSE(check->person_id);
  const auto real = crypto::hash_password("Aa1!aaaa");
  CHECK(user::kNobodysHash.substr(0, user::kNobodysHash.rfind('$', 40)) ==
        real.substr(0, real.rfind('$', 40)));
  CHECK(user::kNobodysHash.size() == real.size());
}

TEST_CASE("an account logs in only after its link was opened", "[user]") {
  UserBench u(false);
  const auto person = u.sign_up("amina@example.org");
  CHECK_FALSE(person.verified);
  CHECK(u.bench.names_after(1) ==
        std::vector<std::string>{"user.signed_up", "user.verification_wanted"});
  CHECK(u.reason(u.try_log_in("amina@example.org")) == "unverified");

  const auto mail = u.bench.must(VerificationMail{person.id});
  CHECK(mail.email == "amina@example.org");
  CHECK(u.bench.refusal(Verify{mail.token + "A"}) == "bad_token");
  CHECK(u.bench.refusal(Verify{"AAAA"}) == "bad_token");
  CHECK(u.bench.must(Verify{mail.token}).verified);
  const auto head = u.bench.head().seq;
  CHECK(u.bench.must(Verify{mail.token}).verified);  // Opened twice.
  CHECK(u.bench.head().seq == head);
  CHECK(u.bench.refusal(VerificationMail{person.id}) == "already_verified");
  u.log_in("amina@example.org");
}

TEST_CASE("an account nobody verifies within a day is gone, and its address free", "[user]") {
  UserBench u(false);
  const auto person = u.sign_up("amina@example.org");
  const auto mail = u.bench.must(VerificationMail{person.id});
  u.bench.now += user::kVerifyWithin - 1;
  CHECK(u.bench.run_timers() == 0);
  ++u.bench.now;
  CHECK(u.bench.refusal(Verify{mail.token}) == "bad_token");
  CHECK(u.bench.run_timers() == 1);
  CHECK(u.bench.refusal(Verify{mail.token}) == "bad_token");
  CHECK(u.bench.refusal(VerificationMail{person.id}) == "unknown_person");
  CHECK_FALSE(u.bench.store->snapshot()->vault().get(user::profile_key(person.id)));
  CHECK_FALSE(u.bench.store->snapshot()->vault().get(user::password_key(person.id)));
  u.sign_up("amina@example.org");
  u.bench.check_rebuild();
}

TEST_CASE("a verified account does not lapse", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  u.bench.now += 2 * user::kVerifyWithin;
  CHECK(u.bench.run_timers() == 0);
  u.log_in("amina@example.org");
}

TEST_CASE("a sign-up whose password was not hashed is asked to try again", "[user]") {
  UserBench u;
  u.bench.instead_of_prepare = user::PasswordHash{};
  CHECK(u.bench.refusal(SignUp{"amina@example.org", "Correct-1-horse", "A"}) == "try_again");
}

TEST_CASE("a person reads and changes their own name", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org", "Amina");
  const auto person = u.signed_in("amina@example.org");
  CHECK(u.bench.must(ChangeProfile{"أمينة"}, &person).display_name == "أمينة");
  const auto me = u.bench.must(Me{}, &person);
  CHECK(me.display_name == "أمينة");
  CHECK(me.email == "amina@example.org");
  const auto head = u.bench.head().seq;
  u.bench.must(ChangeProfile{}, &person);
  CHECK(u.bench.head().seq == head);
  CHECK(u.bench.refusal(Me{}) == "no_token");
}

TEST_CASE("a start announces the key once", "[user]") {
  UserBench u;
  CHECK(user::decide_start(u.keys, u.bench.store->snapshot()->rows()).facts.empty());
  const user::Keys other(std::string(32, 'x'), std::string(32, 'm'));
  u.bench.take(user::decide_start(other, u.bench.store->snapshot()->rows()));
  const auto set = u.bench.must(KeySet{});
  CHECK(set.content_type == "application/json");
  for (const user::Keys* keys : {&std::as_const(u.keys), &other}) {
    const auto announced = keys->announcement();
    CHECK(set.body.data.find("\"kid\":\"" + announced.key_id + "\"") != std::string::npos);
    CHECK(set.body.data.find("\"x\":\"" + base64url(announced.public_key.data) + "\"") !=
          std::string::npos);
  }
}

TEST_CASE("no fact or row holds a name, an address, a password, a hash or a token", "[user]") {
  UserBench u(false);
  u.bench.instead_of_prepare.reset();
  const std::string password = "Canary-1-password";
  const auto person = u.bench.must(SignUp{"canary@mail.example", password, "Canary Name"});
  const auto mail = u.bench.must(VerificationMail{person.id});
  u.bench.must(Verify{mail.token});
  const auto first = u.bench.must(LogIn{"Canary@mail.example", password});
  const auto second = u.bench.must(Refresh{first.refresh_token});
  const auto claims = u.person(second.access_token);
  u.bench.must(ChangeProfile{"Canary Second"}, &*claims);
  (void)u.bench.send(LogIn{"canary@mail.example", "Canary-wrong"});
  const auto organization = u.bench.must(CreateOrganization{"Delta Live"}, &*claims);
  u.bench.must(AddMember{organization.id, "canary@mail.example", Role::owner}, &*claims);
  (void)u.bench.send(Refresh{first.refresh_token});

  const auto all = lower_ascii(u.bench.everything_written());
  for (const std::string& canary :
       {std::string("canary"), std::string("mail.example"), std::string("argon2"),
        *u.bench.store->snapshot()->vault().get(user::password_key(person.id)), mail.token,
        first.access_token, first.refresh_token, second.access_token, second.refresh_token}) {
    CHECK(all.find(lower_ascii(canary)) == std::string::npos);
  }
  CHECK(all.find("delta live") != std::string::npos);  // The search does find what is there.
}

}  // namespace bilten::test
