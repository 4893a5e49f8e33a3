#include "tests/support/lab.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "common/base/check.h"

namespace bilten::test {
namespace {

namespace files = std::filesystem;

constexpr const char* kIp = "/bin/ip";
constexpr const char* kNft = "/usr/sbin/nft";
constexpr const char* kFamily = "bilten-lab-";
const files::path kNamespaces = "/run/netns";

Finished ip(const std::string& arguments) {
  std::vector<std::string> command{kIp};
  std::istringstream words(arguments);
  for (std::string word; words >> word;) command.push_back(word);
  return run_program(command);
}

void must(const Finished& done) {
  INFO(done.out);
  REQUIRE(done.status == 0);
}

// Any thread visits, and Catch's own macros are for one.
int open_namespace(const files::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  CHECK_INVARIANT(fd >= 0);
  return fd;
}

void enter(int fd) {
  CHECK_INVARIANT(::setns(fd, CLONE_NEWNET) == 0);
}

// Kills what still runs there, and takes the namespace away.
void remove_namespace(const std::string& name) {
  std::istringstream pids(ip("netns pids " + name).out);
  for (pid_t pid; pids >> pid;) ::kill(pid, SIGKILL);
  ip("netns del " + name);
}

std::vector<std::string> namespaces(const std::string& prefix) {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : files::directory_iterator(kNamespaces, none)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix)) found.push_back(name);
  }
  return found;
}

// Names carry the pid of the test that made them.
void remove_leftovers() {
  for (const auto& name : namespaces(kFamily)) {
    const pid_t owner = std::atoi(name.c_str() + std::strlen(kFamily));
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) remove_namespace(name);
  }
}

std::string fresh_prefix() {
  static std::atomic<int> next{1};
  return kFamily + std::to_string(::getpid()) + "-" + std::to_string(next++) + "-";
}

constexpr const char* kTun = "/dev/net/tun";

int open_tun() {
  ::mkdir("/dev/net", 0755);
  ::mknod(kTun, S_IFCHR | 0600, ::makedev(10, 200));  // Fails where it is there already.
  return ::open(kTun, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

// A TAP device in the namespace this thread is in; its packets come and go by the descriptor.
int make_tap(const std::string& name) {
  const int fd = open_tun();
  REQUIRE(fd >= 0);
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  REQUIRE(::ioctl(fd, TUNSETIFF, &request) == 0);
  return fd;
}

}  // namespace

std::string Lab::obstacle() {
  if (::getuid() != 0) return "needs root";
  if (!files::exists(kIp) || !files::exists(kNft)) return "needs iproute2 and nftables";
  const auto trial = fresh_prefix() + "trial";
  const bool made = ip("netns add " + trial).status == 0 &&
                    ip("netns exec " + trial + " " + kNft + " add table inet trial").status == 0;
  remove_namespace(trial);
  if (!made) return "no network namespaces with nft here";
  const int tun = open_tun();
  if (tun < 0) return "no /dev/net/tun here";
  ::close(tun);
  return {};
}

Lab::Lab(Options options) : options_(std::move(options)), prefix_(fresh_prefix()) {
  remove_leftovers();
  try {
    must(ip("netns add " + name("hub")));
    must(ip("-n " + name("hub") + " link add bridge type bridge"));
    must(ip("-n " + name("hub") + " link set bridge up"));
    for (int machine = 1; machine <= options_.machines; ++machine) connect(machine);
  } catch (...) {
    remove();
    throw;
  }
}

Lab::~Lab() {
  remove();
}

void Lab::remove() {
  cables_.clear();
  for (const auto& left : namespaces(prefix_)) remove_namespace(left);
}

// Its eth0 is one end of a cable; the other end is a port of the bridge.
void Lab::connect(int machine) {
  const auto here = name(machine), hub = name("hub"), port = "vm" + std::to_string(machine);
  must(ip("netns add " + here));
  if (options_.rough.count(machine)) {
    int ends[2];
    {
      Visit visit(*this, machine);
      ends[0] = make_tap("eth0");
    }
    const int home = open_namespace("/proc/thread-self/ns/net");
    const int there = open_namespace(kNamespaces / hub);
    enter(there);
    ends[1] = make_tap(port);
    enter(home);
    ::close(home);
    ::close(there);
    cables_[machine] = std::make_unique<Emulator>(ends[0], ends[1], options_.seed);
  } else {
    must(ip("-n " + here + " link add eth0 type veth peer name " + port + " netns " + hub));
  }
  must(ip("-n " + hub + " link set " + port + " master bridge up"));
  for (int net = 0; net < options_.nets; ++net) {
    must(ip("-n " + here + " addr add " + address(machine, net) + "/24 dev eth0"));
  }
  must(ip("-n " + here + " link set eth0 up"));
  must(ip("-n " + here + " link set lo up"));
}

std::vector<std::string> Lab::inside(int machine, std::vector<std::string> command) const {
  std::vector<std::string> whole{kIp, "netns", "exec", name(machine)};
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

Lab::Visit::Visit(const Lab& lab, int machine) : home_(open_namespace("/proc/thread-self/ns/net")) {
  const int there = open_namespace(kNamespaces / lab.name(machine));
  enter(there);
  ::close(there);
}

Lab::Visit::~Visit() {
  if (::setns(home_, CLONE_NEWNET) != 0) std::abort();
  ::close(home_);
}

// In one transaction: what stays cut is never whole in between.
void Lab::apply_cuts(int machine) const {
  std::string rules =
      "flush ruleset; add table inet cut;"
      "add chain inet cut in { type filter hook input priority 0; };";
  for (const auto& cut : cuts_) {
    if (cut.to != machine) continue;
    rules += "add rule inet cut in ip saddr & 255.255.0.255 == " + address(cut.from) + " " +
             cut.only + " drop;";
  }
  must(run_program(inside(machine, {kNft, rules})));
}

void Lab::cut(const Cut& cut) {
  cuts_.insert(cut);
  apply_cuts(cut.to);
}

void Lab::cut_off(int machine) {
  for (int other = 1; other <= options_.machines; ++other) {
    if (other == machine) continue;
    cut(machine, other);
    cut(other, machine);
  }
}

void Lab::mend(const Cut& cut) {
  if (cuts_.erase(cut) > 0) apply_cuts(cut.to);
}

void Lab::heal() {
  cuts_.clear();
  for (int machine = 1; machine <= options_.machines; ++machine) apply_cuts(machine);
}

void Lab::set(int machine, const Weather& weather) {
  cables_.at(machine)->set(weather);
}

}  // namespace bilten::test
