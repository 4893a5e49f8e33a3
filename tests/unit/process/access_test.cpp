// The table of rights: what it grants, and which tables are refused.
#include "common/process/access.h"

#include <catch2/catch.hpp>

#include "tests/unit/process/child.h"

namespace bilten {
namespace {

std::string complaint(const std::string& text) {
  const test::Folder folder;
  const auto rules = load_access(folder.write("access.toml", text));
  if (rules) return "none";
  // Without the folder: "access.toml:2: ...".
  const auto& detail = rules.error().detail;
  return detail.substr(folder.path().size() + 1);
}

const AccessRule& rule_of(const std::vector<AccessRule>& rules, const std::string& name) {
  for (const auto& rule : rules) {
    if (rule.principal == name) return rule;
  }
  FAIL("no principal " + name);
  return rules.front();
}

// Who may claim a route: the one with the longest pattern that fits.
std::string claimant(const std::vector<AccessRule>& rules, std::string_view route) {
  size_t longest = 0;
  std::string name = "nobody";
  for (const auto& rule : rules) {
    for (const auto& pattern : rule.routes) {
      if (matches(pattern, route) && pattern.size() > longest) {
        longest = pattern.size();
        name = rule.principal;
      }
    }
  }
  return name;
}

}  // namespace

TEST_CASE("a pattern is an exact name, or a prefix and a star", "[process]") {
  CHECK(matches("ticket.*", "ticket.order"));
  CHECK(matches("ticket.*", "ticket.journal.read"));
  CHECK_FALSE(matches("ticket.*", "ticketing.order"));
  CHECK_FALSE(matches("ticket.*", "ticket"));
  CHECK(matches("ticket.order", "ticket.order"));
  CHECK_FALSE(matches("ticket.order", "ticket.order.x"));
  CHECK_FALSE(matches("ticket.order", "ticket.orde"));
  CHECK(matches("*", "anything"));
  CHECK(matches("*", ""));
  CHECK_FALSE(matches("", "x"));
  CHECK(matches_any({"a", "b.*"}, "b.c"));
  CHECK_FALSE(matches_any({}, "a"));
}

TEST_CASE("a principal has what its section grants and nothing else", "[process]") {
  const test::Folder folder;
  const auto rules = load_access(folder.write("access.toml", R"(
[principal.ticket]
number = 13
serve = ["ticket"]
call = ["user.journal.*"]
publish = ["ticket.", "wm.ticket"]
hear = ["facts"]
routes = ["/v1/orders*"]
inflight_max = 64
requests_per_second = 100
[principal.idle]
number = 14
)"));
  REQUIRE(rules);
  REQUIRE(rules->size() == 2);
  const auto& ticket = rule_of(*rules, "ticket");
  CHECK(ticket.number == 13);
  CHECK(ticket.call == std::vector<std::string>{"user.journal.*"});
  CHECK(ticket.hears(Stream::facts));
  CHECK_FALSE(ticket.hears(Stream::operations));
  CHECK_FALSE(ticket.operations);
  CHECK(ticket.inflight_max == 64);
  CHECK(ticket.requests_per_second == 100);
  const auto& idle = rule_of(*rules, "idle");
  CHECK(idle.serve.empty());
  CHECK(idle.call.empty());
  CHECK(idle.publish.empty());
  CHECK(idle.routes.empty());
  CHECK(idle.hear.empty());
}

TEST_CASE("a table that is wrong is refused with line and key", "[process]") {
  CHECK(complaint("[principal.a]\nnumber = 1\nserv = ['a']") ==
        "access.toml:3: unknown key \"serv\"; did you mean \"serve\"?");
  CHECK(complaint("[principal.a]\noperations = true") ==
        "access.toml:1: \"number\" must be between 1 and 4294967295");
  CHECK(complaint("[principal.a]\nnumber = 1\n[principal.b]\nnumber = 1") ==
        "access.toml:4: number 1 is held by [principal.a] already");
  CHECK(complaint("[principal.a]\nnumber = 1\nroutes = ['/x']\n[principal.b]\nnumber = 2\n"
                  "routes = ['/x']") == "access.toml:6: route /x is held by [principal.a] already");
  CHECK(complaint("[principal.a]\nnumber = 1\ncall = ['a*b']") ==
        "access.toml:3: \"a*b\" may have a * only last");
  CHECK(complaint("[principal.a]\nnumber = 1\nhear = ['fact']")
            .starts_with("access.toml:3: \"hear\", item 0, must be one of"));
  CHECK(complaint("[principal.a]\nnumber = 1\nhear = true").starts_with("access.toml:3: \"hear\""));
  CHECK(complaint("[principal.a]\nnumber = 1\ncall = ['']") ==
        "access.toml:3: \"call\", item 0, must not be empty");
  CHECK(complaint("[principal.a]\nnumber = 1\nroutes = ['v1/x']") ==
        "access.toml:3: \"v1/x\" must begin with /");
  CHECK(complaint("[principal.a]\nnumber = 1\npublish = ['a.*']") ==
        "access.toml:3: \"a.*\" is a prefix as it stands, without a *");
  CHECK(complaint("[principal.a]\nnumber = 1\ninflight_max = 70000") ==
        "access.toml:3: \"inflight_max\" must be between 0 and 65536");
  CHECK(complaint("[other]\nx = 1") ==
        "access.toml:1: unknown section [other]; each one is a [principal.<name>]");
  CHECK(complaint("[principal.'A b']\nnumber = 1").starts_with("access.toml:1: the principal's"));
  CHECK(complaint("[principal.a.b]\nnumber = 1").starts_with("access.toml:1: the principal's"));
  // Each loses the parser, and once ended the process.
  for (const char* lost : {"[", "[\n", "[[", "[ # x", "[.a]", "a = [ \r\n}", "\xEF\xBB\xBF[\n"}) {
    const auto where = complaint("# first\n" + std::string(lost) + "\n# third\n");
    INFO(lost);
    CHECK((where.starts_with("access.toml:2: ") || where.starts_with("access.toml:3: ")));
  }
  // toml++ once had no defined opinion on most of these.
  for (const char* letter : {"\xC2\xA0", "\xCA\xBF", "\xCD\xBB", "\xE2\x98\xBA", "\xEF\xBF\xBD"}) {
    const std::string text(letter);
    CHECK(complaint("# " + text + "\n\"" + text + "\" = '" + text + "'\n" + text + " = 1")
              .starts_with("access.toml:3: "));
    CHECK(complaint("\"\"=6\"\"=6=\"b6=" + text + "\"").starts_with("access.toml:1: "));
  }
  CHECK(complaint("number = 1").starts_with("access.toml:"));
}

TEST_CASE("the table that is shipped grants what the architecture says", "[process]") {
  const auto loaded = load_access("conf/access.toml");
  REQUIRE(loaded);
  const auto& rules = *loaded;
  const std::pair<const char*, uint32_t> numbers[] = {
      {"broker", 1},  {"events", 2},   {"gateway", 10}, {"user", 11}, {"event", 12},
      {"ticket", 13}, {"payment", 14}, {"ops", 90},     {"probe", 91}};
  CHECK(rules.size() == std::size(numbers));
  for (const auto& [name, number] : numbers) {
    const auto& rule = rule_of(rules, name);
    CHECK(rule.number == number);
    for (const auto& topic : rule.publish) {
      CHECK((topic == rule.principal + "." || topic == "wm." + rule.principal));
    }
    CHECK(rule.operations == (rule.principal == "ops"));
    CHECK(rule.hears(Stream::operations) == (rule.principal == "ops"));
    CHECK(rule.hears(Stream::facts) == (rule.number >= 10));
  }
  CHECK(rule_of(rules, "user").call.empty());
  CHECK_FALSE(matches_any(rule_of(rules, "event").call, "ticket.journal.read"));
  CHECK(matches_any(rule_of(rules, "event").call, "user.journal.read"));
  CHECK_FALSE(matches_any(rule_of(rules, "event").call, "user.sign_in"));
  CHECK(matches_any(rule_of(rules, "gateway").call, "ticket.order"));
  CHECK(rule_of(rules, "broker").publish.empty());
}

TEST_CASE("each route may be claimed by the service whose thing it is", "[process]") {
  const auto rules = load_access("conf/access.toml");
  REQUIRE(rules);
  CHECK(claimant(*rules, "/v1/users/{person_id}") == "user");
  CHECK(claimant(*rules, "/v1/me") == "user");
  CHECK(claimant(*rules, "/v1/me/orders") == "ticket");
  CHECK(claimant(*rules, "/v1/organizations/{organization_id}/members") == "user");
  CHECK(claimant(*rules, "/v1/organizations/{organization_id}/events") == "event");
  CHECK(claimant(*rules, "/v1/events/{event_id}") == "event");
  CHECK(claimant(*rules, "/v1/events/{event_id}/publish") == "event");
  CHECK(claimant(*rules, "/v1/events/{event_id}/ticket-types") == "ticket");
  CHECK(claimant(*rules, "/v1/events/{event_id}/check-in-lists") == "ticket");
  CHECK(claimant(*rules, "/v1/events/{event_id}/ticket-keys") == "ticket");
  CHECK(claimant(*rules, "/v1/orders/{order_id}") == "ticket");
  CHECK(claimant(*rules, "/.well-known/jwks.json") == "user");
  CHECK(claimant(*rules, "/v1/probe/echo") == "probe");
  CHECK(claimant(*rules, "/v1/stream") == "nobody");
  CHECK(claimant(*rules, "/metrics") == "nobody");
}

}  // namespace bilten
