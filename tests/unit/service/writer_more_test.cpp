// The writer with handlers that misbehave or need preparation, and with random commands.
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

// A command with slow work in front: its answer says what prepare found.
struct Stamp {
  static constexpr std::string_view name = "raffle.stamp";
  static constexpr Contract contract{.kind = Kind::command};
  struct Answer {
    std::string stamp;
    static constexpr auto fields() {
      return field_list(field("stamp", &Answer::stamp, length(0, 100)));
    }
  };
  int64_t number = 0;
  static constexpr auto fields() {
    return field_list(field("number", &Stamp::number, between(0, 1000)));
  }
};

Service with_stamps() {
  Service service = raffle::service();
  service.table.push_back(command<Stamp>(
      "raffle.stamp",
      [](const Reader&, const Stamp& message) -> Result<std::string> {
        if (message.number == 13) return Error{Code::invalid, "unlucky", "Not that number."};
        return "stamp " + std::to_string(message.number);
      },
      [](const Rows&, const Context& context, const Stamp&) -> Decided<Stamp::Answer> {
        Decision<Stamp::Answer> decision;
        decision.answer.stamp = *std::any_cast<std::string>(&context.prepared);
        decision.keep("stamp", decision.answer.stamp);
        return decision;
      }));
  return service;
}

// What the slow pool does with a command.
Request prepare(Harness& harness, Request request) {
  const auto snapshot = harness.store->snapshot();
  const Reader reader{snapshot->rows(), snapshot->vault(), harness.wall, nullptr};
  request.prepared = request.command->prepare(reader, request.body);
  return request;
}

WriterCore::Output hand_in(Harness& harness, Request request) {
  WriterCore::Input input;
  input.commands.push_back(std::move(request));
  return harness.step(std::move(input));
}

// A timer that its handler never clears, and one that it does.
Service with_stuck_timer() {
  Service service = raffle::service();
  service.table.push_back(timer(
      "raffle.stuck", [](const Rows&, const Context&, std::string_view) { return Effects{}; }));
  const auto evolve = service.evolve;
  service.evolve = [evolve](Rows& rows, std::string_view name, std::string_view body) {
    evolve(rows, name, body);
    if (name == Opened::name) rows.set_timer("raffle.stuck", "key", 1);
  };
  return service;
}

Id open_raffle(Harness& harness, int64_t for_ms) {
  WriterCore::Input input;
  input.feeds.push_back(
      harness.fact_of("user", MemberJoined{kOrganization, kManager, Role::manager}));
  harness.step(std::move(input));
  const auto answer = harness.ask(Open{kOrganization, 7, {harness.wall + for_ms}}, {}, kManager);
  REQUIRE(answer);
  return decode<RaffleView>(*answer)->id;
}

}  // namespace

TEST_CASE("slow work runs before the batch, once for all repeats of a key", "[service]") {
  Harness harness(with_stamps());
  const auto first = harness.request(Stamp{5}, key16(1));
  const auto repeat = harness.request(Stamp{5}, key16(1));
  const auto other = harness.request(Stamp{6}, key16(1));
  auto out = hand_in(harness, first);
  REQUIRE(out.to_prepare.size() == 1);
  CHECK(out.replies.empty());
  CHECK(hand_in(harness, repeat).to_prepare.empty());
  CHECK(reason(reply_to(hand_in(harness, other), other)) == "key_reused");

  out = hand_in(harness, prepare(harness, out.to_prepare[0]));
  REQUIRE(reply_to(out, first));
  REQUIRE(reply_to(out, repeat));
  CHECK(*reply_to(out, first) == *reply_to(out, repeat));
  CHECK(decode<Stamp::Answer>(*reply_to(out, first))->stamp == "stamp 5");
  CHECK(harness.store->snapshot()->vault().get("stamp") == "stamp 5");

  // A later repeat costs no slow work: its answer is stored.
  const auto late = harness.request(Stamp{5}, key16(1));
  out = hand_in(harness, late);
  CHECK(out.to_prepare.empty());
  CHECK(*reply_to(out, late) == *reply_to(hand_in(harness, first), first));
}

TEST_CASE("a refusal of the slow work is the command's", "[service]") {
  Harness harness(with_stamps());
  const auto request = harness.request(Stamp{13}, key16(1));
  auto out = hand_in(harness, request);
  out = hand_in(harness, prepare(harness, out.to_prepare[0]));
  CHECK(reason(reply_to(out, request)) == "unlucky");
  CHECK_FALSE(harness.store->snapshot()->answer(key16(1)));
}

TEST_CASE("a repeat outlives the request it joined", "[service]") {
  Harness harness(with_stamps());
  auto first = harness.request(Stamp{5}, key16(1));
  first.expires_at = harness.steady + 100'000;
  const auto repeat = harness.request(Stamp{5}, key16(1));
  auto out = hand_in(harness, first);
  hand_in(harness, repeat);
  harness.pass(200);
  out = hand_in(harness, prepare(harness, out.to_prepare[0]));
  CHECK(reason(reply_to(out, first)) == "deadline_queued");
  REQUIRE(out.to_prepare.size() == 1);
  out = hand_in(harness, prepare(harness, out.to_prepare[0]));
  CHECK(reply_to(out, repeat));
}

TEST_CASE("a command that its caller gave up is not run, and its repeats go on", "[service]") {
  Harness harness(with_stamps());
  const auto first = harness.request(Stamp{5}, key16(1));
  const auto repeat = harness.request(Stamp{5}, key16(1));
  const auto given_up = harness.request(Stamp{5}, key16(1));
  auto out = hand_in(harness, first);
  REQUIRE(out.to_prepare.size() == 1);
  auto running = out.to_prepare[0];
  hand_in(harness, repeat);
  hand_in(harness, given_up);
  WriterCore::Input gone;
  gone.cancelled = {given_up.from};
  out = harness.step(std::move(gone));
  CHECK(reason(reply_to(out, given_up)) == "cancelled");
  CHECK(out.replies.size() == 1);

  running.is_cancelled = true;
  out = hand_in(harness, running);
  CHECK(reason(reply_to(out, first)) == "cancelled");
  REQUIRE(out.to_prepare.size() == 1);
  out = hand_in(harness, prepare(harness, out.to_prepare[0]));
  CHECK(reply_to(out, repeat));
  CHECK(out.replies.size() == 1);
}

TEST_CASE("a timer that stays due is put off, and keeps no other from running", "[service]") {
  Harness harness(with_stuck_timer());
  const Id raffle = open_raffle(harness, 60'000);
  auto out = harness.step();
  CHECK(out.alarms == std::vector<std::string>{"timer_left_due raffle.stuck"});
  CHECK(harness.step().alarms.empty());
  harness.pass(1'000);
  CHECK(harness.step().alarms.size() == 1);
  harness.pass(1'000);
  CHECK(harness.step().alarms.empty());  // The second time it is put off for longer.
  harness.pass(60'000);
  out = harness.step();
  const auto row = harness.store->snapshot()->rows().find<raffle::RaffleRow>(raffle.view());
  CHECK(row->state == State::closed);
  CHECK(harness.rebuilds());
}

TEST_CASE("a timer without a handler is put off with an alarm", "[service]") {
  Harness harness(with_stuck_timer());
  open_raffle(harness, 60'000);
  Harness other;
  {
    const auto batch = other.store->begin();
    batch->rows_for_evolve().set_timer("raffle.of_a_newer_release", "key", 1);
    REQUIRE(batch->commit() == CommitResult::done);
  }
  CHECK(other.step().alarms == std::vector<std::string>{"unknown_timer raffle.of_a_newer_release"});
}

TEST_CASE("what a service records at its start is recorded once the store takes it", "[service]") {
  Harness harness;
  const std::function<Effects(const Rows&, const Context&)> on_start = [](const Rows&,
                                                                          const Context& context) {
    Effects effects;
    effects.record(Opened{context.fresh_id(), kOrganization, {context.now + 1000}});
    return effects;
  };
  WriterCore::Input input;
  input.on_start = &on_start;
  const auto out = harness.step(std::move(input));
  CHECK(out.committed);
  CHECK(out.announced.size() == 1);
}

TEST_CASE("any run of messages, faults and restarts rebuilds to the same rows", "[service]") {
  const auto seed = GENERATE(range(1, 21));
  CAPTURE(seed);
  Harness harness;
  SeededRandom random(static_cast<uint64_t>(seed));
  std::vector<Id> raffles = {open_raffle(harness, 50'000)};
  std::map<std::string, std::string> answers;  // By key: what the first use was told.
  for (int round = 0; round < 150; ++round) {
    harness.pass(static_cast<int64_t>(random.below(2'000)));
    harness.store->full = random.below(12) == 0;
    WriterCore::Input input;
    std::map<uint64_t, std::string> keys;
    for (uint64_t i = random.below(6); i > 0; --i) {
      const std::string key = key16(static_cast<int>(random.below(60)));
      const Id raffle = raffles[random.below(raffles.size())];
      const auto request =
          random.below(4) == 0
              ? harness.request(Open{kOrganization, 7, {harness.wall + 20'000}}, key, kManager)
              : harness.request(
                    Enter{raffle, "ann@example.org", static_cast<int64_t>(7 + random.below(2))},
                    key);
      keys[request.from.id] = key;
      input.commands.push_back(request);
    }
    if (random.below(3) == 0) {
      input.feeds.push_back(
          harness.fact_of("user", MemberJoined{kOrganization, raffles[0], Role::viewer}));
    }
    const auto out = harness.step(std::move(input));
    if (!out.committed) harness.feed_seq["user"] = harness.store->snapshot()->cursor("user")->seq;
    for (const auto& reply : out.replies) {
      if (!reply.answer) continue;
      const auto& key = keys[reply.to.id];
      const auto [known, first] = answers.emplace(key, *reply.answer);
      CHECK(known->second == *reply.answer);
      const auto view = decode<RaffleView>(*reply.answer);
      if (first && view) raffles.push_back(view->id);
    }
    if (random.below(20) == 0) harness.restart();
  }
  harness.store->full = false;
  CHECK(harness.rebuilds());
  CHECK(answers.size() > 10);
}

}  // namespace bilten
