// A daemon as a process of its own, beside a mesh in this one: what ends it is not run again, and
// systemd hears no more of it once its writer is stuck.
#include "common/service/daemon.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/support/notify_socket.h"
#include "tests/support/program.h"
#include "tests/unit/service/small_mesh.h"

namespace bilten {

using namespace api::raffle;
using namespace small_mesh;

namespace {

// Who enters by these addresses ends the daemon, or keeps its writer until somebody writes to a
// pipe.
constexpr const char* kAborts = "aborts@example.org";
constexpr const char* kSticks = "sticks@example.org";
constexpr const char* kPipeVariable = "BILTEN_TEST_PIPE";
constexpr const char* kWordsVariable = "BILTEN_TEST_WORDS";

Service trapped_raffles(const ServiceKeys&) {
  auto service = raffle::service();
  for (auto& any : service.table) {
    const auto* row = std::get_if<CommandRow>(&any);
    if (row == nullptr || row->description.name != Enter::name) continue;
    any = command<Enter>("raffle.enter",
                         [](const Rows& rows, const Context& context, const Enter& message) {
                           if (message.email == kAborts) std::abort();
                           if (message.email == kSticks)
                             ::close(::open(std::getenv(kPipeVariable), O_RDONLY));
                           return raffle::decide_enter(rows, context, message);
                         });
  }
  return service;
}

// The daemon in a process of its own: this program, told to run the case below.
class RaffleProcess {
 public:
  explicit RaffleProcess(const House& house, std::vector<std::string> environment = {})
      : running_({"/proc/self/exe", "the raffle daemon that the tests of processes start"},
                 with_words(house, std::move(environment))) {}
  std::string out() const { return running_.out(); }
  bool says(const std::string& what) const {
    return wait_until([&] { return out().find(what) != std::string::npos; });
  }
  int stop() { return running_.stop(); }

 private:
  static std::vector<std::string> with_words(const House& house, std::vector<std::string> more) {
    std::string words;
    for (const auto& word : house.arguments()) words += word + "\n";
    more.push_back(std::string(kWordsVariable) + "=" + words);
    return more;
  }
  test::RunningProgram running_;
};

}  // namespace

// Hidden: it is no test by itself.
TEST_CASE("the raffle daemon that the tests of processes start", "[.]") {
  const char* told = std::getenv(kWordsVariable);
  REQUIRE(told != nullptr);
  std::vector<std::string> words{"bilten-raffle", "--config", "/dev/null"};
  std::istringstream lines(told);
  for (std::string line; std::getline(lines, line);) words.push_back(line);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  Daemon daemon;
  daemon.name = "raffle";
  daemon.summary = "Raffles, with traps.";
  daemon.service = trapped_raffles;
  REQUIRE(run_daemon(daemon, static_cast<int>(argv.size()), argv.data()) == 0);
}

TEST_CASE("a command that ended its daemon is poison after the restart; others are served",
          "[service]") {
  const std::string key(16, 'k');
  House house;
  Probe probe(house);
  const Enter bad{Id{}, kAborts, 7}, good{Id{}, "ann@example.org", 7};
  const auto is_served = [&] { return probe.call(good).error.reason == "unknown_raffle"; };
  {
    RaffleProcess first(house);
    REQUIRE(wait_until(is_served));
    const auto lost = probe.call(bad, {}, key);
    CAPTURE(word(lost.code), lost.error.reason);
    CHECK(lost.code != Code::ok);
    CHECK(ran(lost.code) != Ran::no);
    CHECK(first.says("SIGABRT"));
    CHECK(first.out().find("\"what\":\"poison\"") == std::string::npos);
    CHECK(first.stop() == 128 + SIGABRT);
  }
  RaffleProcess second(house);
  CHECK(wait_until(is_served));
  CHECK(second.says("\"what\":\"poison\""));
  for (int i = 0; i < 2; ++i) {
    const auto answer = probe.call(bad, {}, key);
    CHECK(answer.code == Code::internal);
    CHECK(answer.error.reason == "poisonous");
    CHECK(is_served());
  }
  CHECK(second.stop() == 0);
}

TEST_CASE("systemd hears no more of a daemon whose writer is stuck, until it goes on",
          "[service]") {
  House house;
  Probe probe(house);
  test::NotifySocket systemd;
  const auto pipe = house.folder("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  RaffleProcess daemon(house, {"NOTIFY_SOCKET=" + systemd.path(), "WATCHDOG_USEC=2000000",
                               std::string(kPipeVariable) + "=" + pipe});
  REQUIRE(systemd.hears("READY=1", 10));
  REQUIRE(systemd.hears("WATCHDOG=1", 5));
  const auto stuck_at = house.clock.steady_us();
  probe.start(Enter{Id{}, kSticks, 7}, [](const net::Answer&) {});
  // A writer may take Runtime::kStuckAfter for a turn; then the daemon's main thread, which is
  // well, must keep silent. It speaks once a second otherwise.
  int heard = 0;
  const auto is_patient = [&] {
    return house.clock.steady_us() - stuck_at < 3 * Runtime::kStuckAfter;
  };
  while (is_patient() && systemd.hears("WATCHDOG=1", 3)) ++heard;
  CHECK(is_patient());
  CHECK(house.clock.steady_us() - stuck_at >= Runtime::kStuckAfter);
  CHECK(heard >= 3);
  CHECK_FALSE(systemd.hears("WATCHDOG=1", 2));
  const int writer = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(writer >= 0);
  ::close(writer);
  CHECK(systemd.hears("WATCHDOG=1", 5));
  CHECK(wait_until([&] {
    return probe.call(Enter{Id{}, "ann@example.org", 7}).error.reason == "unknown_raffle";
  }));
  CHECK(daemon.stop() == 0);
}

}  // namespace bilten
