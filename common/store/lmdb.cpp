// The engine on disk: LMDB 0.9.24, one environment a folder.
//
// What a failed commit means. mdb_txn_commit works in four steps: (1) it finishes the tree in
// memory (here the map runs full), (2) writes the new pages into space that the committed state
// does not use, (3) fdatasyncs, (4) writes the meta page through a descriptor with O_DSYNC. It says
// which error it met but not where, and a failed step 3 or 4 must not be survived: after it nobody
// knows what is on disk, and the kernel reports it only once. So commit() tells them apart:
// - MDB_MAP_FULL comes from step 1 alone: refused.
// - Step 4 leaves the environment marked broken: a new transaction answers MDB_PANIC.
// - Step 3: the kernel hands each write-back error to every open file description once
//   (errseq_t, Linux 4.13). A second descriptor of our own, which LMDB never syncs, still has it:
//   fdatasync on that one fails too.
// - What is left is step 2: the old state stands untouched. If it failed for want of space (ENOSPC,
//   EDQUOT, or LMDB's EIO for a short write while the file system is full): refused.
// Everything else ends the process with exit code 75; on restart the journal says what happened.
//
// Why a map that might run full is never written directly: a put that finds the map full breaks the
// transaction for reads too, in the midst of an evolve that may not fail. Near the map's end a
// transaction therefore keeps its changes in an Overlay and meets LMDB only in commit().
#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <vector>

#include "common/store/data_file.h"
#include "common/store/overlay.h"
#include "common/store/records.h"

namespace bilten::engine {
namespace {

constexpr unsigned kReadersMax = 512;
// More than one batch can ever take: LMDB itself holds at most 512 MiB of changed pages.
constexpr uint64_t kDirectHeadroom = uint64_t{1} << 30;
// Every commit leaves its number in the meta table: the file's head that leads to another commit
// than its own number says is damaged, and would take us back to older state.
constexpr std::string_view kStampKey = "commit";
constexpr int kTryAgain = 75;  // sysexits.h: EX_TEMPFAIL.

MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
std::string_view to_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

// Without running destructors: another thread may be reading, and nothing is left to save.
[[noreturn]] void end_process(const char* what, int rc) {
  std::fprintf(stderr, "<0>store: %s: %s; ending, a restart finds the last commit\n", what,
               mdb_strerror(rc));
  _exit(kTryAgain);
}

using Tables = std::array<MDB_dbi, kTables>;

// Reads through one transaction, of either kind.
class Reading {
 public:
  Reading(MDB_txn* txn, const Tables& tables) : txn_(txn), tables_(tables) {}

  std::optional<std::string_view> get(Table table, std::string_view key) const;
  // `writes` counts the transaction's writes: where it moves, the cursor seeks again.
  bool walk(Table table, std::string_view from, const Visit& visit, const uint64_t& writes) const;
  std::optional<std::string> last_key(Table table) const;
  uint64_t count(Table table) const;

  MDB_txn* txn() const { return txn_; }
  MDB_dbi dbi(Table table) const { return tables_[static_cast<size_t>(table)]; }

 private:
  struct CloseCursor {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
  };
  std::unique_ptr<MDB_cursor, CloseCursor> cursor(Table table) const;

  MDB_txn* txn_;
  const Tables& tables_;
};

std::optional<std::string_view> Reading::get(Table table, std::string_view key) const {
  if (key.empty() || key.size() > kKeyMax) return std::nullopt;
  MDB_val wanted = to_val(key), found{};
  const int rc = mdb_get(txn_, dbi(table), &wanted, &found);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != 0) end_damaged(table, key, mdb_strerror(rc));
  return to_view(found);
}

std::unique_ptr<MDB_cursor, Reading::CloseCursor> Reading::cursor(Table table) const {
  MDB_cursor* cursor = nullptr;
  const int rc = mdb_cursor_open(txn_, dbi(table), &cursor);
  if (rc != 0) end_process("cannot open a cursor", rc);
  return std::unique_ptr<MDB_cursor, CloseCursor>(cursor);
}

bool Reading::walk(Table table, std::string_view from, const Visit& visit,
                   const uint64_t& writes) const {
  const auto cursor = this->cursor(table);
  std::string last(from);
  MDB_val key = to_val(last), value{};
  int rc = mdb_cursor_get(cursor.get(), &key, &value, last.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (rc == 0) {
    last = to_view(key);
    const uint64_t writes_before = writes;
    if (!visit(last, to_view(value))) return true;
    if (writes != writes_before) {
      key = to_val(last);
      rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_SET_RANGE);
      if (rc == 0 && to_view(key) != last) continue;  // The visited one is gone.
      if (rc != 0) break;
    }
    rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT);
  }
  return rc == MDB_NOTFOUND;
}

std::optional<std::string> Reading::last_key(Table table) const {
  MDB_val key{}, value{};
  const int rc = mdb_cursor_get(cursor(table).get(), &key, &value, MDB_LAST);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != 0) end_damaged(table, "", mdb_strerror(rc));
  return std::string(to_view(key));
}

uint64_t Reading::count(Table table) const {
  MDB_stat stat{};
  const int rc = mdb_stat(txn_, dbi(table), &stat);
  if (rc != 0) end_damaged(table, "", mdb_strerror(rc));
  return stat.ms_entries;
}

class Lmdb final : public Engine {
 public:
  Lmdb(FolderHold hold, MDB_env* env) : hold_(std::move(hold)), env_(env) {}
  ~Lmdb() override;
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;

  Status open(const StoreOptions& options, Access access);

  std::unique_ptr<Read> read() override;
  std::unique_ptr<Write> write() override;
  Status copy_to(const std::string& folder) override;

  MDB_txn* take_reader();
  void give_back_reader(MDB_txn* txn);
  MDB_txn* begin_write();
  CommitResult commit(MDB_txn* txn);
  const Tables& tables() const { return tables_; }

 private:
  Status make_tables(const std::string& folder, Access access);
  int open_tables(bool create);
  bool head_leads_to_its_commit();
  size_t page_bytes() const;
  bool only_pages_failed() const;
  bool near_the_end_of_the_map() const;
  CommitResult apply(const Changes& changes);

  FolderHold hold_;
  MDB_env* env_;
  Descriptor witness_;  // Of the data file; see the top.
  Tables tables_{};
  std::mutex mutex_;
  std::vector<MDB_txn*> spare_readers_;  // Reset, each with its slot in the reader table.
};

class LmdbRead final : public Read {
 public:
  explicit LmdbRead(Lmdb& engine)
      : engine_(engine), reading_(engine.take_reader(), engine.tables()) {}
  ~LmdbRead() override { engine_.give_back_reader(reading_.txn()); }
  LmdbRead(const LmdbRead&) = delete;
  LmdbRead& operator=(const LmdbRead&) = delete;

  std::optional<std::string_view> get(Table table, std::string_view key) const override {
    return reading_.get(table, key);
  }
  bool walk(Table table, std::string_view from, const Visit& visit) const override {
    return reading_.walk(table, from, visit, 0);
  }
  std::optional<std::string> last_key(Table table) const override {
    return reading_.last_key(table);
  }
  uint64_t count(Table table) const override { return reading_.count(table); }
  uint64_t number() const { return mdb_txn_id(reading_.txn()); }

 private:
  Lmdb& engine_;
  Reading reading_;
};

class LmdbWrite final : public Write {
 public:
  explicit LmdbWrite(Lmdb& engine)
      : engine_(engine), reading_(engine.begin_write(), engine.tables()) {}
  ~LmdbWrite() override {
    if (!ended_) mdb_txn_abort(reading_.txn());
  }
  LmdbWrite(const LmdbWrite&) = delete;
  LmdbWrite& operator=(const LmdbWrite&) = delete;

  std::optional<std::string_view> get(Table table, std::string_view key) const override {
    return reading_.get(table, key);
  }
  bool walk(Table table, std::string_view from, const Visit& visit) const override {
    return reading_.walk(table, from, visit, writes_);
  }
  std::optional<std::string> last_key(Table table) const override {
    return reading_.last_key(table);
  }
  uint64_t count(Table table) const override { return reading_.count(table); }

  void put(Table table, std::string_view key, std::string_view head,
           std::string_view body) override {
    must(try_put(table, key, head, body, 0));
  }
  void append(Table table, std::string_view key, std::string_view head,
              std::string_view body) override {
    must(try_put(table, key, head, body, MDB_APPEND));
  }
  void erase(Table table, std::string_view key) override { must(try_erase(table, key)); }
  CommitResult commit() override;

  // LMDB's own codes.
  int try_put(Table table, std::string_view key, std::string_view head, std::string_view body,
              unsigned flags);
  int try_erase(Table table, std::string_view key);

 private:
  static void must(int rc) {
    if (rc != 0) end_process("cannot write", rc);
  }

  Lmdb& engine_;
  Reading reading_;
  uint64_t writes_ = 0;
  bool ended_ = false;
};

int LmdbWrite::try_put(Table table, std::string_view key, std::string_view head,
                       std::string_view body, unsigned flags) {
  CHECK_INVARIANT(!key.empty() && key.size() <= kKeyMax);
  ++writes_;
  MDB_val wanted = to_val(key), place{head.size() + body.size(), nullptr};
  const int rc = mdb_put(reading_.txn(), reading_.dbi(table), &wanted, &place, flags | MDB_RESERVE);
  if (rc != 0) return rc;
  auto* into = static_cast<char*>(place.mv_data);
  head.copy(into, head.size());
  body.copy(into + head.size(), body.size());
  return 0;
}

CommitResult LmdbWrite::commit() {
  const auto stamp = number_key(mdb_txn_id(reading_.txn()));
  const auto sum = checksum(Table::meta, kStampKey, stamp);
  const int rc = try_put(Table::meta, kStampKey, {sum.data(), sum.size()}, stamp, 0);
  if (rc == MDB_MAP_FULL) return CommitResult::refused;
  must(rc);
  ended_ = true;
  return engine_.commit(reading_.txn());
}

int LmdbWrite::try_erase(Table table, std::string_view key) {
  ++writes_;
  MDB_val wanted = to_val(key);
  const int rc = mdb_del(reading_.txn(), reading_.dbi(table), &wanted, nullptr);
  return rc == MDB_NOTFOUND ? 0 : rc;
}

Lmdb::~Lmdb() {
  for (auto* txn : spare_readers_) mdb_txn_abort(txn);
  mdb_env_close(env_);
}

Status Lmdb::open(const StoreOptions& options, Access access) {
  const auto failed = [&](const char* what, int rc) {
    return Error{Code::unavailable, "store_unreadable",
                 options.folder + ": " + what + ": " + mdb_strerror(rc)};
  };
  unsigned flags = MDB_NOTLS;
  if (access != Access::owner) flags |= MDB_RDONLY;
  if (access == Access::frozen) flags |= MDB_NOLOCK;
  if (!options.sync) flags |= MDB_NOSYNC;
  int rc = mdb_env_set_maxreaders(env_, kReadersMax);
  if (rc == 0) rc = mdb_env_set_maxdbs(env_, kTables);
  if (rc == 0) rc = mdb_env_set_mapsize(env_, options.map_bytes);
  if (rc == 0) rc = mdb_env_open(env_, options.folder.c_str(), flags, 0600);
  if (rc != 0) return failed("cannot open the store", rc);
  if (access != Access::frozen) {
    rc = mdb_reader_check(env_, nullptr);  // Slots of readers that were killed.
    if (rc != 0) return failed("cannot check the readers", rc);
  }
  const std::string data = options.folder + kData;
  witness_ = Descriptor(::open(data.c_str(), O_RDONLY | O_CLOEXEC));
  if (!witness_) return file_error("cannot open", data, errno);
  if (access == Access::owner) {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    if (!heads_are_neighbours(witness_, page_bytes())) {
      return damaged(data + " has a damaged head");
    }
    auto status = stretch(options.folder, (info.me_last_pgno + 1) * page_bytes());
    if (!status) return status;
  }
  rc = open_tables(false);
  if (rc == MDB_NOTFOUND) return make_tables(options.folder, access);
  if (rc != 0) return failed("cannot open the tables", rc);
  if (!head_leads_to_its_commit()) return damaged(data + " has a damaged head");
  return access == Access::owner ? mark_as_store(options.folder) : Status(Done{});
}

bool Lmdb::head_leads_to_its_commit() {
  const LmdbRead read(*this);
  // A compacted copy begins to count anew, with no older state in it to be taken back to.
  if (read.number() == 1) return true;
  const auto stamp = get_checked(read, Table::meta, kStampKey);
  if (!stamp) return read.count(Table::meta) == 0;  // Ended between the tables and their first use.
  return *stamp == std::string_view(number_key(read.number()));
}

// A folder without tables is a new one, unless something says that there were some.
Status Lmdb::make_tables(const std::string& folder, Access access) {
  MDB_stat stat{};
  mdb_env_stat(env_, &stat);
  if (stat.ms_entries != 0 || is_marked_as_store(folder)) {
    return damaged(folder + " was a store, and its tables are gone");
  }
  if (access != Access::owner) {
    return Error{Code::not_found, "store_missing", folder + " holds no store yet"};
  }
  if (const int rc = open_tables(true); rc != 0) {
    return Error{Code::unavailable, "store_unreadable",
                 folder + ": cannot make the tables: " + mdb_strerror(rc)};
  }
  return mark_as_store(folder);
}

int Lmdb::open_tables(bool create) {
  MDB_txn* txn = nullptr;
  int rc = mdb_txn_begin(env_, nullptr, create ? 0 : MDB_RDONLY, &txn);
  if (rc != 0) return rc;
  for (size_t i = 0; rc == 0 && i < kTables; ++i) {
    rc = mdb_dbi_open(txn, kTableNames[i].data(), create ? MDB_CREATE : 0, &tables_[i]);
  }
  if (rc == 0) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return rc;
}

MDB_txn* Lmdb::take_reader() {
  MDB_txn* txn = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!spare_readers_.empty()) {
      txn = spare_readers_.back();
      spare_readers_.pop_back();
    }
  }
  const int rc = txn ? mdb_txn_renew(txn) : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (rc != 0) end_process("cannot begin to read", rc);
  return txn;
}

void Lmdb::give_back_reader(MDB_txn* txn) {
  mdb_txn_reset(txn);
  const std::lock_guard lock(mutex_);
  spare_readers_.push_back(txn);
}

MDB_txn* Lmdb::begin_write() {
  MDB_txn* txn = nullptr;
  const int rc = mdb_txn_begin(env_, nullptr, 0, &txn);
  if (rc != 0) end_process("cannot begin to write", rc);
  return txn;
}

CommitResult Lmdb::commit(MDB_txn* txn) {
  const int rc = mdb_txn_commit(txn);
  if (rc == 0) return CommitResult::done;
  if (rc == MDB_MAP_FULL) return CommitResult::refused;
  const bool no_space = rc == ENOSPC || rc == EDQUOT || (rc == EIO && disk_is_full(witness_));
  if (no_space && only_pages_failed()) return CommitResult::refused;
  end_process("cannot commit", rc);
}

bool Lmdb::only_pages_failed() const {
  MDB_txn* probe = nullptr;
  if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &probe) != 0) return false;
  mdb_txn_abort(probe);
  return fdatasync(witness_.number()) == 0;
}

size_t Lmdb::page_bytes() const {
  MDB_stat stat{};
  mdb_env_stat(env_, &stat);
  return stat.ms_psize;
}

bool Lmdb::near_the_end_of_the_map() const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  return (info.me_last_pgno + 1) * page_bytes() + kDirectHeadroom > info.me_mapsize;
}

std::unique_ptr<Read> Lmdb::read() {
  return std::make_unique<LmdbRead>(*this);
}

std::unique_ptr<Write> Lmdb::write() {
  if (!near_the_end_of_the_map()) return std::make_unique<LmdbWrite>(*this);
  return std::make_unique<Overlay>(read(),
                                   [this](const Changes& changes) { return apply(changes); });
}

CommitResult Lmdb::apply(const Changes& changes) {
  LmdbWrite write(*this);
  for (size_t i = 0; i < kTables; ++i) {
    for (const auto& [key, value] : changes[i]) {
      const auto table = static_cast<Table>(i);
      const int rc = value ? write.try_put(table, key, *value, {}, 0) : write.try_erase(table, key);
      if (rc == MDB_MAP_FULL) return CommitResult::refused;
      if (rc != 0) end_process("cannot write", rc);
    }
  }
  return write.commit();
}

Status Lmdb::copy_to(const std::string& folder) {
  int rc = mdb_env_copy2(env_, folder.c_str(), MDB_CP_COMPACT);
  const std::string data = folder + kData;
  if (rc == MDB_INCOMPATIBLE) {
    // A file that lost pages (ITS#9155) cannot be compacted, but is sound.
    unlink(data.c_str());
    rc = mdb_env_copy2(env_, folder.c_str(), 0);
  }
  if (rc != 0) {
    return Error{Code::unavailable, "backup_failed",
                 "cannot copy to " + folder + ": " + mdb_strerror(rc)};
  }
  if (auto status = sync_path(data); !status) return status;
  return mark_as_store(folder);
}

}  // namespace

Result<std::unique_ptr<Engine>> open_lmdb(const StoreOptions& options, Access access) {
  if (access == Access::owner) {
    if (auto status = make_folder(options.folder); !status) return status.error();
  }
  auto hold = FolderHold::take(options.folder, access == Access::owner);
  if (!hold) return hold.error();
  MDB_env* env = nullptr;
  if (const int rc = mdb_env_create(&env); rc != 0) {
    return Error{Code::unavailable, "store_unreadable", mdb_strerror(rc)};
  }
  if (access == Access::owner) remove_unmade(options.folder);
  auto engine = std::make_unique<Lmdb>(std::move(*hold), env);
  if (auto status = engine->open(options, access); !status) return status.error();
  return Result<std::unique_ptr<Engine>>(std::move(engine));
}

}  // namespace bilten::engine
