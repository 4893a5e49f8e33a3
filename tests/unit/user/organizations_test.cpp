#include "tests/unit/user/user_messages.h"

namespace bilten::test {

namespace {

struct OrganizationBench : UserBench {
  OrganizationBench() {
    for (const auto* mail : {"owner@example.org", "staff@example.org", "out@example.org"}) {
      sign_up(mail, mail);
    }
    owner = signed_in("owner@example.org");
    staff = signed_in("staff@example.org");
    out = signed_in("out@example.org");
    id = bench.must(CreateOrganization{"دلتا لايف"}, &owner).id;
    bench.must(AddMember{id, "staff@example.org", Role::door_staff}, &owner);
  }
  Person owner, staff, out;
  Id id;
};

}  // namespace

TEST_CASE("who creates an organisation owns it", "[user]") {
  OrganizationBench o;
  const auto view = o.bench.must(Organization{o.id}, &o.owner);
  CHECK(view.title == "دلتا لايف");
  CHECK(view.role == Role::owner);
  CHECK(o.bench.must(Organization{o.id}, &o.staff).role == Role::door_staff);
  CHECK(o.bench.refusal(CreateOrganization{"Mine"}) == "no_token");
  CHECK(o.bench.refusal(CreateOrganization{"x"}, &o.owner) == "invalid");
}

TEST_CASE("an organisation does not exist for others", "[user]") {
  OrganizationBench o;
  CHECK(o.bench.refusal(Organization{o.id}, &o.out) == "unknown_organization");
  Members members;
  members.organization_id = o.id;
  CHECK(o.bench.refusal(members, &o.out) == "unknown_organization");
  CHECK(o.bench.must(Organizations{}, &o.out).items.empty());
}

// Each refusal hides those after it: the list is the order in which they are looked for.
TEST_CASE("adding a member is refused for the first reason in order", "[user]") {
  OrganizationBench o;
  const auto add = [&](const Id& id, const std::string& mail, Role role, const Person* person) {
    return o.bench.refusal(AddMember{id, mail, role}, person);
  };
  CHECK(add(o.id, "not a mail", Role::owner, nullptr) == "no_token");
  CHECK(add(o.id, "not a mail", Role::owner, &o.out) == "invalid");
  CHECK(add(Id{}, "none@example.org", Role::owner, &o.owner) == "unknown_organization");
  CHECK(add(o.id, "none@example.org", Role::owner, &o.out) == "unknown_organization");
  CHECK(add(o.id, "none@example.org", Role::owner, &o.staff) == "role_missing");
  CHECK(add(o.id, "none@example.org", Role::owner, &o.owner) == "unknown_account");
  CHECK(add(o.id, "owner@example.org", Role::viewer, &o.owner) == "last_owner");
  CHECK(add(o.id, "out@example.org", Role::owner, &o.owner) == "");
  CHECK(add(o.id, "owner@example.org", Role::viewer, &o.out) == "");
  CHECK(add(o.id, "out@example.org", Role::viewer, &o.owner) == "role_missing");
  CHECK(add(o.id, "out@example.org", Role::viewer, &o.out) == "last_owner");
  o.bench.check_rebuild();
}

TEST_CASE("an account that is not verified cannot be made a member", "[user]") {
  OrganizationBench o;
  o.config.demo = false;
  o.sign_up("late@example.org");
  CHECK(o.bench.refusal(AddMember{o.id, "late@example.org", Role::viewer}, &o.owner) ==
        "unknown_account");
}

TEST_CASE("giving a member the role they have is no fact", "[user]") {
  OrganizationBench o;
  const auto head = o.bench.head().seq;
  o.bench.must(AddMember{o.id, "STAFF@example.org", Role::door_staff}, &o.owner);
  CHECK(o.bench.head().seq == head);
  o.bench.must(AddMember{o.id, "staff@example.org", Role::manager}, &o.owner);
  CHECK(o.bench.names_after(head) == std::vector<std::string>{"user.member_joined"});
  const auto snapshot = o.bench.store->snapshot();
  CHECK(role_of(snapshot->rows(), o.id, o.staff.person_id) == Role::manager);
}

TEST_CASE("members and organisations are listed page by page", "[user]") {
  OrganizationBench o;
  for (int i = 0; i < 6; ++i) {
    o.bench.now += 1000;
    o.bench.must(CreateOrganization{"Number " + std::to_string(i)}, &o.owner);
  }
  Organizations mine;
  mine.limit = 3;
  std::string titles;
  for (;;) {
    const auto page = o.bench.must(mine, &o.owner);
    CHECK(page.items.size() <= 3);
    for (const auto& item : page.items) titles += item.title + ";";
    if (!page.next_cursor) break;
    mine.cursor = page.next_cursor;
  }
  CHECK(titles == "دلتا لايف;Number 0;Number 1;Number 2;Number 3;Number 4;Number 5;");

  Members members;
  members.organization_id = o.id;
  const auto page = o.bench.must(members, &o.staff);
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].display_name == "owner@example.org");
  CHECK(page.items[1].role == Role::door_staff);
  CHECK_FALSE(page.next_cursor);
}

}  // namespace bilten::test
