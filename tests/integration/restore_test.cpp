// Backup, restore, and folders copied back by hand: readers notice another history and say so.
#include <catch2/catch.hpp>
#include <filesystem>

#include "common/service/builtin.h"
#include "tests/support/api.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;
namespace files = std::filesystem;

namespace {

std::string new_event(Organizer& host) {
  auto event = host.api.post("/v1/organizations/" + host.organization_id + "/events", event_body());
  INFO(event.text);
  REQUIRE(event.status == 201);
  return event.body["id"];
}

// How far a reader has taken the owner's facts, and why it goes no further.
FeedInfo feed_of(const Platform& platform, const std::string& reader, const std::string& owner) {
  Probe ops(platform, {.principal = "ops"});
  const auto answer = ops.call(reader + ".feeds.list");
  INFO(answer.error.detail);
  REQUIRE(answer.code == Code::ok);
  const auto list = decode<FeedList>(answer.body);
  REQUIRE(list);
  for (const auto& feed : list->feeds) {
    if (feed.owner == owner) return feed;
  }
  FAIL(reader << " does not read " << owner);
  return {};
}

// Both readers of events stand still for that reason, and say so.
void check_stopped(const Platform& platform, const std::string& reason) {
  for (const char* reader : {"ticket", "payment"}) {
    CAPTURE(reader);
    CHECK(wait_until([&] { return feed_of(platform, reader, "event").stopped == reason; }));
    CHECK(platform.log().find("feed_stopped") != std::string::npos);
    CHECK(platform.log().find("\"reason\":\"" + reason + "\"") != std::string::npos);
  }
  // Feeds of other owners go on.
  CHECK(feed_of(platform, "payment", "ticket").stopped.empty());
}

// The owner's facts from now on are not taken, though its other readers' commands go on: of a new
// event the stopped reader knows nothing. Answers that event.
std::string check_standing_still(const Platform& platform, Organizer& host) {
  const auto before = feed_of(platform, "ticket", "event");
  const auto event_id = new_event(host);
  const auto type =
      host.api.post("/v1/events/" + event_id + "/ticket-types", type_body("Free entry", 0, 5));
  INFO(type.text);
  CHECK(type.status == 503);
  CHECK(type.code() == "feed_stopped");
  const auto after = feed_of(platform, "ticket", "event");
  CHECK(after.stopped == before.stopped);
  CHECK(after.seq == before.seq);
  return event_id;
}

}  // namespace

TEST_CASE("a hot backup restores into an empty folder, under a new epoch that readers refuse",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  Folder folder;
  const auto backup = folder.path() + "/backup";
  const auto copied = platform.ctl({"backup", backup});
  INFO(copied.out);
  REQUIRE(copied.status == 0);
  new_event(host);  // After the backup: the restored journal does not know it.
  CHECK(platform.stop() == 0);
  files::remove_all(platform.data() + "/store/event");
  const auto restored = platform.ctl({"restore", backup, "--service", "event"});
  INFO(restored.out);
  REQUIRE(restored.status == 0);
  platform.start();
  CHECK(platform.ctl({"journal", "verify"}).status == 0);
  check_stopped(platform, "epoch_changed");
  host.api = Api(platform.url(), host.api.token());
  CHECK(host.api.get("/v1/me").status == 200);
  // It is recorded where the event that the backup did not hold stood before.
  const auto event_id = check_standing_still(platform, host);
  // Commands that need no new event go on.
  Api guest(platform.url());
  const auto order = order_body(sale.event_id, sale.type_ids[0], 1);
  CHECK(guest.post("/v1/orders", order).status == 201);
  const auto accepted = platform.ctl({"call", "ticket", "feeds.accept", R"({"owner": "event"})"});
  INFO(accepted.out);
  CHECK(accepted.status == 0);
  const auto type = type_body("Free entry", 0, 5);
  CHECK(wait_until([&] {
    return host.api.post("/v1/events/" + event_id + "/ticket-types", type).status == 201;
  }));
  CHECK(feed_of(platform, "ticket", "event").stopped.empty());
  // Each reader decides for itself.
  CHECK(feed_of(platform, "payment", "event").stopped == "epoch_changed");
}

TEST_CASE("a folder copied back by hand is noticed by its readers", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  new_event(host);
  CHECK(platform.stop() == 0);
  Folder folder;
  const auto store = platform.data() + "/store/event", copy = folder.path() + "/event";
  files::copy(store, copy, files::copy_options::recursive);
  platform.start();
  host.api = Api(platform.url(), host.api.token());
  new_event(host);
  // Taken by the ticket daemon before the owner forgets it.
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  CHECK(platform.stop() == 0);
  files::remove_all(store);
  files::copy(copy, store, files::copy_options::recursive);
  platform.start();
  check_stopped(platform, "history_differs");
  host.api = Api(platform.url(), host.api.token());
  check_standing_still(platform, host);
  Api guest(platform.url());
  CHECK(guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).status == 201);
}
