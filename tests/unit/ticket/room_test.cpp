// Waiting rooms: who is let in, in what order, how fast, and that nobody gets around it.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/ticket/room_rows.h"
#include "daemons/ticket/stock.h"
#include "tests/unit/ticket/shop.h"

namespace bilten::test {
namespace {

constexpr UnixMillis kSecond = 1000, kMinute = 60'000;

struct Room : Shop {
  SetRoom terms(int64_t per_minute, UnixMillis opens_in = kMinute) const {
    SetRoom message;
    message.event_id = event_id;
    message.opens_at = {bench.now + opens_in};
    message.per_minute = per_minute;
    return message;
  }
  RoomView view() {
    ReadRoom message;
    message.event_id = event_id;
    return bench.must(message);
  }
  std::string join() {
    JoinRoom message;
    message.event_id = event_id;
    return bench.must(message).token;
  }
  std::vector<std::string> join_many(int count) {
    std::vector<std::string> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(join());
    return tokens;
  }
  EntryView entry(const std::string& token) {
    ReadEntry message;
    message.event_id = event_id;
    message.token = token;
    return bench.must(message);
  }
  EntryState state(const std::string& token) { return entry(token).state; }
  int64_t count(const std::vector<std::string>& tokens, EntryState wanted) {
    int64_t found = 0;
    for (const auto& token : tokens) found += state(token) == wanted ? 1 : 0;
    return found;
  }
  void pass_time(UnixMillis ms) {
    for (const auto end = bench.now + ms; bench.now < end;) {
      bench.now = std::min(end, bench.now + 500);
      bench.run_timers();
    }
  }
  Order order_with(const Id& type_id, const std::optional<std::string>& token,
                   int64_t quantity = 1) {
    auto message = basket({{type_id, quantity}});
    message.queue_token = token;
    return message;
  }
};

}  // namespace

TEST_CASE_METHOD(Room, "an event with a waiting room sells to who was let in, once", "[room]") {
  const auto type = add_type(0, 100);
  CHECK(reason(order_with(type, {})).empty());
  bench.must(terms(600), &manager);
  CHECK(reason(order_with(type, {})) == "queue_required");
  const auto token = join();
  CHECK(state(token) == EntryState::gathering);
  CHECK(reason(order_with(type, token)) == "queue_not_yet");
  pass_time(kMinute);
  CHECK(state(token) == EntryState::let_in);
  CHECK(entry(token).pass_until.value().ms == bench.now + 10 * kMinute);
  CHECK(view().passes_out == 1);
  // A refused order leaves the pass as it was.
  CHECK(reason(order_with(type, token, 11)) == "over_limit");
  CHECK(reason(order_with(type, token)).empty());
  CHECK(state(token) == EntryState::used);
  CHECK(view().passes_out == 0);
  CHECK(reason(order_with(type, token)) == "pass_used");
  bench.check_rebuild();
}

TEST_CASE_METHOD(Room, "tokens of others, of another event, of an earlier room open nothing",
                 "[room]") {
  const auto type = add_type(0, 100);
  bench.must(terms(600, 0), &manager);
  const auto token = join();
  pass_time(2 * kSecond);
  REQUIRE(state(token) == EntryState::let_in);
  for (size_t at = 0; at < token.size(); ++at) {
    auto changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    INFO(at);
    // The last character has bits that say nothing; base64url takes one spelling of them alone.
    CHECK(reason(order_with(type, changed)) == "unknown_queue_token");
  }
  CHECK(reason(order_with(type, "")) == "invalid");
  CloseRoom close;
  close.event_id = event_id;
  bench.must(close, &manager);
  bench.must(terms(600, 0), &manager);
  pass_time(2 * kSecond);
  CHECK(reason(order_with(type, token)) == "unknown_queue_token");
  bench.must(close, &manager);
  CHECK(reason(order_with(type, {})).empty());
  CHECK(reason(close, &manager) == "no_waiting_room");
}

TEST_CASE_METHOD(Room, "the early are drawn as the seed says, and the late wait behind them",
                 "[room]") {
  add_type(0, 10'000);
  const auto before = bench.must(terms(60), &manager);
  CHECK_FALSE(before.seed);
  const auto early = join_many(200);
  pass_time(kMinute - 1);
  CHECK(count(early, EntryState::gathering) == 200);
  bench.now += 1;
  const auto late = join_many(50);
  bench.run_timers();
  const auto drawn = view();
  REQUIRE(drawn.seed);
  const auto bound = crypto::hash({"room seed", drawn.seed->data});
  CHECK(before.seed_hash.data == std::string(bound.data(), bound.size()));

  // What anyone can compute from the seed and the entries' ids is the order that is kept.
  std::vector<std::pair<std::string, std::string>> by_draw;
  for (const auto& token : early) {
    const auto id = from_base64url(token)->substr(0, 16);
    by_draw.emplace_back(crypto::keyed_hash(drawn.seed->data, "room draw", id).substr(0, 8), token);
  }
  std::sort(by_draw.begin(), by_draw.end());
  for (int round = 0; round < 100; ++round) {
    pass_time(kSecond);
    const auto let_in = static_cast<size_t>(view().let_in);
    for (size_t i = 0; i < by_draw.size(); ++i) {
      INFO("round " << round << " place " << i << " let in " << let_in);
      CHECK((state(by_draw[i].second) == EntryState::let_in) == (i < let_in));
    }
  }
  CHECK(count(late, EntryState::waiting) == 50);
  pass_time(200 * kSecond);
  CHECK(count(late, EntryState::waiting) == 0);
  CHECK(view().let_in == 250);
}

TEST_CASE_METHOD(Room, "the late are let in as they came", "[room]") {
  add_type(0, 10'000);
  bench.must(terms(120, 0), &manager);
  const auto tokens = join_many(40);
  for (int64_t i = 0; i < 40; ++i) CHECK(entry(tokens[static_cast<size_t>(i)]).token.size() == 54);
  for (int round = 0; round < 25; ++round) {
    const auto let_in = view().let_in;
    for (size_t i = 0; i < tokens.size(); ++i) {
      const auto seen = entry(tokens[i]);
      const bool is_in = static_cast<int64_t>(i) < let_in;
      CHECK((seen.state == EntryState::let_in) == is_in);
      if (seen.state == EntryState::waiting) {
        CHECK(seen.position == static_cast<int64_t>(i) + 1 - let_in);
        CHECK(seen.wait_s == (*seen.position * 60 + 119) / 120);
      }
    }
    pass_time(kSecond);
  }
  CHECK(view().let_in == 40);
}

TEST_CASE_METHOD(Room, "the rate holds over any minute, and after a pause too", "[room]") {
  const auto per_minute = GENERATE(int64_t{7}, int64_t{60}, int64_t{90}, int64_t{6000});
  add_type(0, 1'000'000);
  bench.must(terms(per_minute, 0), &manager);
  join_many(static_cast<int>(std::min<int64_t>(4 * per_minute, 2000)));
  const auto in_time = [&](UnixMillis ms) {
    const auto before = view().let_in;
    pass_time(ms);
    return view().let_in - before;
  };
  const auto burst = std::max<int64_t>(1, per_minute * 5 / 60);
  CHECK(in_time(10 * kSecond) <= per_minute / 6 + burst);
  bench.now += 30 * kSecond;  // Nobody was there to let people in.
  CHECK(in_time(10 * kSecond) <= per_minute / 6 + 2 * burst);
  if (per_minute <= 90) {
    const auto minute = in_time(kMinute);
    CHECK(minute >= per_minute - 1);
    CHECK(minute <= per_minute + 1);
  }
}

TEST_CASE_METHOD(Room, "no more passes are out than tickets are free, whatever the rate",
                 "[room]") {
  const auto type = add_type(0, 10);
  bench.must(terms(600'000, 0), &manager);
  const auto tokens = join_many(30);
  pass_time(10 * kSecond);
  CHECK(view().passes_out == 10);
  CHECK(count(tokens, EntryState::let_in) == 10);
  CHECK(count(tokens, EntryState::starved) == 20);
  for (int i = 0; i < 4; ++i) bench.must(order_with(type, tokens[static_cast<size_t>(i)]));
  pass_time(10 * kSecond);
  CHECK(view().passes_out == 6);
  CHECK(count(tokens, EntryState::starved) == 20);
  // Six passes lapse: as many of the next in line are let in.
  pass_time(10 * kMinute);
  CHECK(count(tokens, EntryState::lapsed) == 6);
  CHECK(count(tokens, EntryState::let_in) == 6);
  CHECK(reason(order_with(type, tokens[5])) == "pass_lapsed");
  CHECK(reason(order_with(type, tokens[10])).empty());
  bench.check_rebuild();
}

TEST_CASE_METHOD(Room, "quotas bound what a waiting room takes for free", "[room]") {
  const auto stalls = add_type(0, 100), balcony = add_type(0, 50);
  AddQuota quota;
  quota.event_id = event_id;
  quota.title = "House";
  quota.quantity = 70;
  quota.ticket_type_ids = {stalls};
  bench.must(quota, &manager);
  const auto free = [&] {
    return ticket::free_in_event(bench.store->snapshot()->rows(), event_id);
  };
  CHECK(free() == 120);
  quota.ticket_type_ids = {stalls, balcony};
  quota.quantity = 80;
  bench.must(quota, &manager);
  CHECK(free() == 80);
  buy(stalls, 10);
  CHECK(free() == 70);
}

TEST_CASE_METHOD(Room, "a room that has opened keeps its opening; its rate may change", "[room]") {
  add_type(0, 100);
  bench.must(terms(60), &manager);
  CHECK(bench.must(terms(60, 2 * kMinute), &manager).opens_at.ms == bench.now + 2 * kMinute);
  join_many(20);
  pass_time(2 * kMinute);
  CHECK(reason(terms(60, 5 * kMinute), &manager) == "room_open");
  auto faster = terms(6000, 0);
  CHECK(bench.must(faster, &manager).per_minute == 6000);
  pass_time(2 * kSecond);
  CHECK(view().let_in == 20);
  CHECK(reason(faster, &door) == "role_missing");
}

TEST_CASE_METHOD(Room, "a room ends with its event", "[room]") {
  add_type(0, 5);
  bench.must(terms(60, 0), &manager);
  join_many(10);
  pass_time(kMinute);
  tell<api::event::Cancelled>(api::event::State::cancelled);
  pass_time(5 * kSecond);
  ReadRoom message;
  message.event_id = event_id;
  CHECK(reason(message) == "no_waiting_room");
  CHECK(due_timers(bench.store->snapshot()->rows(), bench.now + kMinute, 10).empty());
  pass_time(kHour);  // Passes of it lapse without harm.
  bench.check_rebuild();
}

TEST_CASE_METHOD(Room, "a draw favours no one: places are spread evenly", "[room]") {
  add_type(0, 100'000);
  bench.must(terms(600'000), &manager);
  const auto tokens = join_many(4000);
  pass_time(kMinute);
  REQUIRE(view().drawn);
  // Of 4,000 drawn, 1,000 are let in by the first quarter of the draw; who came in the first half
  // is among them as often as who came in the second: within five deviations.
  std::vector<std::string> order;
  const auto seed = view().seed->data;
  for (const auto& token : tokens) {
    const auto id = from_base64url(token)->substr(0, 16);
    order.push_back(crypto::keyed_hash(seed, "room draw", id).substr(0, 8));
  }
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  int first_half = 0;
  for (size_t i = 0; i < 2000; ++i) first_half += order[i] < sorted[1000] ? 1 : 0;
  CHECK(std::abs(first_half - 500) < 5 * std::sqrt(1000 * 0.25));
}

}  // namespace bilten::test
