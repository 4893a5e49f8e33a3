#include "tests/sim/disk.h"

#include "common/base/check.h"

namespace bilten::sim {

namespace {

class DoomedBatch final : public test::ForwardingBatch {
 public:
  DoomedBatch(std::unique_ptr<Batch> batch, Disk& disk)
      : ForwardingBatch(std::move(batch)), disk_(disk) {}
  CommitResult commit() override { return disk_.commit(*batch_); }

 private:
  Disk& disk_;
};

std::unique_ptr<Store> opened(Random& random) {
  StoreOptions options;
  options.vault_key = std::string(32, 'k');
  auto store = Store::open(options, random);
  CHECK_INVARIANT(store);
  return std::move(*store);
}

}  // namespace

Disk::Disk(Random& random) : ForwardingStore(opened(random)) {}

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
