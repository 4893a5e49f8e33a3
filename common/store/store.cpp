#include "common/store/store.h"

#include "common/crypto/crypto.h"
#include "common/store/backup.h"
#include "common/store/batch.h"

namespace bilten {
namespace {

using engine::Table;

constexpr uint64_t kFormat = 1;
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kFolderIdKey = "folder_id";
constexpr std::string_view kKeyCheckKey = "key_check";

// Never 0, which readers use for "any", and exact in JSON's 53 bits.
uint64_t fresh_epoch(Random& random) {
  return 1 + random.below((uint64_t{1} << 53) - 1);
}

std::string key_check(std::string_view vault_key, std::string_view folder_id) {
  return crypto::keyed_hash(vault_key, "bilten store: key check", folder_id);
}

class EngineStore final : public Store {
 public:
  EngineStore(std::unique_ptr<engine::Engine> engine, const StoreOptions& options, Random& random)
      : engine_(std::move(engine)),
        read_only_(options.read_only),
        keys_{crypto::keyed_hash(options.vault_key, "bilten store: seal", "vault"),
              crypto::keyed_hash(options.vault_key, "bilten store: seal", "answers")},
        random_(random) {}

  Status make_or_check(const StoreOptions& options);

  std::unique_ptr<Snapshot> snapshot() override {
    return std::make_unique<ViewOf<Snapshot>>(engine_->read(), nullptr, keys_);
  }
  std::unique_ptr<Batch> begin() override {
    CHECK_INVARIANT(!read_only_);
    auto turn = std::make_unique<WriterTurn>(writing_);
    return std::make_unique<EngineBatch>(std::move(turn), engine_->write(), keys_, random_);
  }
  std::string folder_id() const override { return folder_id_; }
  Status new_epoch() override;
  Result<Head> backup(const std::string& folder) override;

 private:
  Status make(const StoreOptions& options);
  Status check(const engine::Read& read, const StoreOptions& options);

  std::unique_ptr<engine::Engine> engine_;
  const bool read_only_;
  const SealKeys keys_;
  Random& random_;
  std::string folder_id_;
  std::atomic<bool> writing_ = false;
};

Error no_space() {
  return {Code::unavailable, "store_full",
          "the disk or the store's map is full: nothing was written; free space and try again"};
}

Status EngineStore::make_or_check(const StoreOptions& options) {
  const auto read = engine_->read();
  if (read->get(Table::meta, kFormatKey)) return check(*read, options);
  for (size_t table = 0; table < engine::kTables; ++table) {
    if (read->count(static_cast<Table>(table)) == 0) continue;
    return Error{Code::internal, "store_damaged",
                 "the folder holds records but not the format they are in; restore a backup"};
  }
  if (read_only_) {
    return Error{Code::not_found, "store_missing", "the folder holds no store yet"};
  }
  return make(options);
}

Status EngineStore::make(const StoreOptions& options) {
  const WriterTurn turn(writing_);
  folder_id_.resize(16);
  random_.fill(folder_id_.data(), folder_id_.size());
  const auto write = engine_->write();
  engine::put_checked(*write, Table::meta, kFormatKey, engine::number_key(kFormat));
  engine::put_checked(*write, Table::meta, kFolderIdKey, folder_id_);
  engine::put_checked(*write, Table::meta, kKeyCheckKey, key_check(options.vault_key, folder_id_));
  engine::put_checked(*write, Table::meta, kHeadKey,
                      encode_head({.epoch = fresh_epoch(random_), .epoch_seq = 0}));
  if (write->commit() == CommitResult::refused) return no_space();
  return Done{};
}

// What a start must be sure of; the whole journal is verify_journal's business.
Status EngineStore::check(const engine::Read& read, const StoreOptions& options) {
  const auto format = engine::get_checked(read, Table::meta, kFormatKey);
  if (format != std::string_view(engine::number_key(kFormat))) {
    return Error{Code::unsupported, "store_format",
                 "the folder is in a format this release does not know; run the release that "
                 "wrote it, or a newer one"};
  }
  folder_id_ = engine::get_checked(read, Table::meta, kFolderIdKey).value_or("");
  const auto expected = engine::get_checked(read, Table::meta, kKeyCheckKey);
  if (!expected || !crypto::equal(*expected, key_check(options.vault_key, folder_id_))) {
    return Error{Code::forbidden, "vault_key",
                 "the vault key is not the one this folder was made with; give the right key file"};
  }
  const Head head = read_head(read);
  const auto last = read.last_key(Table::journal);
  if (last.value_or(engine::number_key(0)) != engine::number_key(head.seq) ||
      read_hash(read, head.seq) != head.hash) {
    return journal_damaged(head.seq, "it is not the last record that the head names");
  }
  return Done{};
}

Status EngineStore::new_epoch() {
  CHECK_INVARIANT(!read_only_);
  const WriterTurn turn(writing_);
  const auto write = engine_->write();
  Head head = read_head(*write);
  const uint64_t old = head.epoch;
  while (head.epoch == old) head.epoch = fresh_epoch(random_);
  head.epoch_seq = head.public_seq;
  head.epoch_hash = head.public_hash;
  engine::put_checked(*write, Table::meta, kHeadKey, encode_head(head));
  if (write->commit() == CommitResult::refused) return no_space();
  return Done{};
}

Result<Head> EngineStore::backup(const std::string& folder) {
  return back_up(*engine_, folder);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, Random& random) {
  if (options.vault_key.size() != 32) {
    return Error{Code::invalid, "vault_key", "the vault key must be 32 bytes"};
  }
  const auto access = options.read_only ? engine::Access::reader : engine::Access::owner;
  auto engine =
      options.folder.empty() ? Result(engine::open_memory()) : engine::open_lmdb(options, access);
  if (!engine) return engine.error();
  auto store = std::make_unique<EngineStore>(std::move(*engine), options, random);
  const auto status = store->make_or_check(options);
  if (!status) return status.error();
  return Result<std::unique_ptr<Store>>(std::move(store));
}

}  // namespace bilten
