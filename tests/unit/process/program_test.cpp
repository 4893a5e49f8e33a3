// Whole programs, run as processes: what they print, how they stop, with which code they end.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "common/process/log.h"
#include "tests/support/notify_socket.h"
#include "tests/unit/process/child.h"

namespace bilten {
namespace {

using test::Child;
using test::run_to_end;

void say(const std::string& text) {
  std::fputs((text + "\n").c_str(), stdout);
  std::fflush(stdout);
}

// A program with [mesh], and the work it is given.
struct Sample {
  MeshSettings mesh;
  Program program;

  explicit Sample(std::function<int(Process&)> work = {}) {
    program.name = "bilten-sample";
    program.summary = "Shows.";
    program.settings.section("mesh", mesh);
    program.describe = [] { say("messages: none"); };
    program.run = std::move(work);
  }
  int start(const std::vector<std::string>& words = {}) {
    std::vector<std::string> all = {"bilten-sample", "--config", "/dev/null"};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (auto& word : all) argv.push_back(word.data());
    return run(program, static_cast<int>(argv.size()), argv.data());
  }
};

int until_stopped(Process& process) {
  process.ready("Serving.");
  say("running");
  process.wait_for_stop();
  say(process.stopping() ? "stopping" : "confused");
  return kExitOk;
}

}  // namespace

TEST_CASE("--version, --describe and --help print and end with 0", "[process]") {
  Sample sample;
  CHECK(run_to_end(sample.program, {"--version"}).out == "bilten-sample 0.1.0\n");
  const auto described = run_to_end(sample.program, {"--describe"});
  CHECK(described.code == 0);
  CHECK(described.out.find("log.level = \"info\"") != std::string::npos);
  CHECK(described.out.find("messages: none") != std::string::npos);
  CHECK(run_to_end(sample.program, {"--help"}).out.find("mesh.keys") != std::string::npos);
}

TEST_CASE("wrong usage ends with 64 and says so on stderr", "[process]") {
  Sample sample;
  const auto outcome = run_to_end(sample.program, {"--versio"});
  CHECK(outcome.code == kExitUsage);
  CHECK(outcome.out.empty());
  CHECK(outcome.err ==
        "bilten-sample: unknown word \"--versio\"; did you mean \"--version\"?\n"
        "bilten-sample: see bilten-sample --help\n");
  CHECK(run_to_end(sample.program, {"--config", "/dev/null"}).code == kExitUsage);
}

TEST_CASE("wrong settings end with 78 and a line for each fault", "[process]") {
  Sample sample(until_stopped);
  const test::Folder folder;
  const auto file = folder.write("bilten.toml", "[mesh]\nbrokrs = []\n[log]\nlevel = 'loud'\n");
  for (const char* mode : {"--check-config", "--print-config"}) {
    const auto outcome = run_to_end(sample.program, {"--config", file, mode});
    CHECK(outcome.code == kExitConfig);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "bilten-sample: " + file +
                             ":2: unknown key \"brokrs\"; did you mean \"brokers\"?\n"
                             "bilten-sample: " +
                             file + ":4: \"level\" must be one of debug, info, warning, error\n");
  }
  CHECK(run_to_end(sample.program, {"--config", "/nonexistent"}).code == kExitConfig);
}

TEST_CASE("--check-config says that right settings are right", "[process]") {
  Sample sample(until_stopped);
  const auto outcome = run_to_end(sample.program, {"--config", "/dev/null", "--check-config"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "bilten-sample: the settings are right\n");
}

TEST_CASE("--check-config looks at what the settings name, too", "[process]") {
  Sample sample(until_stopped);
  sample.program.check = [] { return Error{Code::invalid, "configuration", "keys: line 3"}; };
  const auto outcome = run_to_end(sample.program, {"--config", "/dev/null", "--check-config"});
  CHECK(outcome.code == kExitConfig);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "bilten-sample: keys: line 3\n");
}

TEST_CASE("--print-config prints what is in force, and that reads back", "[process]") {
  Sample sample(until_stopped);
  const auto printed = run_to_end(sample.program, {"--config", "/dev/null", "--set",
                                                   "mesh.heartbeat_ms=250", "--print-config"});
  CHECK(printed.code == 0);
  CHECK(printed.out.find("heartbeat_ms = 250\n") != std::string::npos);
  const test::Folder folder;
  const auto again = run_to_end(
      sample.program, {"--config", folder.write("bilten.toml", printed.out), "--print-config"});
  CHECK(again.out == printed.out);
}

TEST_CASE("SIGTERM and SIGINT stop a program, SIGPIPE and SIGHUP do not", "[process]") {
  for (int number : {SIGTERM, SIGINT}) {
    Child child([] { return Sample(until_stopped).start(); });
    REQUIRE(child.wait_for("running"));
    child.signal(SIGPIPE);
    child.signal(SIGHUP);
    child.signal(number);
    CHECK(child.finish() == 0);
    CHECK(child.out().find("stopping") != std::string::npos);
    CHECK(child.err().find("\"what\":\"stopped\",\"exit_code\":0") != std::string::npos);
  }
}

TEST_CASE("signals reach a program whose threads are busy elsewhere", "[process]") {
  Child child([] {
    return Sample([](Process& process) {
             std::vector<std::thread> threads;
             for (int i = 0; i < 4; ++i) threads.emplace_back([&] { process.wait_for_stop(); });
             say("running");
             for (auto& thread : threads) thread.join();
             return 7;
           })
        .start();
  });
  REQUIRE(child.wait_for("running"));
  child.signal(SIGTERM);
  CHECK(child.finish() == 7);
}

TEST_CASE("a reload is wanted once for each run of SIGHUP", "[process]") {
  Child child([] {
    return Sample([](Process& process) {
             if (process.reload_wanted()) return 1;
             ::raise(SIGHUP);
             ::kill(::getpid(), SIGHUP);
             if (!process.reload_wanted() || process.reload_wanted()) return 2;
             return process.stopping() ? 3 : 0;
           })
        .start();
  });
  CHECK(child.finish() == 0);
}

TEST_CASE("a program leaves no core dump and no memory to others of its user", "[process]") {
  Child child([] {
    return Sample([](Process&) {
             struct rlimit core {
               1, 1
             };
             ::getrlimit(RLIMIT_CORE, &core);
             say(std::to_string(core.rlim_cur) + " " + std::to_string(core.rlim_max) + " " +
                 std::to_string(::prctl(PR_GET_DUMPABLE)));
             return 0;
           })
        .start();
  });
  CHECK(child.finish() == 0);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  CHECK(child.out().ends_with(" 1\n"));
#else
  CHECK(child.out() == "0 0 0\n");
#endif
}

TEST_CASE("a program that was never ready ends without a log line", "[process]") {
  Child child([] { return Sample([](Process&) { return 0; }).start(); });
  CHECK(child.finish() == 0);
  CHECK(child.err().empty());
}

TEST_CASE("a verb gets its words, and its answer is the exit code", "[process]") {
  Sample sample;
  sample.program.verbs = {
      {"verify", "", "", [](Process&, const std::vector<std::string>& arguments) {
         say(arguments.at(0));
         return 9;
       }}};
  const auto outcome = run_to_end(sample.program, {"--config", "/dev/null", "verify", "--all"});
  CHECK(outcome.code == 9);
  CHECK(outcome.out == "--all\n");
}

TEST_CASE("systemd hears of readiness, status, life and stopping", "[process]") {
  test::NotifySocket notifications;
  Child child([&] {
    ::setenv("NOTIFY_SOCKET", notifications.path().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "4000000", 1);
    ::unsetenv("WATCHDOG_PID");
    return Sample([](Process& process) {
             process.ready("Serving.\nREADY=0");
             process.status("Busy.");
             for (int i = 0; i < 1000; ++i) process.alive();
             process.wait_for_stop();
             return 0;
           })
        .start();
  });
  CHECK(notifications.next() == "READY=1\nSTATUS=Serving. READY=0");
  CHECK(notifications.next() == "STATUS=Busy.");
  CHECK(notifications.next() == "WATCHDOG=1");
  child.signal(SIGTERM);
  CHECK(notifications.next() == "STOPPING=1\nSTATUS=Stopping.");
  CHECK(child.finish() == 0);
}

TEST_CASE("log lines carry a priority only where stderr is systemd's journal", "[process]") {
  const auto logged = [](bool is_journal) {
    Child child([=] {
      struct stat status {};
      ::fstat(STDERR_FILENO, &status);
      const auto inode = status.st_ino + (is_journal ? 0 : 1);
      const auto stream = std::to_string(status.st_dev) + ":" + std::to_string(inode);
      ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
      set_log("bilten-sample", LogLevel::info);
      log_error("hello");
      return 0;
    });
    CHECK(child.finish() == 0);
    return child.err();
  };
  CHECK(logged(true).starts_with("<3>{"));
  CHECK(logged(false).starts_with("{"));
}

}  // namespace bilten
