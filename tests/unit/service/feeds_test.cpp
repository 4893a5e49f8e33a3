// Facts from one daemon's journal to another's rows, through a mesh that loses and repeats.
#include "common/service/feeds.h"

#include <catch2/catch.hpp>

#include "common/service/access.h"
#include "common/service/builtin.h"
#include "tests/unit/service/harness.h"
#include "tests/unit/service/raffle_service.h"

namespace bilten {

using api::user::MemberJoined;
using api::user::Role;
using test::Harness;

namespace {

const Id kOrganization = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");

// Says that a person joined.
struct Join {
  static constexpr std::string_view name = "user.join";
  static constexpr Contract contract{.kind = Kind::command};
  using Answer = Nothing;
  Id person_id;
  static constexpr auto fields() { return field_list(field("person_id", &Join::person_id)); }
};

Service user_service() {
  Service service{.name = "user", .doc = "", .facts = {}, .table = {}, .evolve = {}};
  service.table.push_back(command<Join>(
      "user.join", [](const Rows&, const Context&, const Join& message) -> Decided<Nothing> {
        Decision<Nothing> decision;
        decision.record(MemberJoined{kOrganization, message.person_id, Role::viewer});
        return decision;
      }));
  return service;
}

net::Publication publication_of(const AnnouncedFact& fact) {
  const auto hash = [](const Hash32& bytes) { return std::string(bytes.begin(), bytes.end()); };
  const auto bytes = net::fact_publication({.at = fact.at,
                                            .name = fact.name,
                                            .body = fact.body,
                                            .traceparent = {},
                                            .after = {fact.epoch, fact.seq, hash(fact.hash)}},
                                           {fact.epoch, fact.previous, hash(fact.previous_hash)});
  auto parsed = net::parse_event_frame(bytes);
  REQUIRE(parsed);
  return *parsed;
}

// The owner "user", the reader "raffle", and what is between them.
struct Pair {
  Harness owner{user_service()};
  Harness reader;
  std::unique_ptr<Feeds> feeds;
  std::vector<net::Publication> on_the_way;
  int joined = 0;
  bool by_the_page = false;

  explicit Pair(bool reads_by_the_page = false) : by_the_page(reads_by_the_page) { restart(); }

  void restart() {
    reader.restart();
    feeds = std::make_unique<Feeds>(std::vector<Feeds::Owner>{
        {"user", reader.store->snapshot()->cursor("user").value_or(Cursor{}), by_the_page}});
  }
  Id person(int number) {
    Id id = kOrganization;
    id.bytes[14] = static_cast<uint8_t>(number >> 8);
    id.bytes[15] = static_cast<uint8_t>(number);
    return id;
  }
  void join() {
    WriterCore::Input input;
    input.commands.push_back(owner.request(Join{person(joined++)}));
    for (const auto& fact : owner.step(std::move(input)).announced) {
      on_the_way.push_back(publication_of(fact));
    }
  }
  void watermark() {
    feeds->on_head(reader.steady, "user", public_head(owner.store->snapshot()->head()));
  }
  // Carries out what the feeds want; answers whether there was anything.
  bool carry_out() {
    auto out = feeds->take(reader.steady);
    WriterCore::Input input;
    input.feeds = std::move(out.facts);
    input.orders = std::move(out.orders);
    input.stopped = std::move(out.stopped);
    const bool anything = !input.feeds.empty() || !input.orders.empty() || !out.reads.empty();
    auto written = reader.step(std::move(input));
    for (const auto& stopped : written.stopped) feeds->poisoned(stopped.owner, stopped.seq);
    for (const auto& feed : written.cursors) {
      feeds->written(reader.steady, feed.owner, feed.cursor, feed.handed);
    }
    for (const auto& read : out.reads) {
      auto page = read_journal(*owner.store->snapshot(), read.body);
      if (page) {
        feeds->on_page(reader.steady, "user", std::move(*page));
      } else {
        feeds->on_read_failed(reader.steady, "user", page.error());
      }
    }
    return anything;
  }
  void settle() {
    for (int i = 0; i < 50; ++i) {
      watermark();
      while (carry_out()) {
      }
      reader.pass(200);
    }
  }
  int members() {
    int count = 0;
    for (int i = 0; i < joined; ++i) {
      const auto snapshot = reader.store->snapshot();
      count += role_of(snapshot->rows(), kOrganization, person(i)).has_value();
    }
    return count;
  }
};

}  // namespace

TEST_CASE("each fact has its effect once, whatever the mesh and crashes do", "[service]") {
  const auto seed = GENERATE(range(1, 11));
  CAPTURE(seed);
  SeededRandom random(static_cast<uint64_t>(seed));
  Pair pair;
  for (int round = 0; round < 300; ++round) {
    pair.join();
    pair.reader.store->full = random.below(15) == 0;
    std::vector<net::Publication> heard;
    for (const auto& publication : pair.on_the_way) {
      for (uint64_t copies = random.below(3); copies > 0; --copies) heard.push_back(publication);
    }
    if (heard.size() > 1 && random.below(4) == 0) std::swap(heard.front(), heard.back());
    pair.on_the_way.clear();
    pair.feeds->on_publications(pair.reader.steady, std::move(heard));
    if (random.below(5) == 0) pair.watermark();
    pair.carry_out();
    pair.reader.pass(static_cast<int64_t>(random.below(300)));
    if (random.below(25) == 0) pair.restart();
  }
  pair.reader.store->full = false;
  pair.settle();
  CHECK(pair.members() == 300);
  const auto names = pair.reader.journal_names();
  CHECK(std::count(names.begin(), names.end(), "user.member_joined") == 300);
  CHECK(pair.reader.rebuilds());
}

TEST_CASE("what is read by the page is read as soon as the owner is known to be ahead",
          "[service]") {
  for (const bool by_the_page : {true, false}) {
    INFO(by_the_page);
    Pair pair(by_the_page);
    pair.settle();
    for (int i = 0; i < 3; ++i) pair.join();
    pair.watermark();
    while (pair.carry_out()) {
    }
    // One that hears facts gives them a moment to arrive.
    CHECK(pair.members() == (by_the_page ? 3 : 0));
  }
}

TEST_CASE("a fact that does not concern a service leaves nothing in its journal", "[service]") {
  const Id concerned = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8061");
  auto service = raffle::service();
  for (auto& row : service.table) {
    if (!std::holds_alternative<ReactionRow>(row)) continue;
    row = reaction<MemberJoined>(
        "user.member_joined",
        [](const Rows&, const Context&, const MemberJoined&) { return Effects{}; },
        [&](const Rows&, const MemberJoined& fact) { return fact.person_id == concerned; });
  }
  Harness harness(service);
  WriterCore::Input input;
  for (const Id& person : {kOrganization, concerned}) {
    input.feeds.push_back(
        harness.fact_of("user", MemberJoined{kOrganization, person, Role::viewer}));
  }
  const auto out = harness.step(std::move(input));
  CHECK(harness.journal_names() == std::vector<std::string>{"user.member_joined"});
  CHECK(out.cursors.back().cursor.seq == harness.feed_seq["user"]);
}

TEST_CASE("a restored owner stops the feed until an operator accepts its epoch", "[service]") {
  Pair pair;
  pair.join();
  pair.settle();
  REQUIRE(pair.members() == 1);
  CHECK(pair.feeds->accept(0, "user", {}).error().reason == "feed_not_stopped");
  CHECK(pair.feeds->accept(0, "nobody", {}).error().reason == "not_followed");

  REQUIRE(pair.owner.store->new_epoch());
  pair.join();
  pair.settle();
  CHECK(pair.members() == 1);
  REQUIRE(pair.feeds->states().size() == 1);
  CHECK(pair.feeds->states()[0].stopped == "epoch_changed");

  REQUIRE(pair.feeds->accept(pair.reader.steady, "user", {}));
  pair.settle();
  CHECK(pair.feeds->states()[0].stopped.empty());
  CHECK(pair.members() == 2);
  CHECK(pair.reader.rebuilds());
}

TEST_CASE("a poisonous fact stops its feed, and the order to skip it goes on behind it",
          "[service]") {
  Pair pair;
  pair.reader.restart({.poisonous = {"fuser:1"}});
  pair.join();
  pair.join();
  pair.settle();
  CHECK(pair.members() == 0);
  CHECK(pair.feeds->states()[0].stopped == "poison");
  REQUIRE(pair.feeds->skip("user", {}));
  pair.settle();
  CHECK(pair.feeds->states()[0].stopped.empty());
  CHECK(pair.members() == 1);
  CHECK(pair.feeds->skip("user", {}).error().reason == "feed_not_stopped");
}

}  // namespace bilten
