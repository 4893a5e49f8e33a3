// Backup, restore, and folders copied back by hand: readers notice another history and say so.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;
namespace files = std::filesystem;

namespace {

std::string new_event(Organizer& host) {
  auto event = host.api.post("/v1/organizations/" + host.organization_id + "/events", event_body());
  INFO(event.text);
  REQUIRE(event.status == 201);
  return event.body["id"];
}

}  // namespace

TEST_CASE("a hot backup restores into an empty folder, under a new epoch that readers refuse",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  new_event(host);
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
  // The ticket daemon stops that feed and says so; commands that need no new event go on.
  CHECK(wait_until([&] { return platform.log().find("feed_stopped") != std::string::npos; }));
  host.api = Api(platform.url(), host.api.token());
  CHECK(host.api.get("/v1/me").status == 200);
  // It is recorded where the event that the backup did not hold stood before.
  const auto event_id = new_event(host);
  const auto accepted = platform.ctl({"call", "ticket", "feeds.accept", R"({"owner": "event"})"});
  INFO(accepted.out);
  CHECK(accepted.status == 0);
  const auto type = type_body("Free entry", 0, 5);
  CHECK(wait_until([&] {
    return host.api.post("/v1/events/" + event_id + "/ticket-types", type).status == 201;
  }));
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
  CHECK(wait_until([&] { return platform.log().find("feed_stopped") != std::string::npos; }));
  Api guest(platform.url());
  CHECK(guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).status == 201);
}
