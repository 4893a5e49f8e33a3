// Stores that pass everything on to another one: a test's store says only where it differs.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/store/store.h"

namespace bilten::test {

class ForwardingBatch : public Batch {
 public:
  explicit ForwardingBatch(std::unique_ptr<Batch> batch) : batch_(std::move(batch)) {}

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
  CommitResult commit() override { return batch_->commit(); }

 protected:
  std::unique_ptr<Batch> batch_;
};

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  std::unique_ptr<Snapshot> snapshot() override { return store_->snapshot(); }
  std::unique_ptr<Batch> begin() override { return store_->begin(); }
  std::string folder_id() const override { return store_->folder_id(); }
  Status new_epoch() override { return store_->new_epoch(); }
  Result<Head> backup(const std::string& folder) override { return store_->backup(folder); }

 protected:
  std::unique_ptr<Store> store_;
};

}  // namespace bilten::test
