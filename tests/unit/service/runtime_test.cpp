// The whole runtime: threads, LMDB, sockets, a broker and bilten-events, all in this process.
#include "tests/unit/service/latched_raffles.h"
#include "tests/unit/service/small_mesh.h"

namespace bilten {

using namespace api::raffle;
using namespace small_mesh;

TEST_CASE("nobody is refused what an own earlier success contradicts", "[service]") {
  House house;
  Signer signer;
  Running user(house, user_service(), signer.announce);
  Running raffles(house, raffle::service());
  Probe probe(house);
  for (int i = 0; i < 40; ++i) {
    const Id organization = probe.fresh_id(), person = probe.fresh_id();
    REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
    const auto opened = probe.call(Open{organization, 7, {house.clock.wall_ms() + 60'000}},
                                   signer.token_of(person, house.clock.wall_ms()));
    CAPTURE(opened.error.reason, opened.error.detail);
    REQUIRE(opened.code == Code::ok);
  }
  const Id stranger = probe.fresh_id();
  const auto refused = probe.call(Open{stranger, 7, {house.clock.wall_ms() + 60'000}},
                                  signer.token_of(stranger, house.clock.wall_ms()));
  CHECK(refused.code == Code::forbidden);
  CHECK(refused.error.reason == "not_a_manager");
}

TEST_CASE("an acknowledged command is there after a restart, and its answer too", "[service]") {
  House house;
  Signer signer;
  Running user(house, user_service(), signer.announce);
  Probe probe(house);
  const Id organization = probe.fresh_id(), person = probe.fresh_id();
  REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
  const std::string token = signer.token_of(person, house.clock.wall_ms());
  std::string first, view;
  Id raffle;
  {
    Running raffles(house, raffle::service());
    const auto opened = probe.call(Open{organization, 7, {house.clock.wall_ms() + 60'000}}, token);
    REQUIRE(opened.code == Code::ok);
    raffle = decode<RaffleView>(opened.body)->id;
    const auto entered = probe.call(Enter{raffle, "ann@example.org", 7}, {}, std::string(16, 'a'));
    REQUIRE(entered.code == Code::ok);
    first = entered.body;
  }
  Running raffles(house, raffle::service());
  const auto again = probe.call(Enter{raffle, "ann@example.org", 7}, {}, std::string(16, 'a'));
  REQUIRE(again.code == Code::ok);
  CHECK(again.body == first);
  const auto shown = probe.call(Raffle{raffle});
  REQUIRE(shown.code == Code::ok);
  CHECK(decode<RaffleView>(shown.body)->entries == 1);
  CHECK(verify_rebuild(*raffles.store->snapshot(), raffles.table.applier()));
}

TEST_CASE("bad messages from the mesh are answered, and the daemon lives", "[service]") {
  House house;
  Running raffles(house, raffle::service());
  Probe probe(house);
  CHECK(probe.raw("raffle.enter", "\xc1").code == Code::invalid);
  CHECK(probe.raw("raffle.enter", "").code == Code::invalid);
  CHECK(probe.raw("raffle.unheard_of", "\x80").error.reason == "unknown_message");
  CHECK(probe.raw("raffle.feeds.accept", "\x80").code == Code::invalid);
  CHECK(probe.raw("raffle.feeds.dance", encode(FeedName{"user"})).code == Code::unsupported);
  CHECK(probe.raw("raffle.feeds.accept", encode(FeedName{"event"})).code == Code::not_found);
  CHECK(probe.raw("raffle.raffle", encode(Raffle{}), "no token").error.reason == "bad_token");
  CHECK(probe.raw("raffle.open", encode(Open{})).error.reason == "token_needed");
  const auto list = probe.raw("raffle.feeds.list", "\x80");
  REQUIRE(list.code == Code::ok);
  CHECK(decode<FeedList>(list.body)->feeds.size() == 1);
  CHECK(probe.raw("raffle.$contract", "\x80").code == Code::ok);
  const auto metrics = probe.raw("raffle.$metrics", "\x80");
  REQUIRE(metrics.code == Code::ok);
  CHECK(metrics.body.find("bilten_messages_total") != std::string::npos);
  CHECK(raffles.runtime->alive());
}

TEST_CASE("a request that waits is answered when its caller gives up, and frees its place",
          "[service]") {
  House house;
  const Signer signer;
  Running raffle(house, raffle::service());
  Probe probe(house);
  // Nobody serves user, so a token that only its facts could prove waits until its budget ends.
  net::Call call;
  call.name = Open::name;
  call.body = encode(Open{probe.fresh_id(), 7, {house.clock.wall_ms() + 60'000}});
  call.ext.claims = signer.token_of(probe.fresh_id(), house.clock.wall_ms());
  call.budget_ms = 60'000;
  call.handle = std::make_shared<net::CallHandle>();
  const auto handle = call.handle;
  std::atomic<Code> ended = Code::ok;
  probe.mesh().call(std::move(call), [&](net::Answer answer) { ended = answer.code; });
  REQUIRE(wait_until([&] { return probe.in_flight("raffle") == 1; }));
  probe.mesh().cancel(handle);
  CHECK(wait_until([&] { return ended == Code::cancelled; }));
  // Long before the broker takes an abandoned place back by itself.
  CHECK(wait_until([&] { return probe.in_flight("raffle") == 0; }, 5));
}

// The writer waits inside the first command until the others have gathered.
TEST_CASE("commands that gather share a commit, and each gets its own answer", "[service]") {
  constexpr int kGathered = 200;
  House house;
  Signer signer;
  Running user(house, user_service(), signer.announce);
  Latch latch;
  Running raffles(house, latched_raffles(latch));
  Probe probe(house);
  const Id organization = probe.fresh_id(), person = probe.fresh_id();
  REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
  const auto opened = probe.call(Open{organization, 7, {house.clock.wall_ms() + 600'000}},
                                 signer.token_of(person, house.clock.wall_ms()));
  REQUIRE(opened.code == Code::ok);
  const Id raffle = decode<RaffleView>(opened.body)->id;
  std::mutex mutex;
  std::set<int64_t> entries;
  const auto enter = [&](const std::string& email) {
    probe.start(Enter{raffle, email, 7}, [&](const net::Answer& answer) {
      const auto entered = decode<Enter::Answer>(answer.body);
      std::lock_guard lock(mutex);
      if (answer.code == Code::ok && entered) entries.insert(entered->entry);
    });
  };
  const auto answered = [&] {
    std::lock_guard lock(mutex);
    return entries.size();
  };
  enter(kLatched);
  REQUIRE(wait_until([&] { return latch.is_reached(); }));
  const int before = raffles.store->commits();
  for (int i = 0; i < kGathered; ++i) enter("ann@example.org");
  REQUIRE(wait_until([&] { return probe.in_flight("raffle") == kGathered + 1; }));
  CHECK(answered() == 0);
  latch.open();
  REQUIRE(wait_until([&] { return answered() == kGathered + 1; }));
  CHECK(*entries.rbegin() == kGathered + 1);
  // The first one's, that of all who had gathered, and of who were still on the way.
  const int commits = raffles.store->commits() - before;
  CHECK(commits >= 2);
  CHECK(commits <= 10);
}

}  // namespace bilten
