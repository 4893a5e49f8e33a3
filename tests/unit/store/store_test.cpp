// What a store promises, on both engines.
#include <thread>

#include "common/crypto/crypto.h"
#include "tests/unit/store/stores.h"

namespace bilten {
namespace {

using test::count_one;
using test::fact;
using test::TemporaryFolder;

struct Seat {
  static constexpr std::string_view table = "seat";
  std::string holder;
  int64_t row = 0;
  static constexpr auto fields() {
    return field_list(field("holder", &Seat::holder, length(0, 100)),
                      field("row", &Seat::row, between(0, 1000)));
  }
};

// Each test runs on memory, on LMDB written directly, and on LMDB near the end of its map.
struct Fixture {
  enum class Kind { memory, lmdb, lmdb_near_full };
  explicit Fixture(Kind kind) {
    auto options = test::options_for(kind == Kind::memory ? "" : folder.path());
    if (kind == Kind::lmdb_near_full) options.map_bytes = 64 << 20;
    store = test::open_store(options, random);
  }
  TemporaryFolder folder;
  SeededRandom random{1};
  std::unique_ptr<Store> store;
};

Fixture::Kind any_kind() {
  return GENERATE(Fixture::Kind::memory, Fixture::Kind::lmdb, Fixture::Kind::lmdb_near_full);
}

std::vector<std::string> keys_of(const Rows& rows, std::string_view prefix, std::string_view after,
                                 size_t max) {
  std::vector<std::string> keys;
  rows.scan<Seat>(prefix, after, max, [&](std::string_view key, const Seat&) {
    keys.emplace_back(key);
    return true;
  });
  return keys;
}

}  // namespace

TEST_CASE("a committed batch is seen by later snapshots only", "[store]") {
  Fixture fixture(any_kind());
  const auto before = fixture.store->snapshot();
  auto batch = fixture.store->begin();
  batch->rows_for_evolve().save("a", Seat{"ann", 7});
  CHECK(batch->rows().find<Seat>("a")->holder == "ann");
  const auto during = fixture.store->snapshot();
  REQUIRE(batch->commit() == CommitResult::done);
  batch.reset();

  CHECK(!before->rows().find<Seat>("a"));
  CHECK(!during->rows().find<Seat>("a"));
  CHECK(fixture.store->snapshot()->rows().find<Seat>("a")->row == 7);
}

TEST_CASE("a batch that is given up leaves no trace", "[store]") {
  Fixture fixture(any_kind());
  {
    const auto batch = fixture.store->begin();
    count_one(*batch, "x");
    batch->set_cursor("event", {1, 2, {}});
    batch->put_vault("v", "secret");
    batch->put_answer("k", {{}, 0, "body", 5});
    batch->rows_for_evolve().set_timer("t", "x", 9);
  }
  const auto snapshot = fixture.store->snapshot();
  CHECK(snapshot->head().seq == 0);
  CHECK(snapshot->journal(0, 1000, false)->empty());
  CHECK(!snapshot->cursor("event"));
  CHECK(!snapshot->vault().get("v"));
  CHECK(!snapshot->answer("k"));
  CHECK(!next_timer(snapshot->rows()));
  CHECK(same_rows(snapshot->rows(), *memory_rows()));
}

TEST_CASE("a scan keeps to its prefix, starts after its key and stops at its limit", "[store]") {
  Fixture fixture(any_kind());
  auto batch = fixture.store->begin();
  auto& rows = batch->rows_for_evolve();
  for (const char* key : {"a", "b1", "b2", "b3", "c"}) rows.save(key, Seat{key, 1});
  rows.put("seats", "b4", "of another table");
  using Keys = std::vector<std::string>;
  CHECK(keys_of(rows, "", "", 10) == Keys{"a", "b1", "b2", "b3", "c"});
  CHECK(keys_of(rows, "b", "", 10) == Keys{"b1", "b2", "b3"});
  CHECK(keys_of(rows, "b", "b1", 10) == Keys{"b2", "b3"});
  CHECK(keys_of(rows, "b", "b11", 1) == Keys{"b2"});
  CHECK(keys_of(rows, "b", "c", 10).empty());
  CHECK(keys_of(rows, "", "", 0).empty());
  REQUIRE(batch->commit() == CommitResult::done);
  CHECK(keys_of(fixture.store->snapshot()->rows(), "b", "", 2) == Keys{"b1", "b2"});
}

TEST_CASE("a visit may change the rows it walks over", "[store]") {
  Fixture fixture(any_kind());
  auto batch = fixture.store->begin();
  auto& rows = batch->rows_for_evolve();
  for (int i = 0; i < 2'000; ++i) {
    rows.put("seat", RowKey().number(static_cast<uint64_t>(i)), "before");
  }
  size_t visited = 0;
  rows.walk("seat", "", "", SIZE_MAX, [&](std::string_view key, std::string_view) {
    if (++visited % 2 == 0) {
      rows.remove("seat", key);
    } else {
      rows.put("seat", key, std::string(500, 'x'));
      rows.put("other", key, "y");
    }
    return true;
  });
  CHECK(visited == 2'000);
  size_t left = 0;
  rows.walk("seat", "", "", SIZE_MAX, [&](std::string_view, std::string_view value) {
    CHECK(value.size() == 500);
    return ++left > 0;
  });
  CHECK(left == 1'000);
}

TEST_CASE("the journal gives facts in order, whole, and as many as were asked for", "[store]") {
  Fixture fixture(any_kind());
  auto batch = fixture.store->begin();
  auto first = fact("test.first", std::string(100, 'a'));
  first.traceparent = "0123456789012345678901234";
  CHECK(batch->append(first) == 1);
  CHECK(batch->append(fact("test.second", std::string(100, 'b'), false)) == 2);
  CHECK(batch->append(fact("test.third", "")) == 3);
  CHECK(batch->journal(0, 1, false)->size() == 1);
  REQUIRE(batch->commit() == CommitResult::done);

  const auto snapshot = fixture.store->snapshot();
  const auto all = snapshot->journal(0, 10'000, false);
  REQUIRE(all->size() == 3);
  CHECK((*all)[0].seq == 1);
  CHECK((*all)[0].at == 1'000);
  CHECK((*all)[0].name == "test.first");
  CHECK((*all)[0].body == first.body);
  CHECK((*all)[0].traceparent == first.traceparent);
  CHECK((*all)[0].is_public);
  CHECK(!(*all)[1].is_public);
  CHECK((*all)[2].body.empty());
  CHECK((*all)[2].hash == snapshot->head().hash);
  CHECK(snapshot->hash_at(2) == (*all)[1].hash);
  CHECK(snapshot->hash_at(0) == Hash32{});
  CHECK(!snapshot->hash_at(4));

  CHECK(snapshot->journal(0, 0, false)->size() == 1);
  CHECK(snapshot->journal(1, 10'000, false)->front().seq == 2);
  CHECK(snapshot->journal(3, 10'000, false)->empty());
  CHECK(snapshot->journal(9, 10'000, false)->empty());
  const auto read_by_others = snapshot->journal(0, 10'000, true);
  REQUIRE(read_by_others->size() == 2);
  CHECK(read_by_others->back().seq == 3);
}

TEST_CASE("the head names the last fact, and the last that others may read", "[store]") {
  Fixture fixture(any_kind());
  const auto empty = fixture.store->snapshot()->head();
  CHECK(empty.epoch != 0);
  CHECK(empty.seq == 0);
  auto batch = fixture.store->begin();
  batch->append(fact("test.public", "1"));
  const auto public_hash = batch->head().hash;
  auto later = fact("test.private", "2", false);
  later.at = 2'000;
  batch->append(later);
  REQUIRE(batch->commit() == CommitResult::done);
  const auto head = fixture.store->snapshot()->head();
  CHECK(head.epoch == empty.epoch);
  CHECK(head.seq == 2);
  CHECK(head.at == 2'000);
  CHECK(head.public_seq == 1);
  CHECK(head.public_hash == public_hash);
  CHECK(head.hash != public_hash);
}

TEST_CASE("cursors, answers and vault entries come back as they were put", "[store]") {
  Fixture fixture(any_kind());
  Hash32 hash{};
  hash.fill('h');
  auto batch = fixture.store->begin();
  batch->set_cursor("event", {7, 8, hash});
  batch->put_answer("key", {hash, 67, "the answer", 1'234});
  batch->put_vault("person", "Zoë");
  batch->put_vault("empty", "");
  batch->put_vault("gone", "soon");
  batch->erase_vault("gone");
  batch->erase_vault("never there");
  REQUIRE(batch->commit() == CommitResult::done);
  const auto snapshot = fixture.store->snapshot();
  CHECK(snapshot->cursor("event")->epoch == 7);
  CHECK(snapshot->cursor("event")->seq == 8);
  CHECK(snapshot->cursor("event")->hash == hash);
  CHECK(!snapshot->cursor("ticket"));
  CHECK(snapshot->answer("key")->body == "the answer");
  CHECK(snapshot->answer("key")->code == 67);
  CHECK(snapshot->answer("key")->at == 1'234);
  CHECK(snapshot->answer("key")->request_hash == hash);
  CHECK(!snapshot->answer(""));
  CHECK(snapshot->vault().get("person") == "Zoë");
  CHECK(snapshot->vault().get("empty") == "");
  CHECK(!snapshot->vault().get("gone"));
}

TEST_CASE("only answers older than the limit are forgotten, and no more than asked", "[store]") {
  Fixture fixture(any_kind());
  auto batch = fixture.store->begin();
  for (int i = 0; i < 10; ++i) batch->put_answer("key" + std::to_string(i), {{}, 0, "", 100 + i});
  batch->put_answer("key0", {{}, 0, "given again", 500});
  batch->forget_answers(105, 3);
  CHECK(batch->answer("key0")->body == "given again");
  CHECK(!batch->answer("key1"));
  CHECK(!batch->answer("key2"));
  CHECK(batch->answer("key3"));
  batch->forget_answers(105, 100);
  CHECK(!batch->answer("key4"));
  CHECK(batch->answer("key5"));
  CHECK(batch->answer("key0"));
  batch->forget_answers(1'000, 100);
  CHECK(!batch->answer("key0"));
  REQUIRE(batch->commit() == CommitResult::done);
}

TEST_CASE("a new epoch changes nothing but the epoch", "[store]") {
  Fixture fixture(any_kind());
  auto batch = fixture.store->begin();
  count_one(*batch, "x");
  REQUIRE(batch->commit() == CommitResult::done);
  batch.reset();
  const auto before = fixture.store->snapshot()->head();
  REQUIRE(fixture.store->new_epoch());
  const auto after = fixture.store->snapshot()->head();
  CHECK(after.epoch != before.epoch);
  CHECK(after.seq == 1);
  CHECK(after.hash == before.hash);
  CHECK(after.public_hash == before.public_hash);
}

TEST_CASE("rows that differ from a rebuild are found and named", "[store]") {
  Fixture fixture(any_kind());
  auto batch = fixture.store->begin();
  for (int i = 0; i < 50; ++i) count_one(*batch, std::to_string(i % 7));
  REQUIRE(batch->commit() == CommitResult::done);
  const auto apply = [](Rows& rows, const JournalFact& fact) {
    test::apply_counted(rows, fact.body, fact.seq);
  };
  CHECK(verify_rebuild(*fixture.store->snapshot(), apply)->facts == 50);
  CHECK(verify_journal(*fixture.store->snapshot())->head.seq == 50);

  const std::string wrong = GENERATE("changed", "missing", "extra", "after all");
  batch = fixture.store->begin();
  auto& rows = batch->rows_for_evolve();
  if (wrong == "changed") rows.put("count", "3", "+");
  if (wrong == "missing") rows.remove("count", "3");
  if (wrong == "extra") rows.put("count", "33", "");
  if (wrong == "after all") rows.put("zzz", "3", "");
  REQUIRE(batch->commit() == CommitResult::done);
  const auto verified = verify_rebuild(*fixture.store->snapshot(), apply);
  REQUIRE(!verified);
  CHECK(verified.error().reason == "rows_differ");
  const std::string table = wrong == "after all" ? "zzz" : "count";
  CHECK_THAT(verified.error().detail,
             Catch::Contains("table " + table + ", key " + (wrong == "extra" ? "3333" : "33")));
}

TEST_CASE("snapshots on other threads see whole batches only", "[store]") {
  Fixture fixture(any_kind());
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0, seen = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto snapshot = fixture.store->snapshot();
        std::string a, b;
        snapshot->rows().get("pair", "a", a);
        snapshot->rows().get("pair", "b", b);
        if (a != b || snapshot->head().seq != a.size()) ++torn;
        ++seen;
      }
    });
  }
  for (int i = 1; i <= 200 || seen < 100; ++i) {
    const auto batch = fixture.store->begin();
    if (i > 200) continue;
    batch->append(fact("test.counted", ""));
    batch->rows_for_evolve().put("pair", "a", std::string(static_cast<size_t>(i), 'x'));
    batch->rows_for_evolve().put("pair", "b", std::string(static_cast<size_t>(i), 'x'));
    if (batch->commit() != CommitResult::done) break;
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(fixture.store->snapshot()->head().seq == 200);
}

TEST_CASE("a vault key that is not 32 bytes is refused", "[store]") {
  SeededRandom random(1);
  auto options = test::options_for("");
  options.vault_key.pop_back();
  const auto store = Store::open(options, random);
  REQUIRE(!store);
  CHECK(store.error().reason == "vault_key");
}

}  // namespace bilten
