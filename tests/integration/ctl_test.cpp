// biltenctl at work on a real mesh: facts as they happen, what ends with which code, one Ctrl-C.
#include <signal.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "common/wire/mesh_admin.h"
#include "tests/support/api.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// `biltenctl tail` beside the test.
class Tailing {
 public:
  Tailing(const Platform& platform, std::vector<std::string> words) {
    std::vector<std::string> command{binary("biltenctl"), "--config", platform.config(), "tail"};
    command.insert(command.end(), words.begin(), words.end());
    command.insert(command.end(), {"-o", "json"});
    pid_ = start_program(command, folder_.path() + "/out");
  }
  ~Tailing() {
    if (pid_ > 0) end_program(pid_, SIGKILL);
  }
  Tailing(const Tailing&) = delete;
  Tailing& operator=(const Tailing&) = delete;

  std::string out() const { return read_file(folder_.path() + "/out"); }
  // Whole lines that are facts; the others are for people.
  std::vector<json> facts() const {
    std::vector<json> all;
    std::istringstream lines(out());
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
      auto fact = json::parse(line, nullptr, false);
      if (fact.is_object()) all.push_back(std::move(fact));
    }
    return all;
  }
  std::vector<int64_t> seqs() const {
    std::vector<int64_t> all;
    for (const auto& fact : facts()) all.push_back(fact["seq"]);
    return all;
  }
  int interrupt() { return end_program(std::exchange(pid_, -1), SIGINT); }

 private:
  Folder folder_;
  pid_t pid_ = -1;
};

// The public facts of an owner after a position, as its journal has them.
std::vector<mesh::JournalEntry> entries_after(Probe& probe, const std::string& owner,
                                              int64_t after) {
  std::vector<mesh::JournalEntry> all;
  for (;;) {
    mesh::JournalRead read;
    read.after = after;
    const auto answer = probe.call(owner + ".journal.read", encode(read));
    REQUIRE(answer.code == Code::ok);
    auto page = decode<mesh::JournalPage>(answer.body);
    REQUIRE(page);
    if (page->facts.empty()) return all;
    after = page->facts.back().seq;
    for (auto& entry : page->facts) all.push_back(std::move(entry));
  }
}

std::vector<int64_t> seqs_after(Probe& probe, const std::string& owner, int64_t after) {
  std::vector<int64_t> all;
  for (const auto& entry : entries_after(probe, owner, after)) all.push_back(entry.seq);
  return all;
}

int64_t head_seq_of(Probe& probe, const std::string& owner) {
  const auto answer = probe.call(owner + ".journal.head");
  REQUIRE(answer.code == Code::ok);
  const auto head = decode<mesh::JournalHead>(answer.body);
  REQUIRE(head);
  return head->seq;
}

bool drafted(Organizer& host) {
  const auto path = "/v1/organizations/" + host.organization_id + "/events";
  return host.api.post(path, event_body()).status == 201;
}

}  // namespace

TEST_CASE("tail from a position prints each fact of the journal once, also while events is away",
          "[integration]") {
  Platform platform;
  Probe probe(platform, {});
  auto host = organizer(platform.url());
  for (int i = 0; i < 3; ++i) on_sale(host, {type_body("Free entry", 0, 5)});
  const auto journal = seqs_after(probe, "event", 0);
  REQUIRE(journal.size() >= 6);

  Tailing tail(platform, {"event.*", "--from-seq", "0"});
  CHECK(wait_until([&] { return tail.seqs() == journal; }));
  const auto middle = journal[journal.size() / 2];
  Tailing later(platform, {"event.*", "--from-seq", std::to_string(middle)});
  CHECK(wait_until([&] { return later.seqs() == seqs_after(probe, "event", middle); }));
  Tailing chosen(platform, {"event.publ*", "--from-seq", "0"});
  CHECK(wait_until([&] { return chosen.facts().size() == 3; }));

  platform.crash("events");
  REQUIRE(drafted(host));
  CHECK(wait_until([&] { return tail.seqs() == seqs_after(probe, "event", 0); }));
  CHECK(tail.seqs().size() > journal.size());
  for (const auto& fact : tail.facts()) {
    CHECK(fact["name"].get<std::string>().starts_with("event."));
  }
  // What the others printed is whole, and nothing was added to it that does not belong there.
  CHECK(wait_until([&] { return later.seqs() == seqs_after(probe, "event", middle); }));
  for (const auto& fact : chosen.facts()) CHECK(fact["name"] == "event.published");
  for (auto* each : {&tail, &later, &chosen}) CHECK(each->interrupt() == 0);
}

TEST_CASE("tail without a position prints nothing that was before, even of an owner that is away",
          "[integration]") {
  Platform platform;
  Probe probe(platform, {});
  auto host = organizer(platform.url());
  REQUIRE(drafted(host));
  const auto before = head_seq_of(probe, "event");
  REQUIRE(before > 0);

  platform.kill("event", SIGSTOP);
  Tailing tail(platform, {"*"});
  CHECK(wait_until([&] { return tail.out().find("event does not answer") != std::string::npos; },
                   20));
  platform.kill("event", SIGCONT);
  const auto first_of_event = [&] {
    for (const auto& fact : tail.facts()) {
      if (fact["name"].get<std::string>().starts_with("event.")) return fact["seq"].get<int64_t>();
    }
    return int64_t{0};
  };
  // Facts from before it was asked are not printed, so there must be new ones.
  CHECK(wait_until(
      [&] {
        drafted(host);
        return first_of_event() > 0;
      },
      20));
  CHECK(first_of_event() > before);
  CHECK(tail.interrupt() == 0);
}

TEST_CASE("biltenctl ends with the codes that the guide has", "[integration]") {
  Platform platform;
  const Folder folder;
  const auto ends_with = [&](int code, const std::vector<std::string>& words,
                             const std::string& said) {
    const auto began = std::chrono::steady_clock::now();
    const auto ended = platform.ctl(words);
    CAPTURE(words, ended.out);
    CHECK(ended.status == code);
    CHECK(ended.out.find(said) != std::string::npos);
    CHECK(seconds_since(began) < 15 * time_scale());
  };
  const auto port = platform.url().substr(platform.url().rfind(':') + 1);
  const auto keys = platform.data() + "/keys";
  ends_with(0, {"call", "event", "list"}, "items");
  ends_with(1, {"call", "event", "nosuch"}, "unknown_method");
  ends_with(1, {"call", "event", "details", R"({"event_id": 3})"}, "invalid");
  ends_with(64, {}, "subcommand");
  ends_with(64, {"frobnicate"}, "subcommand");
  ends_with(64, {"call", "event"}, "method");
  ends_with(64, {"tail", "--from-seq", "x"}, "--from-seq");
  ends_with(64, {"journal", "verify", "--service", "nosuch"}, "nosuch");
  ends_with(69, {"call", "nosuch", "list"}, "no_service");
  ends_with(69, {"tail", "nosuch.*"}, "no service nosuch");
  ends_with(
      75, {"up", "--data", folder.path() + "/data", "--port", port, "--access", "conf/access.toml"},
      "port " + port + " is taken");
  ends_with(78, {"keys", "rotate", "No Body", "--dir", keys}, "No Body");
  const auto wrong = folder.write("wrong.toml", "[mesh]\nbrokrs = []\n");
  CHECK(run_program({binary("biltenctl"), "--config", wrong, "services"}).status == 78);
  REQUIRE(platform.stop() == 0);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"status"},
                                                {"services"},
                                                {"call", "event", "list"},
                                                {"tail"},
                                                {"tail", "ticket.*", "--from-seq", "0"},
                                                {"top", "--once"},
                                                {"graph"}}) {
    ends_with(69, words, "biltenctl: ");
  }
}

TEST_CASE("one Ctrl-C ends the whole mesh, with 0 and no process left", "[integration]") {
  Platform platform;
  const auto run = json::parse(read_file(platform.data() + "/run.json"));
  REQUIRE(run["processes"].size() == 7);
  for (const auto& [name, pid] : run["processes"].items()) {
    CAPTURE(name);
    CHECK(::kill(pid.get<pid_t>(), 0) == 0);
  }
  CHECK(platform.stop() == 0);
  for (const auto& [name, pid] : run["processes"].items()) {
    CAPTURE(name);
    CHECK((::kill(pid.get<pid_t>(), 0) == -1 && errno == ESRCH));
  }
}
