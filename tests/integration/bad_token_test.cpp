// Whose token is none of ours, or no longer, is refused by every route that needs a person, for
// that reason and no other.
#include <catch2/catch.hpp>
#include <cstdio>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "tests/support/operations.h"
#include "tests/support/wall_clock.h"

using namespace bilten;
using namespace bilten::test;

namespace {

std::vector<Operation> for_persons(Api& api) {
  std::vector<Operation> found;
  CHECK(wait_until([&] {
    found = operations(api.get("/openapi.json").body);
    std::erase_if(found, [](const auto& operation) { return !operation.needs_person; });
    return found.size() >= 80;  // All services have told their routes.
  }));
  return found;
}

std::string part(const std::string& token, int wanted) {
  size_t begin = 0;
  for (; wanted > 0; --wanted) begin = token.find('.', begin) + 1;
  return token.substr(begin, token.find('.', begin) - begin);
}

// Its claims under its key's name, signed with another key.
std::string forged(const std::string& token) {
  const auto key = crypto::signing_key(std::string(32, 'f'));
  const auto signed_part = part(token, 0) + "." + part(token, 1);
  return signed_part + "." + base64url(crypto::sign(signed_part, key));
}

std::string changed(std::string token) {
  char& letter = token[token.rfind('.') + 10];
  letter = letter == 'A' ? 'B' : 'A';
  return token;
}

void expect_refusal(Api& api, const std::vector<Operation>& list, const std::string& token,
                    const std::string& code) {
  api.set_token(token);
  for (const auto& operation : list) {
    INFO(operation.method << " " << operation.path);
    // All but the token is right, so that nothing else can be refused.
    const auto reply = api.send(operation.method, operation.target(), operation.body(), {});
    expect_problem(reply, 401);
    CHECK(reply.code() == code);
  }
}

}  // namespace

TEST_CASE("what needs a person refuses guests and forged tokens", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  Api guest(platform.url());
  const auto list = for_persons(guest);
  const auto& token = host.api.token();
  expect_refusal(guest, list, "", "login_required");
  for (const auto& bad :
       {std::string("x"), token + "x", std::string("eyJhbGciOiJub25lIn0.e30.x"), changed(token),
        forged(token), part(token, 0) + "." + part(token, 1) + "."}) {
    INFO(bad);
    expect_refusal(guest, list, bad, "bad_token");
  }
}

TEST_CASE("a token of another platform opens nothing", "[integration]") {
  Platform platform, other;
  auto stranger = organizer(other.url());
  Api guest(platform.url());
  const auto list = for_persons(guest);
  expect_refusal(guest, list, stranger.api.token(), "unknown_key");
}

TEST_CASE("what needs a person refuses an expired token", "[integration]") {
  if (!WallClock::obstacle().empty()) {
    std::printf("SKIPPED expired tokens: %s\n", WallClock::obstacle().c_str());
    return;
  }
  WallClock clock;
  Platform platform({.environment = clock.environment()});
  auto host = organizer(platform.url());
  const auto token = host.api.token();
  // Running programs would not believe such a jump at once.
  CHECK(platform.stop() == 0);
  clock.set(16 * 60);
  platform.start();
  Api late(platform.url());
  expect_refusal(late, for_persons(late), token, "token_expired");
  Organizer again{Api(platform.url()), host.email, host.password, {}, {}};
  REQUIRE(log_in(again));
  CHECK(again.api.get("/v1/me").status == 200);
}
