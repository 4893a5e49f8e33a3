// One batch being filled: facts go to the journal and through evolve, effects to the vault, and
// what is to be published is remembered until the commit.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/service/request.h"
#include "common/service/table.h"
#include "common/store/store.h"

namespace bilten {

class Recording {
 public:
  Recording(const Table& table, std::unique_ptr<Batch> batch, UnixMillis now)
      : table_(table), batch_(std::move(batch)), head_(batch_->head()), now_(now) {}

  Batch& batch() { return *batch_; }
  const Rows& rows() const { return batch_->rows(); }
  UnixMillis now() const { return now_; }

  // Another service's fact, noted under its own name and not published.
  void note(const FeedFact& fact);
  // What a handler decided. True if it left anything behind.
  bool record(const Effects& effects, std::string_view traceparent);
  void set_cursor(std::string_view owner, const Cursor& cursor);
  void put_answer(std::string_view key, const StoredAnswer& answer);
  void forget_answers(UnixMillis before, size_t max) { batch_->forget_answers(before, max); }

  bool wrote() const { return wrote_; }
  bool failed() const { return batch_->failed(); }
  bool keys_changed() const { return keys_changed_; }
  const Head& head() const { return head_; }
  CommitResult commit() { return batch_->commit(); }
  std::vector<AnnouncedFact> take_announced() { return std::move(announced_); }
  std::vector<Errand> take_errands() { return std::move(errands_); }

 private:
  void append(JournalFact fact);

  const Table& table_;
  std::unique_ptr<Batch> batch_;
  Head head_;
  UnixMillis now_;
  std::vector<AnnouncedFact> announced_;
  std::vector<Errand> errands_;
  bool wrote_ = false;
  bool keys_changed_ = false;
};

}  // namespace bilten
