#include "tests/sim/disk.h"

#include "common/base/check.h"

namespace bilten::sim {

namespace {

// Passes everything on but the commit.
class DoomedBatch final : public Batch {
 public:
  DoomedBatch(std::unique_ptr<Batch> batch, Disk& disk) : batch_(std::move(batch)), disk_(disk) {}

  const Rows& rows() const override { return batch_->rows(); }
  const Vault& vault() const override { return batch_->vault(); }
  Head head() const override { return batch_->head(); }
  Result<std::vector<JournalFact>> journal(uint64_t after, size_t bytes_max,
                                           bool public_only) const override {
    return batch_->journal(after, bytes_max, public_only);
  }
  std::optional<Hash32> hash_at(uint64_t seq) const override { return batch_->hash_at(seq); }
  std::optional<Cursor> cursor(std::string_view owner) const override {
    return batch_->cursor(owner);
  }
  std::optional<StoredAnswer> answer(std::string_view key) const override {
    return batch_->answer(key);
  }
  Rows& rows_for_evolve() override { return batch_->rows_for_evolve(); }
  uint64_t append(JournalFact fact) override { return batch_->append(std::move(fact)); }
  void put_answer(std::string_view key, const StoredAnswer& answer) override {
    batch_->put_answer(key, answer);
  }
  void set_cursor(std::string_view owner, const Cursor& cursor) override {
    batch_->set_cursor(owner, cursor);
  }
  void put_vault(std::string_view key, std::string_view plain) override {
    batch_->put_vault(key, plain);
  }
  void erase_vault(std::string_view key) override { batch_->erase_vault(key); }
  void forget_answers(UnixMillis before, size_t max) override {
    batch_->forget_answers(before, max);
  }
  bool failed() const override { return batch_->failed(); }
  CommitResult commit() override { return disk_.commit(*batch_); }

 private:
  std::unique_ptr<Batch> batch_;
  Disk& disk_;
};

}  // namespace

Disk::Disk(Random& random) {
  StoreOptions options;
  options.vault_key = std::string(32, 'k');
  auto opened = Store::open(options, random);
  CHECK_INVARIANT(opened);
  store_ = std::move(*opened);
}

void Disk::revive() {
  dead_ = false;
  fate_ = Fate::lasting;
}

std::unique_ptr<Batch> Disk::begin() {
  return std::make_unique<DoomedBatch>(store_->begin(), *this);
}

CommitResult Disk::commit(Batch& batch) {
  if (fate_ == Fate::refused) return CommitResult::refused;
  dead_ = fate_ != Fate::lasting;
  // The caller of a process that died in here hears nothing, whatever is answered.
  return fate_ == Fate::dies_before ? CommitResult::done : batch.commit();
}

}  // namespace bilten::sim
