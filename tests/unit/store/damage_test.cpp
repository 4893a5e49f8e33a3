// Damage to the data file: whatever is changed in it, nobody is told something wrong without
// notice.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "tests/unit/store/stores.h"

namespace bilten {
namespace {

using test::options_for;
using test::TemporaryFolder;

constexpr size_t kPage = 4096;
constexpr int kFacts = 200;

void apply(Rows& rows, const JournalFact& fact) {
  test::apply_counted(rows, fact.body, fact.seq);
}

void make_store(const std::string& folder) {
  SeededRandom random(1);
  const auto store = test::open_store(options_for(folder), random);
  for (int i = 0; i < kFacts; i += 20) {
    const auto batch = store->begin();
    for (int k = 0; k < 20; ++k) {
      const auto text = std::to_string(i + k);
      test::count_one(*batch, text);
      batch->put_answer("answer" + text, {{}, 0, "body " + text, i});
      batch->put_vault("person" + text, "name " + text);
    }
    batch->put_vault("large" + std::to_string(i), std::string(5'000, 'l'));
    batch->set_cursor("other" + std::to_string(i), {1, 2, {}});
    REQUIRE(batch->commit() == CommitResult::done);
  }
}

// A hash over everything the store can be asked for.
std::string everything(const Snapshot& snapshot) {
  const auto head = snapshot.head();
  std::string all = std::to_string(head.epoch) + " " + std::to_string(head.seq) + " " +
                    std::to_string(head.public_seq);
  const auto facts = snapshot.journal(0, SIZE_MAX, false);
  if (facts) {
    for (const auto& fact : *facts) all += fact.name + fact.body;
  }
  std::string value;
  for (int i = 0; i < kFacts; ++i) {
    const auto text = std::to_string(i);
    all += snapshot.rows().get("count", text, value) ? value : "no row";
    const auto answer = snapshot.answer("answer" + text);
    all += answer ? answer->body : "no answer";
    all += snapshot.vault().get("person" + text).value_or("no person");
    all += snapshot.vault().get("large" + text).value_or("none");
    all += snapshot.cursor("other" + text) ? "cursor" : "none";
  }
  return hex({crypto::hash({all}).data(), 32});
}

// "ok" and a hash, or what is wrong.
std::string look(Store& store) {
  const auto snapshot = store.snapshot();
  const auto rebuilt = verify_rebuild(*snapshot, apply);
  if (!rebuilt) return "rebuild: " + rebuilt.error().detail;
  const auto records = verify_records(*snapshot);
  if (!records) return "records: " + records.error().detail;
  return "ok " + everything(*snapshot);
}

// Opens it, reads all there is, writes, and reads all again: the file's list of free pages tells
// its lies to the writer.
std::string use(const std::string& folder) {
  SeededRandom random(2);
  auto options = options_for(folder);
  options.sync = false;
  const auto store = Store::open(options, random);
  if (!store) return "open: " + store.error().detail;
  auto first = look(**store);
  for (int i = 0; i < 3; ++i) {
    const auto batch = (*store)->begin();
    for (int k = 0; k < 20; ++k) test::count_one(*batch, "later");
    if (batch->commit() != CommitResult::done) return "refused";
  }
  auto second = look(**store);
  if (!first.starts_with("ok")) return first;
  return second.starts_with("ok") ? first + second : second;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// What may have happened to a file.
std::string damage(std::string bytes, Random& random) {
  const auto page = [&] { return random.below(bytes.size() / kPage) * kPage; };
  switch (random.below(20)) {
    case 0: bytes.resize(random.below(bytes.size())); break;
    case 1: bytes.replace(page(), kPage, kPage, '\0'); break;
    case 2: {
      const auto a = page(), b = page();
      const auto of_a = bytes.substr(a, kPage);
      bytes.replace(a, kPage, bytes, b, kPage);
      bytes.replace(b, kPage, of_a);
      break;
    }
    default: {
      const auto bit = random.below(bytes.size() * 8);
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    }
  }
  return bytes;
}

struct Seen {
  int unharmed = 0, told = 0, aborted = 0, crashed = 0, silent = 0;
  std::string words() const {
    return "unharmed " + std::to_string(unharmed) + ", told " + std::to_string(told) +
           ", ended with a report " + std::to_string(aborted) + ", ended without one " +
           std::to_string(crashed) + ", silent " + std::to_string(silent);
  }
};

// Looks from a child, with the data file changed to `bytes`.
void look_at(const std::string& bytes, const std::string& sound, const std::string& at,
             Seen& seen) {
  const TemporaryFolder folder;
  write_file(folder.in("data.mdb"), bytes);
  write_file(folder.in("STORE"), "");
  test::Pipe said;
  test::Child child([&] {
    alarm(20);
    const auto words = use(folder.path());
    said.send(words.data(), std::min<size_t>(words.size(), 4'000));
  });
  said.close_sender();
  std::string words;
  for (char c = 0; said.receive(&c, 1);) words += c;
  const auto ended = child.wait();
  CAPTURE(at, words, ended.code, ended.stderr_text);
  REQUIRE((ended.by_signal || ended.code == 0 || ended.code == 75));
  if (ended.by_signal || ended.code != 0) {
    CHECK(ended.code != SIGALRM);
    ++(ended.stderr_text.empty() ? seen.crashed : seen.aborted);
  } else if (words == sound) {
    ++seen.unharmed;
  } else if (words.starts_with("ok")) {
    ++seen.silent;
    CHECK(words == sound);
  } else {
    ++seen.told;
  }
}

}  // namespace

// Nobody has verified anything yet: the one read that a handler makes finds it out.
TEST_CASE("a plain read of a damaged row ends the process and names the row", "[store]") {
  const std::string mark(40, 'm');
  const TemporaryFolder folder;
  {
    SeededRandom random(1);
    const auto store = test::open_store(options_for(folder.path()), random);
    const auto batch = store->begin();
    batch->rows_for_evolve().put("marked", "bad", mark);
    batch->rows_for_evolve().put("marked", "good", "sound");
    REQUIRE(batch->commit() == CommitResult::done);
  }
  const auto read_row = [&](const char* key, const std::string& value) {
    return test::run_in_child([&] {
      SeededRandom random(2);
      const auto store = test::open_store(options_for(folder.path()), random);
      std::string found;
      REQUIRE(store->snapshot()->rows().get("marked", key, found));
      REQUIRE(found == value);
    });
  };
  CHECK(read_row("bad", mark).code == 0);
  auto bytes = read_file(folder.in("data.mdb"));
  int changed = 0;
  for (size_t at = 0; (at = bytes.find(mark, at)) != bytes.npos; at += mark.size()) {
    bytes[at + 7] = static_cast<char>(bytes[at + 7] ^ 1);
    ++changed;
  }
  REQUIRE(changed > 0);
  write_file(folder.in("data.mdb"), bytes);
  const auto ended = read_row("bad", mark);
  CAPTURE(ended.code, ended.stderr_text);
  CHECK((ended.by_signal && ended.code == SIGABRT));
  CHECK(ended.stderr_text.find("store damaged: rows marked, key ") != std::string::npos);
  CHECK(ended.stderr_text.find("its checksum is wrong") != std::string::npos);
  const auto other = read_row("good", "sound");
  CHECK_FALSE(other.by_signal);
  CHECK(other.code == 0);
}

// BILTEN_STORE_FLIPS=1000 for more.
TEST_CASE("no damage to the data file goes unnoticed", "[store]") {
  const char* wanted = std::getenv("BILTEN_STORE_FLIPS");
  const int count = wanted ? std::atoi(wanted) : 200;
  const TemporaryFolder folder;
  make_store(folder.path());
  const auto bytes = read_file(folder.in("data.mdb"));
  const auto sound = use(folder.path());
  REQUIRE(sound.starts_with("ok"));
  SeededRandom random(static_cast<uint64_t>(count));
  Seen seen;
  for (int i = 0; i < count; ++i) {
    look_at(damage(bytes, random), sound, std::to_string(i), seen);
  }
  INFO(seen.words());
  CHECK(seen.silent == 0);
  CHECK(seen.told > 0);
  CHECK(seen.aborted > 0);
}

// All bits with BILTEN_STORE_FLIPS, otherwise every seventh.
TEST_CASE("no damaged bit of the file's head goes unnoticed", "[store]") {
  const size_t step = std::getenv("BILTEN_STORE_FLIPS") ? 1 : 7;
  const bool is_backup = GENERATE(false, true);
  const TemporaryFolder folder;
  std::string data = folder.in("data");
  make_store(data);
  if (is_backup) {
    SeededRandom random(3);
    REQUIRE(test::open_store(options_for(data), random)->backup(folder.in("backup")));
    data = folder.in("backup");
  }
  const auto bytes = read_file(data + "/data.mdb");
  const auto sound = use(data);
  REQUIRE(sound.starts_with("ok"));
  constexpr size_t kMeta = 16, kMetaBytes = 136;  // LMDB's page header, and its meta record.
  // The newer head's number less two is what the older head's was: a whole commit is gone, and only
  // readers, who keep the head they saw, can tell.
  constexpr size_t kBeyondNotice = 128 * 8 + 1;
  Seen seen;
  for (const size_t page : {size_t{0}, kPage}) {
    for (size_t bit = 0; bit < kMetaBytes * 8; bit += step) {
      if (bit == kBeyondNotice) continue;
      auto changed = bytes;
      auto& byte = changed[page + kMeta + bit / 8];
      byte = static_cast<char>(byte ^ 1 << bit % 8);
      look_at(changed, sound, "page " + std::to_string(page) + " bit " + std::to_string(bit), seen);
    }
  }
  INFO(seen.words());
  CHECK(seen.silent == 0);
  CHECK(seen.told > 0);
  CHECK(seen.aborted > 0);
}

}  // namespace bilten
