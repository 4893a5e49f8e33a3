#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "common/service/in_hand.h"
#include "tests/support/platform.h"
#include "tests/unit/service/harness.h"

namespace bilten {

using namespace api::raffle;
using test::Harness;
using test::key16;
using test::reason;
using test::reply_to;

namespace {

// A process that has `id` in hand when `end` ends it.
void lose_process(const std::string& path, const std::string& id, void (*end)()) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int signal : {SIGABRT, SIGSEGV}) std::signal(signal, SIG_DFL);  // Not Catch's.
    const auto in_hand = InHand::open(path);
    if (!in_hand) ::_exit(1);
    (*in_hand)->begin(3, "done before");
    (*in_hand)->end(3);
    (*in_hand)->begin(3, id);
    end();
    ::_exit(2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("what was in hand when the process crashed is poison, and stays so", "[service]") {
  const test::Folder folder;
  const std::string path = folder.path() + "/in_hand";
  lose_process(path, "one", [] { std::abort(); });
  lose_process(path, "two", [] { ::raise(SIGSEGV); });
  for (int start = 0; start < 2; ++start) {
    const auto in_hand = InHand::open(path);
    REQUIRE(in_hand);
    CHECK((*in_hand)->poisonous() == std::set<std::string, std::less<>>{"one", "two"});
  }
}

TEST_CASE("a process that was killed accuses no message", "[service]") {
  const test::Folder folder;
  const std::string path = folder.path() + "/in_hand";
  lose_process(path, "one", [] { ::raise(SIGKILL); });
  const auto in_hand = InHand::open(path);
  REQUIRE(in_hand);
  CHECK((*in_hand)->poisonous().empty());
}

TEST_CASE("a file of nonsense is not believed", "[service]") {
  const test::Folder folder;
  const std::string path = folder.path() + "/in_hand";
  std::ofstream(path) << std::string(20'000, '\xff');
  const auto in_hand = InHand::open(path);
  REQUIRE(in_hand);
  CHECK((*in_hand)->poisonous().empty());
  CHECK(InHand::open(folder.path() + "/missing/in_hand").error().code == Code::unavailable);
}

TEST_CASE("a poisonous command is answered internal, and others go on", "[service]") {
  Harness harness;
  const auto bad = harness.request(Enter{Id{}, "ann@example.org", 3}, key16(1));
  harness.restart({.poisonous = {poison_id(bad)}});
  const auto good = harness.request(Enter{Id{}, "ann@example.org", 3}, key16(2));
  // One at a time, until it is clear that the poison was all.
  CHECK(harness.core->batch_max() == 1);
  WriterCore::Input input;
  input.commands = {bad, good};
  const auto out = harness.step(std::move(input));
  REQUIRE_FALSE(reply_to(out, bad));
  CHECK(reply_to(out, bad).error().code == Code::internal);
  CHECK(reason(reply_to(out, bad)) == "poisonous");
  CHECK(reason(reply_to(out, good)) == "unknown_raffle");
  CHECK(harness.watch.begun["raffle.enter"] == 1);
  for (size_t i = 0; i < WriterCore::kCarefulSteps; ++i) {
    CHECK_FALSE(harness.ask(Enter{Id{}, "ann@example.org", 4}));
  }
  CHECK(harness.core->batch_max() > 1);
}

TEST_CASE("a poisonous fact stops its feed until an operator skips it", "[service]") {
  using api::user::MemberJoined;
  Harness harness;
  const Id organization = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  harness.restart({.poisonous = {"fuser:2"}});
  const auto first =
      harness.fact_of("user", MemberJoined{organization, organization, api::user::Role::viewer});
  const auto second =
      harness.fact_of("user", MemberJoined{organization, Id{}, api::user::Role::viewer});
  for (int attempt = 0; attempt < 2; ++attempt) {
    WriterCore::Input input;
    input.feeds = {first, second};
    const auto out = harness.step(std::move(input));
    REQUIRE(out.stopped.size() >= 1);
    CHECK(out.stopped[0].owner == "user");
    CHECK(out.stopped[0].seq == 2);
    CHECK(out.cursors.back().cursor.seq == 0);
  }
  CHECK(harness.journal_names().empty());

  WriterCore::Input order;
  order.orders.push_back({ReplyAddress{}, "user", FeedOrder::Kind::skip, {.seq = 2}});
  CHECK(harness.step(std::move(order)).replies.size() == 1);
  WriterCore::Input input;
  input.feeds = {first, second};
  const auto out = harness.step(std::move(input));
  CHECK(out.stopped.empty());
  CHECK(out.cursors.back().cursor.seq == 4);
  CHECK(harness.journal_names().size() == 1);
}

}  // namespace bilten
