#include <random>

#include "tests/unit/user/user_messages.h"

namespace bilten::test {

TEST_CASE("wrong passwords delay, the fifth locks for half an hour", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  for (const UnixMillis delay : {1'000, 2'000, 5'000, 10'000, 1'800'000, 1'800'000}) {
    const auto wrong = u.try_log_in("amina@example.org", false);
    CHECK(u.reason(wrong) == "wrong_credentials");
    CHECK(wrong.error().code == Code::unauthenticated);
    u.bench.now += delay - 1;
    const auto head = u.bench.head().seq;
    const auto early = u.try_log_in("amina@example.org");  // Right, but too early.
    CHECK(u.reason(early) == (delay > 10'000 ? "locked" : "too_many_attempts"));
    CHECK(early.error().code == Code::too_many);
    CHECK(early.error().retry_after_ms == 1);
    CHECK(u.bench.head().seq == head);
    u.bench.now += 1;
  }
  u.log_in("amina@example.org");
  // The count starts again after a success.
  CHECK(u.reason(u.try_log_in("amina@example.org", false)) == "wrong_credentials");
  u.bench.now += 1'000;
  u.log_in("amina@example.org");
}

TEST_CASE("an address without an account is answered like one with", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  const auto known = u.try_log_in("amina@example.org", false);
  const auto unknown = u.try_log_in("nobody@example.org", false);
  CHECK(u.reason(known) == u.reason(unknown));
  CHECK(known.error().detail == unknown.error().detail);
  CHECK(known.error().retry_after_ms == unknown.error().retry_after_ms);
  CHECK(u.reason(u.try_log_in("amina@example.org")) == "too_many_attempts");
  CHECK(u.reason(u.try_log_in("nobody@example.org")) == "too_many_attempts");
}

TEST_CASE("wrong passwords are forgotten a day after the last", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  for (int i = 0; i < 5; ++i) {
    (void)u.try_log_in("amina@example.org", false);
    u.bench.now += 30 * user::kMinute;
  }
  u.bench.now += user::kFailuresFor;
  CHECK(u.bench.run_timers() == 1);
  (void)u.try_log_in("amina@example.org", false);
  u.bench.now += 1'000;
  u.log_in("amina@example.org");
  u.bench.check_rebuild();
}

TEST_CASE("a log-in that was blocked while it was prepared is told to wait", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  u.bench.instead_of_prepare = user::PasswordCheck{};
  CHECK(u.bench.refusal(LogIn{"amina@example.org", "x"}) == "too_many_attempts");
}

TEST_CASE("a password checked for another account does not log in", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  const auto other = u.sign_up("other@example.org");
  u.bench.instead_of_prepare = user::PasswordCheck{true, other.id, true};
  const auto answer = u.bench.send(LogIn{"amina@example.org", "x"});
  CHECK(u.reason(answer) == "wrong_credentials");
}

TEST_CASE("an access token is good for 15 minutes", "[user]") {
  UserBench u;
  const auto person = u.sign_up("amina@example.org");
  const auto tokens = u.log_in("amina@example.org");
  const auto claims = u.person(tokens.access_token);
  REQUIRE(claims);
  CHECK(claims->person_id == person.id);
  CHECK(claims->session_id == tokens.session_id);
  CHECK_FALSE(claims->platform_admin);
  CHECK(tokens.expires_at.ms == u.bench.now + 15 * user::kMinute);
  u.bench.now = tokens.expires_at.ms - 1;
  CHECK(u.person(tokens.access_token));
  u.bench.now = tokens.expires_at.ms;
  CHECK_FALSE(u.person(tokens.access_token));
}

TEST_CASE("a refresh token works once; used again it ends the session", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  const auto first = u.log_in("amina@example.org");
  const auto second = u.bench.must(Refresh{first.refresh_token});
  const auto third = u.bench.must(Refresh{second.refresh_token});
  CHECK(third.session_id == first.session_id);
  REQUIRE(u.person(third.access_token));

  const auto reused = u.bench.send(Refresh{first.refresh_token});
  CHECK(u.reason(reused) == "token_reused");
  CHECK(reused.error().code == Code::unauthenticated);
  for (const auto& token : {first, second, third}) {
    CHECK(u.person(token.access_token).error().reason == "session_ended");
    CHECK(u.bench.refusal(Refresh{token.refresh_token}) == "bad_token");
  }
  u.bench.check_rebuild();
}

TEST_CASE("a refresh token with any bit turned is refused", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  const auto tokens = u.log_in("amina@example.org");
  const auto bytes = from_base64url(tokens.refresh_token);
  REQUIRE(bytes);
  for (size_t bit = 0; bit < bytes->size() * 8; ++bit) {
    auto forged = *bytes;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << bit % 8));
    CHECK(u.bench.refusal(Refresh{base64url(forged)}) == "bad_token");
  }
  u.bench.must(Refresh{tokens.refresh_token});
}

TEST_CASE("a session ends 30 days after its last refresh", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  auto tokens = u.log_in("amina@example.org");
  u.bench.now += user::kRefreshFor - 1;
  tokens = u.bench.must(Refresh{tokens.refresh_token});
  u.bench.now += user::kRefreshFor;
  CHECK(u.bench.refusal(Refresh{tokens.refresh_token}) == "bad_token");
  u.bench.run_timers();
  const auto names = u.bench.names_after(0);
  CHECK(std::count(names.begin(), names.end(), "user.session_ended") == 1);
  u.bench.check_rebuild();
}

TEST_CASE("a person sees and ends their own sessions only", "[user]") {
  UserBench u;
  u.sign_up("amina@example.org");
  u.sign_up("other@example.org");
  const auto here = u.log_in("amina@example.org");
  const auto there = u.log_in("amina@example.org");
  const auto amina = *u.person(here.access_token);
  const auto other = u.signed_in("other@example.org");

  Sessions page;
  page.limit = 1;
  auto sessions = u.bench.must(page, &amina);
  REQUIRE(sessions.items.size() == 1);
  CHECK(sessions.items[0].id == here.session_id);
  CHECK(sessions.items[0].current);
  page.cursor = sessions.next_cursor;
  sessions = u.bench.must(page, &amina);
  REQUIRE(sessions.items.size() == 1);
  CHECK(sessions.items[0].id == there.session_id);
  CHECK_FALSE(sessions.items[0].current);
  CHECK_FALSE(sessions.next_cursor);
  CHECK(u.bench.refusal(page, &other) == "invalid");  // Amina's cursor.

  CHECK(u.bench.refusal(EndSession{there.session_id}, &other) == "unknown_session");
  u.bench.must(EndSession{there.session_id}, &amina);
  CHECK(u.person(there.access_token).error().reason == "session_ended");
  CHECK(u.bench.refusal(EndSession{there.session_id}, &amina) == "unknown_session");
  CHECK(u.person(here.access_token));
}

TEST_CASE("any run of messages keeps sessions apart, and its journal rebuilds the rows", "[user]") {
  const auto seed = GENERATE(range(1, 9));
  std::mt19937 chance(static_cast<unsigned>(seed));
  const auto pick = [&](size_t n) { return chance() % n; };
  UserBench u(false);
  const std::vector<std::string> mails = {"a@example.org", "b@example.org", "c@example.org"};
  std::vector<Tokens> tokens;
  std::set<Id> ended;  // Sessions whose tokens must be dead for ever.
  for (int step = 0; step < 300; ++step) {
    u.bench.now += static_cast<UnixMillis>(pick(20 * user::kMinute));
    u.bench.run_timers();
    const auto& mail = mails[pick(mails.size())];
    switch (pick(6)) {
      case 0: {
        u.bench.instead_of_prepare = user::PasswordHash{"no hash"};
        const auto person = u.bench.send(SignUp{mail, "Correct-1-horse", "Name"});
        if (person && pick(3) > 0) {
          u.bench.must(Verify{u.bench.must(VerificationMail{person->id}).token});
        }
        break;
      }
      case 1:
        if (auto given = u.try_log_in(mail, pick(3) > 0)) tokens.push_back(*given);
        break;
      case 2:
      case 3:
        if (!tokens.empty()) {
          const auto old = tokens[pick(tokens.size())];
          auto fresh = u.bench.send(Refresh{old.refresh_token});
          if (fresh) {
            CHECK_FALSE(ended.contains(old.session_id));
            tokens.push_back(*fresh);
          } else {
            ended.insert(old.session_id);
          }
        }
        break;
      default:
        if (!tokens.empty()) {
          const auto& token = tokens[pick(tokens.size())];
          const auto person = u.person(token.access_token);
          if (person && u.bench.send(EndSession{person->session_id}, &*person)) {
            ended.insert(person->session_id);
          }
        }
    }
  }
  for (const auto& token : tokens) {
    if (ended.contains(token.session_id)) CHECK_FALSE(u.person(token.access_token));
  }
  u.bench.check_rebuild();
}

}  // namespace bilten::test
