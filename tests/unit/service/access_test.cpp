#include "common/service/access.h"

#include <catch2/catch.hpp>

namespace bilten {

using namespace api::user;

namespace {

const Id kOrganization = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
const Id kPerson = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8058");

template <class Fact>
void note(Rows& rows, const Fact& fact) {
  note_user_fact(rows, Fact::name, encode(fact));
}

}  // namespace

TEST_CASE("a role is the last one that was announced, in its organisation alone", "[service]") {
  const auto rows = memory_rows();
  CHECK_FALSE(role_of(*rows, kOrganization, kPerson));
  note(*rows, MemberJoined{kOrganization, kPerson, Role::owner});
  CHECK(role_of(*rows, kOrganization, kPerson) == Role::owner);
  CHECK_FALSE(role_of(*rows, kPerson, kOrganization));
  note(*rows, MemberJoined{kOrganization, kPerson, Role::viewer});
  CHECK(role_of(*rows, kOrganization, kPerson) == Role::viewer);
}

TEST_CASE("keys are found by their id", "[service]") {
  const auto rows = memory_rows();
  note(*rows, KeyAnnounced{"k1", {std::string(32, 'a')}});
  note(*rows, KeyAnnounced{"k2", {std::string(32, 'b')}});
  CHECK(signer_of(*rows, "k2") == std::string(32, 'b'));
  CHECK_FALSE(signer_of(*rows, "k3"));
  CHECK_FALSE(signer_of(*rows, ""));
  CHECK_FALSE(signer_of(*rows, std::string(500, 'k')));
  CHECK(signers(*rows, 10).size() == 2);
  CHECK(signers(*rows, 1).size() == 1);
}

TEST_CASE("an ended session is remembered until none of its tokens can live", "[service]") {
  const auto rows = memory_rows();
  note(*rows, SessionEnded{kPerson, kOrganization, {5'000}});
  CHECK(session_ended(*rows, kPerson));
  CHECK_FALSE(session_ended(*rows, kOrganization));
  CHECK(due_timers(*rows, 4'999, 10).empty());
  const auto due = due_timers(*rows, 5'000, 10);
  REQUIRE(due.size() == 1);
  CHECK(due[0].key == kPerson.view());
}

TEST_CASE("noting a fact twice is as good as once, and other facts change nothing", "[service]") {
  const auto once = memory_rows(), twice = memory_rows();
  for (const auto& rows : {once.get(), twice.get(), twice.get()}) {
    note(*rows, MemberJoined{kOrganization, kPerson, Role::manager});
    note(*rows, SessionEnded{kPerson, kOrganization, {5'000}});
    note_user_fact(*rows, "user.signed_up", "not even MessagePack");
  }
  CHECK(same_rows(*once, *twice));
}

}  // namespace bilten
