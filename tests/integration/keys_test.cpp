// Keys and rights of a running mesh: changed under load, taken back, and misspelt.
#include <signal.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;
namespace files = std::filesystem;

namespace {

Finished keys(const Platform& platform, std::vector<std::string> words) {
  std::vector<std::string> command{binary("biltenctl"), "keys"};
  command.insert(command.end(), words.begin(), words.end());
  command.insert(command.end(), {"--dir", platform.data() + "/keys"});
  return run_program(command);
}

size_t times(const std::string& text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// Reads access.toml and public.toml again, in broker and events, and waits until both have.
void reload(const Platform& platform) {
  const auto before = times(platform.log(), "access_reloaded");
  platform.reload();
  REQUIRE(wait_until([&] { return times(platform.log(), "access_reloaded") >= before + 2; }));
}

// Orders without end, on a thread of its own, until the object goes.
class Buyers {
 public:
  Buyers(const Platform& platform, const OnSale& sale)
      : thread_([this, url = platform.url(), sale] {
          Api guest(url);
          while (!stop_) {
            const auto reply =
                guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
            ++(reply.status == 201 ? served : failed);
            if (reply.status != 201) last = reply.text;
          }
        }) {}
  ~Buyers() { stop(); }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  bool goes_on() {
    const int before = served;
    return wait_until([&] { return served > before + 5; }, 20);
  }

  std::atomic<int> served{0}, failed{0};
  std::string last;  // After stop() only.

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("a service's key is rotated under load, and no request is lost", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 100'000)});
  Buyers buyers(platform, sale);
  REQUIRE(buyers.goes_on());
  const auto rotated = keys(platform, {"rotate", "ticket"});
  INFO(rotated.out);
  REQUIRE(rotated.status == 0);
  CHECK(rotated.out.find("systemctl restart bilten-ticket") != std::string::npos);
  reload(platform);
  REQUIRE(buyers.goes_on());
  platform.restart("ticket");
  REQUIRE(buyers.goes_on());
  REQUIRE(keys(platform, {"rotate", "--finish", "ticket"}).status == 0);
  reload(platform);
  REQUIRE(buyers.goes_on());
  buyers.stop();
  INFO(buyers.last);
  CHECK(buyers.failed == 0);
}

TEST_CASE("the servers' own keys are rotated, and nobody else is restarted for it",
          "[integration]") {
  Platform platform;
  std::atomic<int> heard{0};
  Probe::Options listening;
  listening.topics = {"event."};
  listening.handlers.on_publications = [&](std::vector<net::Publication>) { ++heard; };
  Probe listener(platform, std::move(listening));
  auto host = organizer(platform.url());
  const auto gateway = platform.pid("gateway"), ticket = platform.pid("ticket");
  for (const char* server : {"broker", "events"}) {
    REQUIRE(keys(platform, {"rotate", server}).status == 0);
    reload(platform);
    platform.restart(server);
    CHECK(wait_until([&] { return platform.is_ready(); }, 20));
    REQUIRE(keys(platform, {"rotate", "--finish", server}).status == 0);
    reload(platform);
  }
  CHECK(platform.is_ready());
  // Facts are published and heard through the new bilten-events.
  const auto before = heard.load();
  CHECK(wait_until(
      [&] {
        host.api.post("/v1/organizations/" + host.organization_id + "/events", event_body());
        return heard > before;
      },
      20));
  CHECK(platform.pid("gateway") == gateway);
  CHECK(platform.pid("ticket") == ticket);
}

TEST_CASE("a revoked key ends its connections at the reload, and the rest goes on",
          "[integration]") {
  Platform platform;
  Probe probe(platform, {});
  REQUIRE(probe.call("$mesh.ping").code == Code::ok);
  REQUIRE(keys(platform, {"revoke", "probe"}).status == 0);
  CHECK(probe.call("$mesh.ping").code == Code::ok);  // Nobody has been told yet.
  reload(platform);
  CHECK(wait_until([&] { return !probe.mesh().connected(); }));
  CHECK(probe.call("$mesh.ping", Packer().map(0).take(), 1000).code != Code::ok);
  CHECK_FALSE(files::exists(platform.data() + "/keys/probe.key"));
  CHECK(wait_until([&] { return platform.log().find("handshake_refused") != std::string::npos; }));
  Probe ops(platform, {.principal = "ops"});
  CHECK(wait_until([&] { return broker_counter(ops, "handshakes_refused") > 0; }));
  CHECK(platform.is_ready());
  const auto list = keys(platform, {"ls", "--access", "conf/access.toml"});
  CHECK(list.out.find("revoked") != std::string::npos);
}

TEST_CASE("the tests' principal has no key unless asked for", "[integration]") {
  const Folder folder;
  const auto gen = [&](std::vector<std::string> more) {
    std::vector<std::string> command{
        binary("biltenctl"), "keys", "gen", "--dir", folder.path(), "--access", "conf/access.toml"};
    command.insert(command.end(), more.begin(), more.end());
    return run_program(command).status;
  };
  REQUIRE(gen({}) == 0);
  CHECK(files::exists(folder.path() + "/ticket.key"));
  CHECK_FALSE(files::exists(folder.path() + "/probe.key"));
  REQUIRE(gen({"--with-probe"}) == 0);
  CHECK(files::exists(folder.path() + "/probe.key"));
}

TEST_CASE("an access file with a typo is named by line and key, and what stood stays",
          "[integration]") {
  const Folder folder;
  std::ifstream shipped("conf/access.toml");
  const std::string text{std::istreambuf_iterator<char>(shipped), {}};
  const auto access = folder.write("access.toml", text);
  Platform::Options options;
  options.extra = {"--set", "broker.access=" + access, "--set", "events.access=" + access};
  Platform platform(std::move(options));
  Probe probe(platform, {});
  folder.write("access.toml", text + "\n[principal.late]\nnumber = 99\ncals = [\"user.*\"]\n");
  platform.reload();
  CHECK(wait_until([&] { return times(platform.log(), "access_not_reloaded") >= 2; }));
  const auto line = std::to_string(std::count(text.begin(), text.end(), '\n') + 4);
  CHECK(platform.log().find("access.toml:" + line + ": unknown key \\\"cals\\\"") !=
        std::string::npos);
  CHECK(probe.call("$mesh.ping").code == Code::ok);

  // Right again, and with a right less: who uses it is parted with.
  auto less = text;
  const std::string hers = "[principal.probe]\nnumber = 91\nserve = [\"probe\", \"echo\"]\ncall = ";
  REQUIRE(less.find(hers) != std::string::npos);
  less.replace(less.find(hers) + hers.size(), 5, "[]");
  folder.write("access.toml", less);
  reload(platform);
  CHECK(probe.call("user.journal.head").code == Code::denied);
}

TEST_CASE("a journal is read by those whom access.toml lets call it, and by nobody else",
          "[integration]") {
  Platform platform;
  Probe event(platform, {.principal = "event"});
  for (const char* name : {"ticket.journal.read", "ticket.journal.head", "ticket.feeds.list",
                           "ticket.$metrics", "ticket.order"}) {
    CHECK(event.call(name).code == Code::denied);
  }
  CHECK(event.call("user.journal.head").code == Code::ok);
  Probe user(platform, {.principal = "user"});
  CHECK(user.call("event.journal.read").code == Code::denied);
  CHECK(user.call("$mesh.stats").code == Code::denied);
}
