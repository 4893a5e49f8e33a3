// What only the engine on disk can do wrong: owners, readers beside them, full maps and disks,
// failing devices, backups.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/unit/store/faults.h"
#include "tests/unit/store/stores.h"

namespace bilten {
namespace {

using test::count_one;
using test::options_for;
using test::run_in_child;
using test::TemporaryFolder;

void apply(Rows& rows, const JournalFact& fact) {
  test::apply_counted(rows, fact.body, fact.seq);
}

// Commits facts of about `bytes` each until one is refused; answers how many were done.
int fill(Store& store, size_t bytes, int max) {
  for (int done = 0; done < max; ++done) {
    const auto batch = store.begin();
    count_one(*batch, std::to_string(done % 10));
    batch->put_vault("filler" + std::to_string(done), std::string(bytes, 'f'));
    if (batch->commit() == CommitResult::refused) return done;
  }
  return max;
}

void expect_sound(Store& store, uint64_t facts) {
  const auto snapshot = store.snapshot();
  REQUIRE(snapshot->head().seq == facts);
  const auto report = verify_rebuild(*snapshot, apply);
  if (!report) FAIL(report.error().detail);
  const auto records = verify_records(*snapshot);
  if (!records) FAIL(records.error().detail);
}

// Lets this process mount things that nobody else sees: as root, or as root of a namespace.
bool own_mounts() {
  const auto user = std::to_string(geteuid()), group = std::to_string(getegid());
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
    std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
  }
  return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

// A tmpfs, or an ext4 in the file `image`, which only root can have.
bool mount_small(const std::string& where, const std::string& image) {
  if (image.empty()) return mount("bilten-test", where.c_str(), "tmpfs", 0, "size=1m") == 0;
  const auto command = "truncate -s 4M " + image + " && mkfs.ext4 -q -O ^has_journal " + image +
                       " && mount -o loop " + image + " " + where;
  return geteuid() == 0 && std::system(command.c_str()) == 0;
}

}  // namespace

TEST_CASE("a folder keeps what was committed, and who it is", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  std::string id;
  Head head;
  {
    const auto store = test::open_store(options_for(folder.in("data")), random);
    const auto batch = store->begin();
    for (int i = 0; i < 100; ++i) count_one(*batch, std::to_string(i));
    REQUIRE(batch->commit() == CommitResult::done);
    id = store->folder_id();
    head = store->snapshot()->head();
  }
  const auto store = test::open_store(options_for(folder.in("data")), random);
  CHECK(store->folder_id() == id);
  CHECK(id.size() == 16);
  CHECK(store->snapshot()->head().hash == head.hash);
  CHECK(store->snapshot()->head().epoch == head.epoch);
  expect_sound(*store, 100);
}

TEST_CASE("a second owner is refused while the first lives, in any process", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  auto store = test::open_store(options_for(folder.path()), random);
  const auto same_process = Store::open(options_for(folder.path()), random);
  REQUIRE(!same_process);
  CHECK(same_process.error().reason == "store_locked");

  // A child by fork would inherit the hold: the first owner lives in a child here.
  store.reset();
  test::Pipe opened, done;
  char byte = 0;
  test::Child child([&] {
    done.close_sender();
    const auto first = Store::open(options_for(folder.path()), random);
    REQUIRE(first);
    REQUIRE(opened.send("x", 1));
    REQUIRE(!done.receive(&byte, 1));
  });
  opened.close_sender();
  REQUIRE(opened.receive(&byte, 1));
  const auto second = Store::open(options_for(folder.path()), random);
  done.close_sender();
  CHECK(child.wait().code == 0);
  REQUIRE(!second);
  CHECK(second.error().code == Code::conflict);
  CHECK(second.error().reason == "store_locked");
  CHECK(Store::open(options_for(folder.path()), random));
}

TEST_CASE("another vault key than the folder's own is refused at the start", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  test::open_store(options_for(folder.path()), random).reset();
  auto options = options_for(folder.path());
  options.vault_key = std::string(32, 'x');
  const auto store = Store::open(options, random);
  REQUIRE(!store);
  CHECK(store.error().reason == "vault_key");
}

TEST_CASE("sealed values do not stand in the file, and rows do", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  {
    const auto store = test::open_store(options_for(folder.path()), random);
    const auto batch = store->begin();
    batch->put_vault("person", "CANARY-vault");
    batch->put_answer("key", {{}, 0, "CANARY-answer", 1});
    batch->rows_for_evolve().put("row", "key", "PLAIN-row");
    REQUIRE(batch->commit() == CommitResult::done);
  }
  std::ifstream file(folder.in("data.mdb"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  CHECK(bytes.find("CANARY") == bytes.npos);
  CHECK(bytes.find("PLAIN-row") != bytes.npos);
}

TEST_CASE("a folder that was a store and is empty is no fresh start", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  test::open_store(options_for(folder.path()), random).reset();
  const bool gone = GENERATE(true, false);
  if (gone) {
    std::filesystem::remove(folder.in("data.mdb"));
  } else {
    std::filesystem::resize_file(folder.in("data.mdb"), 0);
  }
  const auto store = Store::open(options_for(folder.path()), random);
  REQUIRE(!store);
  CHECK(store.error().reason == "store_damaged");
}

TEST_CASE("a reader beside the owner sees each commit and holds nothing up", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  test::Pipe from_owner, to_owner;
  char byte = 0;
  test::Child owner([&] {
    to_owner.close_sender();
    const auto store = test::open_store(options_for(folder.path()), random);
    do {
      const auto batch = store->begin();
      count_one(*batch, "x");
      REQUIRE(batch->commit() == CommitResult::done);
      REQUIRE(from_owner.send("x", 1));
    } while (to_owner.receive(&byte, 1));
  });
  from_owner.close_sender();
  REQUIRE(from_owner.receive(&byte, 1));
  auto options = options_for(folder.path());
  options.read_only = true;
  const auto store = test::open_store(options, random);
  for (uint64_t seq = 1; seq < 20; ++seq) {
    CHECK(store->snapshot()->head().seq == seq);
    const auto held = store->snapshot();
    REQUIRE(to_owner.send("x", 1));
    REQUIRE(from_owner.receive(&byte, 1));
    CHECK(held->head().seq == seq);
  }
  expect_sound(*store, 20);
  to_owner.close_sender();
  CHECK(owner.wait().code == 0);
}

TEST_CASE("a reader finds no store where none was made, and makes none", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  auto options = options_for(folder.path());
  options.read_only = true;
  CHECK(!Store::open(options, random));
  options.folder = folder.in("missing");
  CHECK(!Store::open(options, random));
  CHECK(!std::filesystem::exists(options.folder));
}

TEST_CASE("a full map refuses the batch, stays readable, and takes writes again", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  auto options = options_for(folder.path());
  options.map_bytes = 1 << 20;
  const auto store = test::open_store(options, random);
  const int done = fill(*store, 20'000, 1'000);
  REQUIRE(done > 5);
  REQUIRE(done < 1'000);
  expect_sound(*store, static_cast<uint64_t>(done));
  CHECK(fill(*store, 20'000, 1) == 0);

  const auto batch = store->begin();
  for (int i = 0; i < done / 2; ++i) batch->erase_vault("filler" + std::to_string(i));
  REQUIRE(batch->commit() == CommitResult::done);
  // LMDB gives a freed page to the transaction after the next.
  CHECK(fill(*store, 10, 1) == 1);
  CHECK(fill(*store, 20'000, 3) == 3);
  expect_sound(*store, static_cast<uint64_t>(done) + 4);
}

TEST_CASE("a full disk refuses the batch, stays readable, and recovers with the space", "[store]") {
  const bool is_ext4 = GENERATE(false, true);
  const TemporaryFolder folder;
  const std::string disk = folder.in("disk");
  std::filesystem::create_directory(disk);
  const auto ended = run_in_child([&] {
    if (!own_mounts() || !mount_small(disk, is_ext4 ? folder.in("image") : "")) _exit(77);
    SeededRandom random(1);
    const auto store = test::open_store(options_for(disk + "/data"), random);
    std::ofstream(disk + "/ballast") << std::string(300'000, 'b');
    int done = fill(*store, 20'000, 1'000);
    REQUIRE((done > 5 && done < 1'000));
    expect_sound(*store, static_cast<uint64_t>(done));
    // What is left takes a part of a batch, of one size or another: that is a short write.
    for (size_t bytes = 40'000; bytes > 8'000; bytes -= 4'000) done += fill(*store, bytes, 1);
    const auto said = test::disk_said();
    REQUIRE(said.short_writes + said.no_space > 0);
    if (is_ext4) REQUIRE(said.short_writes > 0);
    REQUIRE(fill(*store, 60'000, 1) == 0);
    expect_sound(*store, static_cast<uint64_t>(done));
    std::filesystem::remove(disk + "/ballast");
    REQUIRE(fill(*store, 20'000, 3) == 3);
    expect_sound(*store, static_cast<uint64_t>(done) + 3);
  });
  if (ended.code == 77 && !ended.by_signal) {
    WARN("SKIPPED: a full " << (is_ext4 ? "ext4" : "tmpfs") << " cannot be mounted here");
    return;
  }
  CAPTURE(is_ext4, ended.code, ended.stderr_text);
  CHECK(!ended.by_signal);
  CHECK(ended.code == 0);
}

// The n-th write or sync fails, for every n that a run of batches has: the batch is done, or
// refused and undone, or the process ends with 75; and a new start finds every batch that was done.
TEST_CASE("no failing write or sync loses a batch or half of one", "[store]") {
  using test::FaultOf;
  struct Case {
    FaultOf of;
    int error_number;
    bool for_good;
  };
  const auto tried =
      GENERATE(Case{FaultOf::write, ENOSPC, false}, Case{FaultOf::write, ENOSPC, true},
               Case{FaultOf::write, EIO, false}, Case{FaultOf::short_write, 0, false},
               Case{FaultOf::sync, EIO, true}, Case{FaultOf::sync, ENOSPC, true});
  int done_count = 0, refused_count = 0, ended_count = 0, failed_starts = 0;
  for (int n = 0;; ++n) {
    const TemporaryFolder folder;
    SeededRandom random(1);
    test::Pipe acks;
    const auto ended = run_in_child([&] {
      test::faults() = {tried.of, tried.error_number, n, tried.for_good, 0};
      const auto store = Store::open(options_for(folder.in("data")), random);
      if (!store) _exit(3);
      for (int i = 0; i < 4; ++i) {
        const auto batch = (*store)->begin();
        for (int k = 0; k < 20; ++k) count_one(*batch, std::to_string(k));
        batch->put_vault("large" + std::to_string(i), std::string(20'000, 'v'));
        const char result = batch->commit() == CommitResult::done ? 'd' : 'r';
        REQUIRE(acks.send(&result, 1));
      }
      _exit(test::faults().met > 0 ? 0 : 5);
    });
    acks.close_sender();
    uint64_t done = 0, refused = 0;
    for (char result = 0; acks.receive(&result, 1);) ++(result == 'd' ? done : refused);
    CAPTURE(n, ended.code, ended.stderr_text);
    REQUIRE((!ended.by_signal && ended.code != 99));
    if (ended.code == 5) break;  // Fewer than n calls: every one was tried.

    const auto store = test::open_store(options_for(folder.in("data")), random);
    const uint64_t found = store->snapshot()->head().seq / 20;
    expect_sound(*store, found * 20);
    CHECK(found >= done);
    CHECK(found <= done + (ended.code == 75 ? 1 : 0));
    if (tried.of == FaultOf::sync) CHECK((ended.code == 75 || ended.code == 3));
    if (tried.of == FaultOf::sync || tried.error_number != ENOSPC) CHECK(refused == 0);
    done_count += static_cast<int>(done);
    refused_count += static_cast<int>(refused);
    ended_count += ended.code == 75;
    failed_starts += ended.code == 3;
  }
  CAPTURE(done_count, refused_count, ended_count, failed_starts);
  CHECK(done_count > 0);
  CHECK(ended_count > 0);
  if (tried.error_number == ENOSPC && tried.of == FaultOf::write) CHECK(refused_count > 0);
}

TEST_CASE("a backup while writing is one committed state, and verifies", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  const auto store = test::open_store(options_for(folder.in("data")), random);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) {
      const auto batch = store->begin();
      for (int i = 0; i < 7; ++i) count_one(*batch, std::to_string(i));
      if (batch->commit() != CommitResult::done) return;
    }
  });
  std::vector<std::pair<std::string, Head>> backups;
  for (int i = 0; i < 5; ++i) {
    const auto name = folder.in("backup" + std::to_string(i));
    const auto head = store->backup(name);
    if (!head) FAIL(head.error().detail);
    backups.emplace_back(name, *head);
  }
  stop = true;
  writer.join();
  for (const auto& [name, head] : backups) {
    auto options = options_for(name);
    options.read_only = true;
    const auto copy = test::open_store(options, random);
    CHECK(head.seq % 7 == 0);
    CHECK(copy->snapshot()->head().hash == head.hash);
    expect_sound(*copy, head.seq);
    std::ifstream file(name + "/HEAD");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    CHECK_THAT(text, Catch::Contains("\nseq " + std::to_string(head.seq) + "\n"));
    CHECK(!std::filesystem::exists(name + ".partial"));
  }
  CHECK(!store->backup(backups[0].first));
}

TEST_CASE("a restored backup goes on from its head in an epoch of its own", "[store]") {
  const TemporaryFolder folder;
  SeededRandom random(1);
  auto store = test::open_store(options_for(folder.in("data")), random);
  const auto old_id = store->folder_id();
  auto batch = store->begin();
  count_one(*batch, "before the backup");
  REQUIRE(batch->commit() == CommitResult::done);
  batch.reset();
  const auto head = store->backup(folder.in("backup"));
  REQUIRE(head);
  batch = store->begin();
  count_one(*batch, "after the backup");
  REQUIRE(batch->commit() == CommitResult::done);
  batch.reset();
  store.reset();
  std::filesystem::remove_all(folder.in("data"));
  std::filesystem::copy(folder.in("backup"), folder.in("data"));

  store = test::open_store(options_for(folder.in("data")), random);
  REQUIRE(store->new_epoch());
  CHECK(store->folder_id() == old_id);
  CHECK(store->snapshot()->head().epoch != head->epoch);
  batch = store->begin();
  CHECK(count_one(*batch, "another past") == 2);
  REQUIRE(batch->commit() == CommitResult::done);
  batch.reset();
  expect_sound(*store, 2);
}

}  // namespace bilten
