#include "common/service/builtin.h"

#include <catch2/catch.hpp>

#include "common/wire/frame.h"
#include "tests/unit/service/harness.h"

namespace bilten {

using test::Harness;

namespace {

// Facts 1..count; every third is private.
void fill(Store& store, uint64_t count) {
  const auto batch = store.begin();
  for (uint64_t i = 1; i <= count; ++i) {
    JournalFact fact;
    fact.name = "raffle.opened";
    fact.body = std::string(200, 'b');
    fact.is_public = i % 3 != 0;
    batch->append(fact);
  }
  REQUIRE(batch->commit() == CommitResult::done);
}

mesh::JournalRead from_start(uint32_t bytes_max = 500'000) {
  mesh::JournalRead read;
  read.hash_at_after = {std::string(32, '\0')};
  read.bytes_max = bytes_max;
  return read;
}

// What a reader asks after it has taken a page.
mesh::JournalRead next_of(const mesh::JournalPage& page) {
  mesh::JournalRead read = from_start();
  read.epoch = page.head.epoch;
  read.after = page.facts.back().seq;
  read.hash_at_after = page.facts.back().hash;
  return read;
}

}  // namespace

TEST_CASE("a journal is read page by page, public facts alone", "[service]") {
  Harness harness;
  fill(*harness.store, 30);
  const auto snapshot = harness.store->snapshot();
  auto page = read_journal(*snapshot, from_start(1000));
  REQUIRE(page);
  CHECK(page->head.seq == 29);
  std::vector<int64_t> seen;
  while (page && !page->facts.empty()) {
    for (const auto& fact : page->facts) seen.push_back(fact.seq);
    auto read = next_of(*page);
    read.bytes_max = 1000;
    page = read_journal(*snapshot, read);
  }
  REQUIRE(page);
  CHECK(seen.size() == 20);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(std::none_of(seen.begin(), seen.end(), [](int64_t seq) { return seq % 3 == 0; }));
}

TEST_CASE("a page of many small facts fits a frame", "[service]") {
  Harness harness;
  fill(*harness.store, 12'000);
  const auto page = read_journal(*harness.store->snapshot(), from_start(900'000));
  REQUIRE(page);
  CHECK(encode(*page).size() < kBodyMax);
  CHECK(page->facts.size() > 1000);
}

TEST_CASE("a reader of another past is told so", "[service]") {
  Harness harness;
  fill(*harness.store, 10);
  const auto page = read_journal(*harness.store->snapshot(), from_start());
  REQUIRE(page);
  auto read = next_of(*page);
  CHECK(read_journal(*harness.store->snapshot(), read));

  SECTION("after a restore, by the epoch") {
    const auto before = public_head(harness.store->snapshot()->head());
    CHECK(before.epoch_seq == 0);
    REQUIRE(harness.store->new_epoch());
    const auto head = public_head(harness.store->snapshot()->head());
    CHECK(head.epoch_seq == before.seq);
    CHECK(head.epoch_hash.data == before.hash.data);
    const auto refused = read_journal(*harness.store->snapshot(), read);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == "epoch_changed");
    // Whoever asks without an epoch, and without a hash, takes what there is.
    read.epoch = 0;
    read.hash_at_after = {};
    CHECK(read_journal(*harness.store->snapshot(), read));
  }
  SECTION("after a copy by hand, by the hash") {
    read.hash_at_after.data[0] ^= 1;
    const auto refused = read_journal(*harness.store->snapshot(), read);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::conflict);
    CHECK(refused.error().reason == "history_differs");
  }
  SECTION("and when it is ahead") {
    read.after = 11;
    const auto refused = read_journal(*harness.store->snapshot(), read);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == "history_differs");
  }
}

TEST_CASE("a daemon answers its contract, its head and its metrics under its own name",
          "[service]") {
  Harness harness;
  const Builtin builtin(harness.table, *harness.store);
  for (const char* name :
       {"raffle.$contract", "raffle.$metrics", "raffle.journal.head", "raffle.journal.read"}) {
    CHECK(builtin.serves(name));
  }
  CHECK_FALSE(builtin.serves("user.$contract"));
  CHECK_FALSE(builtin.serves("raffle.raffle"));
  const auto contract = builtin.answer("raffle.$contract", "\x80");
  REQUIRE(contract);
  const auto description = decode<ServiceDescription>(*contract);
  REQUIRE(description);
  CHECK(description->service == "raffle");
  REQUIRE(description->messages.size() == 3);
  CHECK(description->messages[0].name == "raffle.open");
  CHECK(description->messages[2].name == "raffle.raffle");
  CHECK(description->facts.size() == 4);
  const auto head = decode<mesh::JournalHead>(*builtin.answer("raffle.journal.head", "\x80"));
  REQUIRE(head);
  CHECK(head->seq == 0);
  const auto garbage = builtin.answer("raffle.journal.read", "\xff");
  REQUIRE_FALSE(garbage);
  CHECK(garbage.error().code == Code::invalid);
}

}  // namespace bilten
