// A daemon that is asked to stop while it has work: nobody's command is lost without a word.
#include "tests/unit/service/latched_raffles.h"
#include "tests/unit/service/small_mesh.h"

namespace bilten {

using namespace api::raffle;
using namespace small_mesh;

namespace {

// The answers to calls that were started, by a name of the test's.
class AnswersHeard {
 public:
  std::function<void(const net::Answer&)> note(const std::string& what) {
    return [this, what](const net::Answer& answer) {
      std::lock_guard lock(mutex_);
      answers_.emplace(what, answer);
    };
  }
  size_t count() {
    std::lock_guard lock(mutex_);
    return answers_.size();
  }
  // The only one.
  net::Answer at(const std::string& what) {
    std::lock_guard lock(mutex_);
    REQUIRE(answers_.count(what) == 1);
    return answers_.find(what)->second;
  }

 private:
  std::mutex mutex_;
  std::multimap<std::string, net::Answer> answers_;
};

}  // namespace

TEST_CASE("a daemon that stops answers what it has in hand; what was parked may come again",
          "[service]") {
  constexpr int kBehind = 10;
  const std::string key(16, 'p');
  House house;
  const Signer signer;
  AnswersHeard heard;
  Latch latch;
  auto raffles = std::make_unique<Running>(house, latched_raffles(latch));
  Probe probe(house);
  // Nobody serves user yet, so a token that only its facts can prove is parked.
  const Id organization = probe.fresh_id(), person = probe.fresh_id();
  const Open open{organization, 7, {house.clock.wall_ms() + 600'000}};
  const auto token = signer.token_of(person, house.clock.wall_ms());
  probe.start(open, heard.note("parked"), token, key);
  REQUIRE(wait_until([&] { return probe.in_flight("raffle") == 1; }));
  probe.start(Enter{Id{}, kLatched, 7}, heard.note("in the writer"));
  REQUIRE(wait_until([&] { return latch.is_reached(); }));
  for (int i = 0; i < kBehind; ++i) {
    probe.start(Enter{Id{}, "ann@example.org", 7}, heard.note("behind " + std::to_string(i)));
  }
  REQUIRE(wait_until([&] { return probe.in_flight("raffle") == kBehind + 2; }));
  CHECK(heard.count() == 0);

  std::thread stopper([&] { raffles.reset(); });
  REQUIRE(wait_until([&] { return probe.worker("raffle").draining; }));
  CHECK(probe.call(Enter{Id{}, "late@example.org", 7}).code == Code::draining);
  CHECK(heard.count() == 0);
  latch.open();
  stopper.join();
  REQUIRE(wait_until([&] { return heard.count() == kBehind + 2; }));
  CHECK(heard.at("in the writer").error.reason == "unknown_raffle");
  for (int i = 0; i < kBehind; ++i) {
    const auto answer = heard.at("behind " + std::to_string(i));
    CAPTURE(i, word(answer.code), answer.error.reason);
    // One that came as the goodbye was said did not run, and is told so.
    CHECK((answer.error.reason == "unknown_raffle" || ran(answer.code) == Ran::no));
  }
  const auto parked = heard.at("parked");
  CAPTURE(word(parked.code), parked.error.reason);
  CHECK(parked.code != Code::ok);
  CHECK(ran(parked.code) != Ran::yes);

  // Under its key it may come again, and runs once.
  Signer announcer;
  Running user(house, user_service(), announcer.announce);
  Running again(house, raffle::service());
  REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
  const auto first = probe.call(open, token, key), second = probe.call(open, token, key);
  CAPTURE(first.error.reason, first.error.detail);
  CHECK(first.code == Code::ok);
  CHECK(second.body == first.body);
}

}  // namespace bilten
