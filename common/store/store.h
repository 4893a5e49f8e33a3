// One service's store: rows, journal, answers, cursors, vault and meta in one transaction. The
// rules (checksums, hash chain, sealing) are written once, over a small ordered key-value Engine,
// of which there are two: LMDB on disk, and memory for tests and the simulator.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/store/rows.h"

namespace bilten {

using Hash32 = std::array<char, 32>;

// One fact as the journal keeps it. `hash` = BLAKE2b-256(hash of the fact before, the record).
struct JournalFact {
  uint64_t seq = 0;
  UnixMillis at = 0;
  std::string name;         // "ticket.held"
  std::string body;         // MessagePack
  bool is_public = false;   // Published and readable by others.
  std::string traceparent;  // 25 bytes, or empty.
  Hash32 hash{};
};

// Where a journal stands. A restored or re-opened journal has another epoch.
struct Head {
  uint64_t epoch = 0;  // Random at creation.
  uint64_t seq = 0;    // 0: empty.
  Hash32 hash{};
  uint64_t public_seq = 0;  // The last fact that others may read, and its hash.
  Hash32 public_hash{};
  UnixMillis at = 0;  // Time of the last fact.
  // The public fact after which this epoch began. Nothing: a folder of before this was kept.
  std::optional<uint64_t> epoch_seq;
  Hash32 epoch_hash{};
};

// How far a reader has taken another owner's facts.
struct Cursor {
  uint64_t epoch = 0, seq = 0;
  Hash32 hash{};
};

// The stored outcome of a command: a repeat with the same request hash gets it again.
struct StoredAnswer {
  Hash32 request_hash{};
  uint8_t code = 0;
  std::string body;  // Plain here; sealed on disk.
  UnixMillis at = 0;
};

class Vault {
 public:
  virtual ~Vault() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
};

enum class CommitResult : uint8_t {
  done,
  refused,  // Not written, for want of space: nothing of the batch happened.
  // Anything worse ends the process inside commit(): on restart the journal says what happened.
};

// Everything below is valid until the Snapshot or Batch is gone.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual const Rows& rows() const = 0;
  virtual const Vault& vault() const = 0;
  virtual Head head() const = 0;
  // Facts with seq > after, in order, until `bytes_max` is passed (always at least one if any).
  // A damaged record ends the list with an error naming its position.
  virtual Result<std::vector<JournalFact>> journal(uint64_t after, size_t bytes_max,
                                                   bool public_only) const = 0;
  virtual std::optional<Hash32> hash_at(uint64_t seq) const = 0;
  virtual std::optional<Cursor> cursor(std::string_view owner) const = 0;
  virtual std::optional<StoredAnswer> answer(std::string_view key) const = 0;
};

class Batch : public Snapshot {
 public:
  virtual Rows& rows_for_evolve() = 0;
  // Appends the fact; seq and hash are set here. Answers its seq.
  virtual uint64_t append(JournalFact fact) = 0;
  virtual void put_answer(std::string_view key, const StoredAnswer& answer) = 0;
  virtual void set_cursor(std::string_view owner, const Cursor& cursor) = 0;
  virtual void put_vault(std::string_view key, std::string_view plain) = 0;
  virtual void erase_vault(std::string_view key) = 0;
  // Drops answers older than `before`, at most `max` of them.
  virtual void forget_answers(UnixMillis before, size_t max) = 0;
  // True once a write found no space: the batch can only be given up.
  virtual bool failed() const = 0;
  virtual CommitResult commit() = 0;  // A batch destroyed without it leaves no trace.
};

struct StoreOptions {
  std::string folder;                       // Empty: in memory.
  std::string vault_key;                    // 32 bytes.
  uint64_t map_bytes = uint64_t{64} << 30;  // Reserved, not used.
  bool sync = true;                         // Off only in benchmarks of the bare path.
  bool read_only = false;  // Beside a running owner: no lock, begin() is not allowed.
};

class Store {
 public:
  virtual ~Store() = default;
  // Locks the folder (a second owner is refused), checks the format version, opens or creates.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options, Random& random);

  virtual std::unique_ptr<Snapshot> snapshot() = 0;  // Any thread; keep it under a second.
  virtual std::unique_ptr<Batch> begin() = 0;        // The writer thread; one at a time.

  virtual std::string folder_id() const = 0;  // 16 random bytes, made with the folder.
  // Opens a new journal epoch (after a restore): readers stop until an operator accepts it.
  virtual Status new_epoch() = 0;
  // A consistent copy while others read and write. Answers the head it holds.
  virtual Result<Head> backup(const std::string& folder) = 0;
};

// Walks the whole journal; an error names the first position whose record or hash is wrong.
struct VerifyReport {
  uint64_t facts = 0;
  Head head;
};
Result<VerifyReport> verify_journal(const Snapshot& snapshot);

// Reads every record of every table, in passing and by look-up, and compares how many there are
// with how many there should be; an error names the first that is wrong. What the engine cannot
// read at all ends the process, as everywhere.
Status verify_records(const Snapshot& snapshot);

// Applies the whole journal to empty rows and compares with the store's rows, byte by byte.
// The error names the first table and key that differ.
using ApplyFact = std::function<void(Rows&, const JournalFact&)>;
Result<VerifyReport> verify_rebuild(const Snapshot& snapshot, const ApplyFact& apply);

// Rows alone, in memory: for tests of cores and for the rebuild above.
std::unique_ptr<Rows> memory_rows();
bool same_rows(const Rows& a, const Rows& b);

}  // namespace bilten
