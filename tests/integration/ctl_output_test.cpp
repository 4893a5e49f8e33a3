// What biltenctl tells programs (-o json): one document, whole and true.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "common/wire/mesh_admin.h"
#include "tests/support/api.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;
namespace files = std::filesystem;

namespace {

const std::vector<std::string> kServices = {"user", "event", "ticket", "payment"};

// Of a command that ends with `status`.
json document_of(const Platform& platform, std::vector<std::string> words, int status = 0) {
  words.insert(words.end(), {"-o", "json"});
  const auto ended = platform.ctl(words);
  CAPTURE(words, ended.out);
  REQUIRE(ended.status == status);
  auto document = json::parse(ended.out, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  return document;
}

// By service, of a verb that goes through them all: each stands once, in order.
std::map<std::string, json> by_service(const json& list) {
  std::map<std::string, json> all;
  std::vector<std::string> names;
  for (const auto& entry : list) {
    names.push_back(entry["service"]);
    all[names.back()] = entry;
  }
  CHECK(names == kServices);
  return all;
}

mesh::JournalHead told_head(Probe& probe, const std::string& owner) {
  const auto answer = probe.call(owner + ".journal.head");
  REQUIRE(answer.code == Code::ok);
  const auto head = decode<mesh::JournalHead>(answer.body);
  REQUIRE(head);
  return *head;
}

// Changes a bit of each place where the file has the word.
int damage_at(const std::string& path, const std::string& word) {
  auto bytes = read_file(path);
  int places = 0;
  for (size_t at = bytes.find(word); at != std::string::npos; at = bytes.find(word, at + 1)) {
    bytes[at + 1] = static_cast<char>(bytes[at + 1] ^ 1);
    ++places;
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  return places;
}

size_t count_events(const std::string& url) {
  Api guest(url);
  std::set<std::string> ids;
  std::string cursor;
  do {
    const auto page =
        guest.get("/v1/events?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor));
    INFO(page.text);
    REQUIRE(page.status == 200);
    for (const auto& item : page.body["items"]) ids.insert(item["id"]);
    cursor = page.body.value("next_cursor", "");
  } while (!cursor.empty());
  return ids.size();
}

}  // namespace

TEST_CASE("status, services and call tell programs the whole mesh", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});

  const auto status = document_of(platform, {"status"});
  CHECK(status["draining"] == false);
  CHECK(status["peers"] >= 6);
  CHECK(status["counters"]["requests"] > 0);

  const auto services = document_of(platform, {"services"})["services"];
  for (const auto& name : kServices) {
    CAPTURE(name, services.dump());
    const auto found = std::find_if(services.begin(), services.end(),
                                    [&](const json& each) { return each["service"] == name; });
    REQUIRE(found != services.end());
    CHECK((*found)["workers"].size() == 1);
  }

  const auto events = document_of(platform, {"call", "event", "list"});
  REQUIRE(events["items"].size() == 1);
  CHECK(events["items"][0]["id"] == sale.event_id);
  const auto refused = document_of(platform, {"call", "event", "nosuch"}, 1);
  CHECK(refused["code"] == "unknown_method");
  CHECK(refused["detail"].get<std::string>().find("event has no nosuch") == 0);
}

TEST_CASE("what goes through the stores is one list, and says what the services say",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)});
  Probe probe(platform, {});
  // Readers and timers record what they did, so heads may move yet for a moment.
  CHECK(wait_until([&] {
    auto stats = by_service(document_of(platform, {"journal", "stats"}));
    return std::ranges::all_of(kServices, [&](const auto& name) {
      const auto head = told_head(probe, name);
      return stats[name]["epoch"] == head.epoch && stats[name]["public_seq"] == head.seq;
    });
  }));
  auto stats = by_service(document_of(platform, {"journal", "stats"}));
  CHECK(stats["event"]["facts"]["event.published"] == 1);
  CHECK(stats["ticket"]["cursors"].contains("event"));
  for (const auto& words :
       {std::vector<std::string>{"journal", "verify"}, {"rebuild", "--verify"}}) {
    CAPTURE(words);
    CHECK(wait_until([&] {
      stats = by_service(document_of(platform, {"journal", "stats"}));
      auto found = by_service(document_of(platform, words));
      return std::ranges::all_of(kServices, [&](const auto& name) {
        CHECK(found[name]["ok"] == true);
        CHECK(found[name]["facts"] == found[name]["seq"]);
        return found[name]["seq"] == stats[name]["seq"];
      });
    }));
  }
  const auto one = document_of(platform, {"journal", "verify", "--service", "event"});
  REQUIRE(one.size() == 1);
  CHECK(one[0]["service"] == "event");
}

TEST_CASE("a damaged journal ends verify and rebuild with 65, and the others are looked at too",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)}, {{"title", "Nightingale"}});
  REQUIRE(platform.stop() == 0);
  REQUIRE(damage_at(platform.data() + "/store/event/data.mdb", "Nightingale") > 0);
  for (auto words : {std::vector<std::string>{"journal", "verify"}, {"rebuild", "--verify"}}) {
    const auto shown = platform.ctl(words);
    CAPTURE(words, shown.out);
    CHECK(shown.status == 65);
    CHECK(shown.out.find("journal damaged at ") != std::string::npos);
    CHECK(shown.out.find("payment: ") != std::string::npos);

    words.insert(words.end(), {"-o", "json"});
    const auto told = platform.ctl(words);
    CHECK(told.status == 65);
    // The store complains on stderr first.
    const auto list = json::parse(told.out.substr(told.out.find("[\n")), nullptr, false);
    INFO(told.out);
    for (const auto& [name, outcome] : by_service(list)) {
      CAPTURE(name);
      CHECK(outcome["ok"] == (name != "event"));
      if (name == "event") CHECK(outcome["code"] == "store_damaged");
    }
  }
}

TEST_CASE(
    "a backup is told service by service; what it restores has a new epoch, and nothing is "
    "overwritten",
    "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)});
  const Folder folder;
  const auto backup = folder.path() + "/backup";
  auto copied = by_service(document_of(platform, {"backup", backup}));
  auto before = by_service(document_of(platform, {"journal", "stats"}));
  for (const auto& name : kServices) {
    CHECK(copied[name]["ok"] == true);
    CHECK(copied[name]["folder"] == backup + "/" + name);
    CHECK(copied[name]["epoch"] == before[name]["epoch"]);
    CHECK(files::exists(backup + "/" + name + "/data.mdb"));
  }
  for (const auto& [name, again] : by_service(document_of(platform, {"backup", backup}, 78))) {
    CHECK(again["code"] == "backup_exists");
  }
  REQUIRE(platform.stop() == 0);
  const auto stopped = by_service(document_of(platform, {"journal", "stats"}));
  for (const auto& [name, refused] : by_service(document_of(platform, {"restore", backup}, 78))) {
    CAPTURE(name, refused.dump());
    CHECK(refused["ok"] == false);
    CHECK(refused["code"] == "not_empty");
    CHECK(refused["detail"].get<std::string>().find("move it away first") != std::string::npos);
  }
  CHECK(by_service(document_of(platform, {"journal", "stats"})) == stopped);
  const auto shown = platform.ctl({"restore", backup, "--service", "event"});
  CHECK(shown.out.find("holds data already; move it away first") != std::string::npos);

  const auto nowhere = folder.path() + "/nowhere";
  const auto missing = document_of(platform, {"restore", nowhere, "--service", "event"}, 78);
  CHECK(missing[0]["code"] == "no_backup");
  CHECK_FALSE(files::exists(nowhere));

  files::remove_all(platform.data() + "/store/event");
  const auto restored = document_of(platform, {"restore", backup, "--service", "event"});
  auto after = by_service(document_of(platform, {"journal", "stats"}));
  CHECK(after["event"]["epoch"] == restored[0]["epoch"]);
  CHECK(after["event"]["epoch"] != before["event"]["epoch"]);
  CHECK(after["event"]["seq"] == copied["event"]["seq"]);
  CHECK(after["ticket"] == stopped.at("ticket"));
}

TEST_CASE("demo data is entered once, however often it is seeded", "[integration]") {
  Platform platform;
  const std::vector<std::string> seed = {"demo",         "seed",   "--url",
                                         platform.url(), "--file", "tests/data/events.json"};
  const auto first = document_of(platform, seed);
  CHECK(first["events"] >= 200);
  CHECK(first["present"] == 0);
  const auto count = count_events(platform.url());
  CHECK(count >= 200);
  const auto second = document_of(platform, seed);
  CHECK(second["organizations"] == 0);
  CHECK(second["events"] == 0);
  CHECK(second["ticket_types"] == 0);
  CHECK(second["present"] == first["events"]);
  const auto shown = platform.ctl(seed);
  CHECK(shown.status == 0);
  CHECK(shown.out.find(first["events"].dump() + " were there") != std::string::npos);
  CHECK(count_events(platform.url()) == count);
}

TEST_CASE("changes of keys are told to programs", "[integration]") {
  const Folder folder;
  const auto keys = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {binary("biltenctl"), "-o", "json", "keys"});
    words.insert(words.end(), {"--dir", folder.path()});
    const auto ended = run_program(words);
    CAPTURE(words, ended.out);
    REQUIRE(ended.status == 0);
    return json::parse(ended.out, nullptr, false);
  };
  const auto made = keys({"gen", "--access", "conf/access.toml"});
  CHECK(made["folder"] == folder.path());
  CHECK(made["principals"].size() >= 7);
  CHECK(keys({"rotate", "ticket"}) == json{{"name", "ticket"}, {"state", "rotating"}});
  CHECK(keys({"rotate", "--finish", "ticket"}) == json{{"name", "ticket"}, {"state", "good"}});
  CHECK(keys({"revoke", "ticket"}) == json{{"name", "ticket"}, {"state", "revoked"}});
}
