#include "common/service/writer.h"

#include <catch2/catch.hpp>

#include "tests/unit/service/harness.h"

namespace bilten {

using namespace api::raffle;
using api::user::MemberJoined;
using api::user::Role;
using test::Harness;
using test::key16;
using test::reason;
using test::reply_to;

namespace {

const Id kOrganization = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
const Id kManager = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8058");

void join(Harness& harness, const Id& person = kManager, Role role = Role::manager) {
  WriterCore::Input input;
  input.feeds.push_back(harness.fact_of("user", MemberJoined{kOrganization, person, role}));
  REQUIRE(harness.step(std::move(input)).committed);
}

Id open_raffle(Harness& harness, int64_t for_ms = 600'000) {
  join(harness);
  const auto answer = harness.ask(Open{kOrganization, 7, {harness.wall + for_ms}}, {}, kManager);
  REQUIRE(answer);
  return decode<RaffleView>(*answer)->id;
}

Enter entry(const Id& raffle, int64_t guess = 7) {
  return {raffle, "ann@example.org", guess};
}

RaffleView standing(Harness& harness, const Id& raffle) {
  const auto snapshot = harness.store->snapshot();
  const auto row = snapshot->rows().find<raffle::RaffleRow>(raffle.view());
  REQUIRE(row);
  return raffle::view(raffle, *row);
}

}  // namespace

TEST_CASE("a refusal leaves no trace in a batch it shares", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  const auto before = harness.journal_names().size();
  WriterCore::Input input;
  const auto good = harness.request(entry(raffle), key16(1));
  const auto bad = harness.request(entry(kManager), key16(2));
  const auto good_too = harness.request(entry(raffle), key16(3));
  input.commands = {good, bad, good_too};
  const auto out = harness.step(std::move(input));
  CHECK(reply_to(out, good));
  CHECK(reason(reply_to(out, bad)) == "unknown_raffle");
  CHECK(reply_to(out, good_too));
  CHECK(harness.journal_names().size() == before + 2);
  CHECK_FALSE(harness.store->snapshot()->answer(key16(2)));
  CHECK(out.announced.size() == 2);
  CHECK(harness.rebuilds());
}

TEST_CASE("a repeat of a key gets the same answer and runs nothing", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  const auto first = harness.ask(entry(raffle), key16(1));
  const auto again = harness.ask(entry(raffle), key16(1));
  REQUIRE(first);
  REQUIRE(again);
  CHECK(*first == *again);
  CHECK(standing(harness, raffle).entries == 1);

  SECTION("also in the same batch, and after a restart") {
    harness.restart();
    WriterCore::Input input;
    const auto a = harness.request(entry(raffle), key16(2));
    const auto b = harness.request(entry(raffle), key16(2));
    input.commands = {a, b};
    const auto out = harness.step(std::move(input));
    CHECK(*reply_to(out, a) == *reply_to(out, b));
    CHECK(*harness.ask(entry(raffle), key16(1)) == *first);
    CHECK(standing(harness, raffle).entries == 2);
  }
  SECTION("another request under the key is refused") {
    const auto other = harness.ask(entry(raffle, 8), key16(1));
    REQUIRE_FALSE(other);
    CHECK(other.error().code == Code::unprocessable);
    CHECK(other.error().reason == "key_reused");
  }
}

// Its caller was told of the refusal; the first copy, which was believed lost, comes after it.
TEST_CASE("a late copy of what was sent again and refused is refused, and not run", "[service]") {
  Harness harness;
  open_raffle(harness);
  const auto unknown = entry(kManager);
  const auto runs = [&] { return harness.watch.begun["raffle.enter"]; };
  auto again = harness.request(unknown, key16(1));
  auto first = harness.request(unknown, key16(1));
  again.call = first.call = 5;
  again.expires_at = first.expires_at = INT64_MAX;
  again.is_resent = true;

  SECTION("also in the same batch") {
    WriterCore::Input input;
    input.commands = {again, first};
    const auto out = harness.step(std::move(input));
    CHECK(reason(reply_to(out, again)) == "unknown_raffle");
    CHECK(reason(reply_to(out, first)) == "unknown_raffle");
    CHECK(runs() == 1);
  }
  SECTION("for a minute") {
    CHECK(reason(harness.ask_request(again)) == "unknown_raffle");
    harness.pass(50'000);
    CHECK(reason(harness.ask_request(first)) == "unknown_raffle");
    CHECK(runs() == 1);
    harness.pass(11'000);
    CHECK(reason(harness.ask_request(first)) == "unknown_raffle");
    CHECK(runs() == 2);
  }
  SECTION("but another call under its key is heard") {
    CHECK(reason(harness.ask_request(again)) == "unknown_raffle");
    first.call = 6;
    CHECK(reason(harness.ask_request(first)) == "unknown_raffle");
    CHECK(runs() == 2);
  }
  SECTION("not where the batch was taken back") {
    WriterCore::Input input;
    input.commands = {
        again, harness.request(Open{kOrganization, 7, {harness.wall + 1000}}, key16(2), kManager)};
    harness.store->full = true;
    CHECK_FALSE(harness.step(std::move(input)).committed);
    harness.store->full = false;
    harness.pass(2000);
    CHECK(reason(harness.ask_request(first)) == "unknown_raffle");
    CHECK(runs() == 2);
  }
  SECTION("who was refused once and tries again is heard") {
    CHECK(reason(harness.ask_request(first)) == "unknown_raffle");
    CHECK(reason(harness.ask_request(again)) == "unknown_raffle");
    CHECK(runs() == 2);
  }
}

TEST_CASE("the refusals kept of what was sent again are bounded", "[service]") {
  ResentRefusals refusals;
  Request request;
  for (int i = 0; i <= static_cast<int>(ResentRefusals::kMax); ++i) {
    request.key = key16(i);
    refusals.add(0, request, {Code::conflict, "closed", ""});
  }
  CHECK(refusals.find(1, request));
  request.key = key16(0);
  CHECK_FALSE(refusals.find(1, request));
  request.key = key16(1);
  CHECK(refusals.find(1, request));
}

TEST_CASE("a declared problem is recorded, refused, and kept under its key", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  const auto wrong = harness.ask(entry(raffle, 3), key16(1));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == Code::forbidden);
  CHECK(wrong.error().reason == "wrong_guess");
  const auto again = harness.ask(entry(raffle, 3), key16(1));
  REQUIRE_FALSE(again);
  CHECK(again.error().reason == "wrong_guess");
  CHECK(again.error().detail == wrong.error().detail);
  CHECK(harness.journal_names().back() == "raffle.guessed_wrong");
  const auto row = harness.store->snapshot()->rows().find<raffle::RaffleRow>(raffle.view());
  CHECK(row->wrong_guesses == 1);
}

TEST_CASE("a message is validated before it is decided, every bad field at once", "[service]") {
  Harness harness;
  const auto answer = harness.ask(Enter{Id{}, "no address", 2000});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::invalid);
  CHECK(answer.error().fields.size() == 2);
}

TEST_CASE("a refusal that rests on another service waits for its facts", "[service]") {
  Harness harness;
  harness.feed_seq["user"] = 0;
  const auto request =
      harness.request(Open{kOrganization, 7, {harness.wall + 60'000}}, key16(1), kManager);
  WriterCore::Input input;
  input.commands = {request};
  auto out = harness.step(std::move(input));
  CHECK(out.replies.empty());
  REQUIRE(out.questions == std::vector<std::string>{"user"});

  WriterCore::Input heads;
  heads.heads.push_back({"user", Cursor{99, 2, {}}});
  CHECK(harness.step(std::move(heads)).replies.empty());

  SECTION("and is never given when they allow the command") {
    WriterCore::Input facts;
    facts.feeds.push_back(
        harness.fact_of("user", MemberJoined{kOrganization, kManager, Role::manager}));
    out = harness.step(std::move(facts));
    CHECK(reply_to(out, request));
  }
  SECTION("and is final when they do not") {
    WriterCore::Input facts;
    facts.feeds.push_back(
        harness.fact_of("user", MemberJoined{kOrganization, kManager, Role::viewer}));
    out = harness.step(std::move(facts));
    CHECK(reason(reply_to(out, request)) == "not_a_manager");
  }
  SECTION("and a repeat of its key joins it and gets its answer") {
    const auto repeat =
        harness.request(Open{kOrganization, 7, {harness.wall + 60'000}}, key16(1), kManager);
    WriterCore::Input repeated;
    repeated.commands = {repeat};
    CHECK(harness.step(std::move(repeated)).replies.empty());
    WriterCore::Input facts;
    facts.feeds.push_back(
        harness.fact_of("user", MemberJoined{kOrganization, kManager, Role::manager}));
    out = harness.step(std::move(facts));
    REQUIRE(reply_to(out, request));
    REQUIRE(reply_to(out, repeat));
    CHECK(*reply_to(out, request) == *reply_to(out, repeat));
    CHECK(out.announced.size() == 1);
  }
  SECTION("and ends before its caller's time is over, as not run") {
    harness.pass(1'960);
    out = harness.step();
    CHECK(reason(reply_to(out, request)) == "deadline_queued");
    CHECK(harness.core->parked() == 0);
  }
  SECTION("and ends at once when its caller gives up") {
    WriterCore::Input gone;
    gone.cancelled = {request.from};
    out = harness.step(std::move(gone));
    CHECK(reason(reply_to(out, request)) == "cancelled");
    CHECK(harness.core->parked() == 0);
  }
  SECTION("and ends at once when the feed it waits for stops") {
    WriterCore::Input stopped;
    stopped.stopped = {"user"};
    out = harness.step(std::move(stopped));
    CHECK(reason(reply_to(out, request)) == "feed_stopped");
  }
}

TEST_CASE("one question to an owner serves all that waited when it was asked", "[service]") {
  Harness harness;
  WriterCore::Input input;
  for (int i = 0; i < 50; ++i) {
    input.commands.push_back(
        harness.request(Open{kOrganization, 7, {harness.wall + 60'000}}, key16(i), kManager));
  }
  CHECK(harness.step(std::move(input)).questions.size() == 1);

  // Who comes while it is being answered is not served by it: the head may be older than they.
  WriterCore::Input late;
  late.commands = {
      harness.request(Open{kOrganization, 7, {harness.wall + 60'000}}, key16(99), kManager)};
  CHECK(harness.step(std::move(late)).questions.empty());
  WriterCore::Input heads;
  heads.heads.push_back({"user", Cursor{99, 0, {}}});
  const auto out = harness.step(std::move(heads));
  CHECK(out.replies.size() == 50);
  CHECK(out.questions.size() == 1);
  CHECK(harness.core->parked() == 1);
}

TEST_CASE("an owner that does not answer is asked again", "[service]") {
  Harness harness;
  WriterCore::Input input;
  input.commands = {
      harness.request(Open{kOrganization, 7, {harness.wall + 60'000}}, key16(1), kManager)};
  harness.step(std::move(input));
  WriterCore::Input heads;
  heads.heads.push_back({"user", std::nullopt});
  CHECK(harness.step(std::move(heads)).questions.empty());
  harness.pass(150);
  CHECK(harness.step().questions.size() == 1);
}

TEST_CASE("a fact of another service has its effect once, whatever is repeated", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  const Id person = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8099");
  const auto facts = harness.fact_of("user", MemberJoined{kOrganization, person, Role::viewer});
  for (int i = 0; i < 3; ++i) {
    WriterCore::Input input;
    input.feeds = {facts, facts};
    const auto out = harness.step(std::move(input));
    REQUIRE(out.cursors.size() == 2);
    CHECK(out.cursors.back().cursor.seq == facts.facts.back().seq);
    harness.restart();
  }
  CHECK(standing(harness, raffle).entries == 1);
  const auto names = harness.journal_names();
  CHECK(std::count(names.begin(), names.end(), "user.member_joined") == 2);
  CHECK(harness.store->snapshot()->cursor("user")->seq == harness.feed_seq["user"]);
  CHECK(harness.rebuilds());
}

TEST_CASE("a fact beyond a gap is not taken, and the cursor says so", "[service]") {
  Harness harness;
  harness.next_fact("user", "user.member_joined", "");  // Lost on the way.
  WriterCore::Input input;
  input.feeds.push_back(
      harness.fact_of("user", MemberJoined{kOrganization, kManager, Role::manager}));
  const auto out = harness.step(std::move(input));
  REQUIRE(out.cursors.size() == 1);
  CHECK(out.cursors[0].cursor.seq == 0);
  CHECK(harness.journal_names().empty());
}

TEST_CASE("what others announce is noted without being announced again", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  WriterCore::Input input;
  input.feeds.push_back(harness.fact_of(
      "user", MemberJoined{kOrganization, *Id::parse("01890a5d-ac96-774b-bcce-b302099a8061"),
                           Role::viewer}));
  const auto out = harness.step(std::move(input));
  REQUIRE(out.announced.size() == 1);
  CHECK(out.announced[0].name == "raffle.entered");
  // Readers see that they missed nothing: the public fact before it was the raffle's opening.
  CHECK(out.announced[0].previous + 2 == out.announced[0].seq);
  CHECK(standing(harness, raffle).entries == 1);
}

TEST_CASE("due timers run before new messages", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness, 1'000);
  harness.pass(999);
  CHECK(harness.step().wake_ms == 1);
  harness.pass(1);
  const auto late = harness.ask(entry(raffle));
  CHECK(reason(late) == "raffle_closed");
  CHECK(standing(harness, raffle).state == State::closed);
  CHECK(harness.journal_names().back() == "raffle.closed");
  CHECK(harness.rebuilds());
}

TEST_CASE("a full store answers unavailable, keeps nothing, and recovers alone", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  const auto before = harness.journal_names().size();
  harness.store->full = true;
  const auto facts = harness.fact_of("user", MemberJoined{kOrganization, raffle, Role::viewer});
  WriterCore::Input input;
  const auto request = harness.request(entry(raffle), key16(1));
  const auto unknown = harness.request(entry(kManager), key16(2));
  input.commands = {request, unknown};
  input.feeds = {facts};
  const auto out = harness.step(std::move(input));
  CHECK_FALSE(out.committed);
  CHECK(reason(reply_to(out, request)) == "unavailable");
  CHECK(reason(reply_to(out, unknown)) == "unavailable");
  CHECK(out.announced.empty());
  REQUIRE(out.cursors.size() == 1);
  CHECK(out.cursors[0].cursor.seq + 2 == facts.facts.back().seq);
  CHECK_FALSE(harness.core->healthy());
  CHECK(harness.journal_names().size() == before);

  harness.store->full = false;
  SECTION("with the next command") {
    CHECK(harness.ask(entry(raffle), key16(1)));
    CHECK(harness.core->healthy());
  }
  SECTION("or without one") {
    harness.pass(1'000);
    CHECK(harness.step().committed);
    CHECK(harness.core->healthy());
  }
}

TEST_CASE("expired work is not run", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  auto request = harness.request(entry(raffle), key16(1));
  request.expires_at = harness.steady;
  CHECK(reason(harness.ask_request(std::move(request))) == "deadline_queued");
  CHECK(standing(harness, raffle).entries == 0);
}

TEST_CASE("time never runs back behind the journal, and jumps must be confirmed", "[service]") {
  Harness harness;
  const Id raffle = open_raffle(harness);
  const auto last = harness.store->snapshot()->head().at;
  harness.wall -= 30'000;  // Small enough to be believed.
  REQUIRE(harness.ask(entry(raffle)));
  CHECK(harness.store->snapshot()->head().at == last);

  harness.wall += 3600'000;
  auto out = harness.step();
  CHECK(out.alarms == std::vector<std::string>{"clock_jump_not_believed"});
  CHECK(standing(harness, raffle).state == State::open);
  harness.pass(4'000);
  harness.step();
  CHECK(standing(harness, raffle).state == State::open);
  harness.pass(1'001);
  out = harness.step();
  CHECK(out.alarms == std::vector<std::string>{"clock_jump_confirmed"});
  CHECK(standing(harness, raffle).state == State::closed);
}

TEST_CASE("a person's message needs a token, and an ended session's is refused", "[service]") {
  Harness harness;
  join(harness);
  const Open open{kOrganization, 7, {harness.wall + 60'000}};
  CHECK(reason(harness.ask(open)) == "token_needed");

  auto request = harness.request(open, key16(1), kManager);
  request.person->session_id = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8077");
  const auto until = harness.wall + 900'000;
  WriterCore::Input input;
  input.feeds.push_back(harness.fact_of(
      "user", api::user::SessionEnded{request.person->session_id, kManager, {until}}));
  harness.step(std::move(input));
  CHECK(reason(harness.ask_request(request)) == "session_ended");

  // Once none of its tokens can live, the session is forgotten.
  harness.pass(900'000);
  harness.step();
  CHECK(harness.journal_names().back() == "access.session_forgotten");
  CHECK(harness.rebuilds());
}

TEST_CASE("a device may send only what its contract opens to devices", "[service]") {
  Harness harness;
  join(harness);
  auto request =
      harness.request(Open{kOrganization, 7, {harness.wall + 60'000}}, key16(1), kManager);
  request.person->is_device = true;
  CHECK(reason(harness.ask_request(request)) == "not_for_devices");
  CommandRow open_to_devices = *request.command;
  open_to_devices.description.devices = true;
  request.command = &open_to_devices;
  CHECK(reason(harness.ask_request(request)).empty());
}

}  // namespace bilten
