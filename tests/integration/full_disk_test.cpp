// A full disk under the stores: writes are refused and say so, reads go on, and when space returns
// so does selling; nothing acknowledged is lost. Needs a mount namespace of its own.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;
namespace files = std::filesystem;

namespace {

bool write_line(const std::string& path, const std::string& line) {
  std::ofstream out(path);
  out << line;
  out.close();
  return static_cast<bool>(out);
}

// A mount namespace for this process and what it starts: nothing mounted here is seen elsewhere.
bool own_namespace() {
  const auto uid = ::getuid();
  if (uid == 0) {
    if (::unshare(CLONE_NEWNS) != 0) return false;
  } else {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    write_line("/proc/self/setgroups", "deny");
    if (!write_line("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1")) return false;
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

class Mounted {
 public:
  Mounted(std::string where, const std::string& kind, const std::string& image)
      : where_(std::move(where)) {
    files::create_directories(where_);
    if (kind == "tmpfs") {
      good_ = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=12m") == 0;
      return;
    }
    const auto made = run_program({"/bin/sh", "-c",
                                   "truncate -s 24M " + image + " && mkfs.ext4 -q " + image +
                                       " && mount -o loop " + image + " " + where_});
    good_ = made.status == 0;
  }
  ~Mounted() {
    if (good_) ::umount2(where_.c_str(), MNT_DETACH);
  }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  bool good() const { return good_; }

 private:
  std::string where_;
  bool good_ = false;
};

// Takes all the space there is.
void fill(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const std::string block(64 * 1024, 'x');
  while (::write(fd, block.data(), block.size()) > 0) {
  }
  while (::write(fd, block.data(), 512) > 0) {
  }
  ::fsync(fd);
  ::close(fd);
}

// What is not tried must not look as if it had passed.
void skip(const std::string& what, const std::string& why) {
  std::printf("SKIPPED full disk: %s was NOT tried here: %s\n", what.c_str(), why.c_str());
  WARN("SKIPPED full disk: " << what << " was NOT tried here: " << why);
}

// One write and one read of each service that keeps something, as a client has them.
struct Asked {
  std::string service;
  std::function<Reply()> write, read;
};

void check_refusal(const std::string& service, const Reply& reply) {
  INFO(service << ": " << reply.text);
  CHECK(reply.status == 503);
  CHECK(reply.code() == "unavailable");
  CHECK(reply.headers.count("retry-after") == 1);
}

// The tools read the stores themselves, also while their daemons run.
void check_stores(const Platform& platform, const std::string& store) {
  for (const char* service : {"user", "event", "ticket", "payment"}) {
    for (const auto& verb : {std::vector<std::string>{"verify"}, {"rebuild", "--verify"}}) {
      std::vector<std::string> command{binary(std::string("bilten-") + service), "--config",
                                       platform.config(), "--set", "store.folder=" + store};
      command.insert(command.end(), verb.begin(), verb.end());
      const auto done = run_program(command);
      INFO(service << " " << verb[0] << ": " << done.out);
      CHECK(done.status == 0);
    }
  }
}

void sell_on_a_full_disk(const std::string& kind) {
  Folder folder;
  const auto where = folder.path() + "/disk", store = where + "/store";
  Mounted disk(where, kind, folder.path() + "/image");
  if (!disk.good()) return skip(kind, "it cannot be mounted");
  CAPTURE(kind);
  Platform platform({.extra = {"--set", "store.folder=" + store}});
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 100'000)});
  Api guest(platform.url());
  std::vector<std::pair<std::string, std::string>> told;
  std::set<std::string> organizations{host.organization_id}, events{sale.event_id};
  const auto order = [&] {
    auto reply = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    if (reply.status == 201) told.emplace_back(reply.body["id"], reply.body["secret"]);
    return reply;
  };
  const auto found = [&](const std::string& path, std::set<std::string>& into) {
    auto reply = host.api.post(
        path, path == "/v1/organizations" ? json{{"name", "Another house"}} : event_body());
    if (reply.status == 201) into.insert(reply.body["id"].get<std::string>());
    return reply;
  };
  const auto events_path = "/v1/organizations/" + host.organization_id + "/events";
  const std::vector<Asked> all{
      {"ticket", order, [&] { return guest.get("/v1/events/" + sale.event_id + "/ticket-types"); }},
      {"user", [&] { return found("/v1/organizations", organizations); },
       [&] { return host.api.get("/v1/me"); }},
      {"event", [&] { return found(events_path, events); },
       [&] { return host.api.get("/v1/events/" + sale.event_id); }}};
  for (const auto& each : all) REQUIRE(each.write().status == 201);
  fill(where + "/ballast");
  for (const auto& each : all) {
    Reply refused;
    CHECK(wait_until([&] { return (refused = each.write()).status != 201; }));
    check_refusal(each.service, refused);
  }
  for (const auto& each : all) {
    INFO(each.service);
    CHECK(each.read().status == 200);
  }
  files::remove(where + "/ballast");
  for (const auto& each : all) {
    INFO(each.service);
    CHECK(wait_until([&] { return each.write().status == 201; }));
  }
  for (const auto& [id, secret] : told) {
    CHECK(guest.get("/v1/orders/" + id + "?secret=" + secret).body["state"] == "paid");
  }
  for (const auto& id : organizations) CHECK(host.api.get("/v1/organizations/" + id).status == 200);
  for (const auto& id : events) CHECK(host.api.get("/v1/events/" + id).status == 200);
  const auto available = host.api.get("/v1/events/" + sale.event_id + "/ticket-types")
                             .body["items"][0]["available"]
                             .get<size_t>();
  CHECK(100'000 - available == told.size());
  check_stores(platform, store);
  CHECK(platform.log().find("store_refuses_writes") != std::string::npos);
  CHECK(platform.stop() == 0);
}

}  // namespace

TEST_CASE("a full disk refuses writes, answers reads, and sells again when there is space",
          "[integration][disk]") {
  if (!own_namespace()) {
    return skip("any of it", "no mount namespace");
  }
  sell_on_a_full_disk("tmpfs");
  if (::getuid() != 0) return skip("ext4", "only root mounts a file");
  sell_on_a_full_disk("ext4");
}
