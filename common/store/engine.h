// The small ordered key-value engine under the store: named tables, snapshots, one write
// transaction at a time. It knows nothing of rows, facts or secrets. An engine that cannot read
// what it wrote ends the process with a line that names the table and key: there is no going on
// from there.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/store/store.h"

namespace bilten::engine {

enum class Table : uint8_t { meta, rows, journal, answers, answer_times, cursors, vault };

inline constexpr std::array<std::string_view, 7> kTableNames{
    "meta", "rows", "journal", "answers", "answer_times", "cursors", "vault"};
inline constexpr size_t kTables = kTableNames.size();
inline constexpr size_t kKeyMax = 511;  // LMDB's own, for every engine.

inline std::string_view name_of(Table table) {
  return kTableNames[static_cast<size_t>(table)];
}

// Answers false to stop.
using Visit = std::function<bool(std::string_view key, std::string_view value)>;

// One consistent view.
class Read {
 public:
  virtual ~Read() = default;
  // The value; valid until this transaction writes, or ends.
  virtual std::optional<std::string_view> get(Table table, std::string_view key) const = 0;
  // Visits entries in key order, beginning with the first whose key is not below `from`. `visit`
  // may write: its key stays valid for the call, its value only until then. False: the table cannot
  // be read beyond what was visited.
  [[nodiscard]] virtual bool walk(Table table, std::string_view from, const Visit& visit) const = 0;
  virtual std::optional<std::string> last_key(Table table) const = 0;
  virtual uint64_t count(Table table) const = 0;
};

// The write transaction: reads see its own writes. Destroyed without commit() it leaves no trace.
class Write : public Read {
 public:
  // The value is `head` followed by `body`, so that nobody has to join them first.
  virtual void put(Table table, std::string_view key, std::string_view head,
                   std::string_view body) = 0;
  // The same, for a key above every other of its table.
  virtual void append(Table table, std::string_view key, std::string_view head,
                      std::string_view body) = 0;
  virtual void erase(Table table, std::string_view key) = 0;
  virtual CommitResult commit() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::unique_ptr<Read> read() = 0;    // Any thread.
  virtual std::unique_ptr<Write> write() = 0;  // One at a time.
  // Copies the newest committed state into the folder, which exists and is empty.
  virtual Status copy_to(const std::string& folder) = 0;
};

std::unique_ptr<Engine> open_memory();

enum class Access : uint8_t {
  owner,   // Locks the folder; makes it if it is missing.
  reader,  // Beside a running owner, or alone; never writes data.
  frozen,  // A copy that nobody writes: leaves no lock file in it either.
};
Result<std::unique_ptr<Engine>> open_lmdb(const StoreOptions& options, Access access);

}  // namespace bilten::engine
