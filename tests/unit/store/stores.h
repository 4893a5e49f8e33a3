// Stores for tests: on memory, and on LMDB in a folder that goes with the test.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "common/store/store.h"

namespace bilten::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bilten-store-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string in(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline StoreOptions options_for(const std::string& folder) {
  StoreOptions options;
  options.folder = folder;
  options.vault_key = std::string(32, 'k');
  options.map_bytes = uint64_t{4} << 30;
  return options;
}

inline std::unique_ptr<Store> open_store(const StoreOptions& options, Random& random) {
  auto store = Store::open(options, random);
  if (!store) FAIL(store.error().detail);
  return std::move(*store);
}

inline JournalFact fact(std::string name, std::string body, bool is_public = true) {
  JournalFact fact;
  fact.at = 1'000;
  fact.name = std::move(name);
  fact.body = std::move(body);
  fact.is_public = is_public;
  return fact;
}

// The rows of these tests: fact "counted" with body k adds one to row k of table "count", and the
// journal's position to table "seen".
inline void apply_counted(Rows& rows, std::string_view body, uint64_t seq) {
  std::string value;
  rows.get("count", body, value);
  rows.put("count", body, value + "+");
  rows.put("seen", RowKey().number(seq), body);
}

inline uint64_t count_one(Batch& batch, const std::string& body) {
  const auto seq = batch.append(fact("test.counted", body));
  apply_counted(batch.rows_for_evolve(), body, seq);
  return seq;
}

// A process of its own that runs `body`, which only REQUIREs: a failed check ends it with 99.
class Child {
 public:
  struct Ended {
    bool by_signal = false;
    int code = 0;  // The signal, or the exit code: 0 where the body came to its end.
    std::string stderr_text;
  };
  explicit Child(const std::function<void()>& body);
  ~Child();  // Kills it, unless it was waited for.
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Ended wait();
  void kill();

 private:
  int process_ = -1;
  int errors_ = -1;
};

inline Child::Ended run_in_child(const std::function<void()>& body) {
  return Child(body).wait();
}

// A pipe whose ends close with it.
class Pipe {
 public:
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool send(const void* bytes, size_t count);
  bool receive(void* into, size_t count);  // False: the other side is gone.
  void close_sender();
  void close_receiver();

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace bilten::test
