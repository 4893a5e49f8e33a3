// SIGHUP after access.toml was changed: what is right is obeyed, what is wrong is told by its line
// and changes nothing.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

namespace {

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), with);
}

size_t line_of(const std::string& text, const std::string& words) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.find(words));
  return 1 + static_cast<size_t>(std::count(text.begin(), end, '\n'));
}

size_t count_of(const std::string& text, const std::string& words) {
  size_t count = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("an access file with a typo keeps the old rights and names the line; a right one counts",
          "[integration]") {
  const Folder folder;
  const auto good = read_file("conf/access.toml");
  const auto path = folder.write("access.toml", good);
  Platform platform(Platform::Options{.access = path});
  Probe gateway(platform, {.principal = "gateway"});
  Probe user(platform, {.principal = "user"});
  const auto reload = [&](const std::string& text, const std::string& outcome) {
    const auto before = count_of(platform.log(), outcome);
    folder.write("access.toml", text);
    // The broker and the fan-out both read it.
    platform.kill("broker", SIGHUP);
    platform.kill("events", SIGHUP);
    REQUIRE(wait_until([&] { return count_of(platform.log(), outcome) == before + 2; }));
  };
  CHECK(gateway.call("event.list").code == Code::ok);
  CHECK(user.call("event.list").code == Code::denied);

  const auto typo = replaced(good, "call = [\"user.*\"", "cal = [\"user.*\"");
  reload(typo, "access_not_reloaded");
  const auto line = std::to_string(line_of(typo, "cal = ["));
  CHECK(platform.log().find("access.toml:" + line + ": unknown key \\\"cal\\\"") !=
        std::string::npos);
  CHECK(gateway.call("event.list").code == Code::ok);
  CHECK(user.call("event.list").code == Code::denied);

  reload("[principal.gateway\n", "access_not_reloaded");  // No TOML at all.
  CHECK(platform.log().find("access.toml:1: ") != std::string::npos);
  CHECK(gateway.call("event.list").code == Code::ok);

  reload(replaced(good, "serve = [\"user\"]\n", "serve = [\"user\"]\ncall = [\"event.list\"]\n"),
         "access_reloaded");
  CHECK(user.call("event.list").code == Code::ok);
  reload(good, "access_reloaded");
  CHECK(user.call("event.list").code == Code::denied);
}
