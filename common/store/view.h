// What a snapshot and a batch answer alike: head, facts, cursors, answers and vault, as one
// transaction of an engine sees them.
#pragma once

#include "common/store/keyed_rows.h"
#include "common/store/records.h"

namespace bilten {

inline constexpr size_t kAnswerMax = 1 << 20;  // No larger than what one frame carries.

// Keys of the sealed tables, each derived from the service's vault key.
struct SealKeys {
  std::string vault, answers;
};

// `Base` is Snapshot or Batch; the keys outlive the view.
template <class Base>
class ViewOf : public Base, private Vault {
 public:
  // `write` is the same transaction, or null if it only reads.
  ViewOf(std::unique_ptr<engine::Read> transaction, engine::Write* write, const SealKeys& keys)
      : transaction_(std::move(transaction)), keys_(keys), rows_(*transaction_, write) {}

  const Rows& rows() const override { return rows_; }
  const Vault& vault() const override { return *this; }
  Head head() const override;
  Result<std::vector<JournalFact>> journal(uint64_t after, size_t bytes_max,
                                           bool public_only) const override;
  std::optional<Hash32> hash_at(uint64_t seq) const override;
  std::optional<Cursor> cursor(std::string_view owner) const override;
  std::optional<StoredAnswer> answer(std::string_view key) const override;

  const engine::Read& transaction() const { return *transaction_; }

 protected:
  EngineRows& engine_rows() { return rows_; }
  const SealKeys& keys() const { return keys_; }

 private:
  std::optional<std::string> get(std::string_view key) const override;  // Of the vault.

  std::unique_ptr<engine::Read> transaction_;
  const SealKeys& keys_;
  EngineRows rows_;
};

extern template class ViewOf<Snapshot>;
extern template class ViewOf<Batch>;

inline constexpr std::string_view kHeadKey = "head";  // In the meta table.
std::string encode_head(const Head& head);
// Ends the process if the folder's meta table holds none: open() made one.
Head read_head(const engine::Read& read);
// The hash of the fact at seq; nothing if there is none, or (then it is logged) if it is damaged.
std::optional<Hash32> read_hash(const engine::Read& read, uint64_t seq);

// "journal damaged at 17: ..." with reason store_damaged.
Error journal_damaged(uint64_t seq, std::string_view why);

// The transaction behind a snapshot or batch of this store.
const engine::Read& transaction_of(const Snapshot& snapshot);

}  // namespace bilten
