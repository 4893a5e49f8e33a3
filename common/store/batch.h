// The write side of a store: one batch of facts, rows, answers, cursors and vault entries,
// committed together or not at all.
#pragma once

#include <atomic>

#include "common/store/view.h"

namespace bilten {

// Marks that a batch is open, for as long as it lives: there is one writer.
class WriterTurn {
 public:
  explicit WriterTurn(std::atomic<bool>& taken) : taken_(taken) {
    CHECK_INVARIANT(!taken_.exchange(true));
  }
  ~WriterTurn() { taken_ = false; }
  WriterTurn(const WriterTurn&) = delete;
  WriterTurn& operator=(const WriterTurn&) = delete;

 private:
  std::atomic<bool>& taken_;
};

class EngineBatch final : public ViewOf<Batch> {
 public:
  EngineBatch(std::unique_ptr<WriterTurn> turn, std::unique_ptr<engine::Write> transaction,
              const SealKeys& keys, Random& random);

  Head head() const override { return head_; }
  Rows& rows_for_evolve() override { return engine_rows(); }
  uint64_t append(JournalFact fact) override;
  void put_answer(std::string_view key, const StoredAnswer& answer) override;
  void set_cursor(std::string_view owner, const Cursor& cursor) override;
  void put_vault(std::string_view key, std::string_view plain) override;
  void erase_vault(std::string_view key) override;
  void forget_answers(UnixMillis before, size_t max) override;
  // No engine finds out before commit: where space might end, writes wait in memory.
  bool failed() const override { return false; }
  CommitResult commit() override;

 private:
  EngineBatch(std::unique_ptr<WriterTurn> turn, engine::Write* write, const SealKeys& keys,
              Random& random);

  std::unique_ptr<WriterTurn> turn_;
  engine::Write& write_;
  Random& random_;
  Head head_;
  bool appended_ = false;
};

// An answer as its table keeps it: time, then code, request hash and body under seal. The time and
// the key are bound to the seal.
std::string seal_answer(const SealKeys& keys, std::string_view key, const StoredAnswer& answer,
                        Random& random);
// Ends the process if the seal is broken.
StoredAnswer open_answer(const SealKeys& keys, std::string_view key, std::string_view bytes);

}  // namespace bilten
