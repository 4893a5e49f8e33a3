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

void sell_on_a_full_disk(const std::string& kind) {
  Folder folder;
  const auto where = folder.path() + "/disk";
  Mounted disk(where, kind, folder.path() + "/image");
  if (!disk.good()) {
    std::printf("SKIPPED full disk on %s: cannot mount it here\n", kind.c_str());
    return;
  }
  Platform platform({.extra = {"--set", "store.folder=" + where + "/store"}});
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 100'000)});
  Api guest(platform.url());
  std::vector<std::pair<std::string, std::string>> told;
  const auto order = [&] {
    auto reply = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    if (reply.status == 201) told.emplace_back(reply.body["id"], reply.body["secret"]);
    return reply;
  };
  REQUIRE(order().status == 201);
  fill(where + "/ballast");
  Reply refused;
  CHECK(wait_until([&] { return (refused = order()).status != 201; }));
  INFO(refused.text);
  CHECK(refused.status == 503);
  CHECK(refused.code() == "unavailable");
  CHECK(refused.headers.count("retry-after") == 1);
  CHECK(guest.get("/v1/events/" + sale.event_id + "/ticket-types").status == 200);
  files::remove(where + "/ballast");
  CHECK(wait_until([&] { return order().status == 201; }));
  for (const auto& [id, secret] : told) {
    CHECK(guest.get("/v1/orders/" + id + "?secret=" + secret).body["state"] == "paid");
  }
  const auto available = host.api.get("/v1/events/" + sale.event_id + "/ticket-types")
                             .body["items"][0]["available"]
                             .get<size_t>();
  CHECK(100'000 - available == told.size());
  CHECK(platform.stop() == 0);
}

}  // namespace

TEST_CASE("a full disk refuses writes, answers reads, and sells again when there is space",
          "[integration][disk]") {
  if (!own_namespace()) {
    std::printf("SKIPPED full disk: no mount namespace here\n");
    return;
  }
  sell_on_a_full_disk("tmpfs");
  if (::getuid() == 0) sell_on_a_full_disk("ext4");
}
