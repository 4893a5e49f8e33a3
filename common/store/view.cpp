#include "common/store/view.h"

#include <cstdio>

#include "common/crypto/crypto.h"
#include "common/store/batch.h"
#include "common/store/journal.h"

namespace bilten {

using engine::Parts;
using engine::Table;
using engine::Takes;

std::string encode_head(const Head& head) {
  Parts parts;
  parts.number(head.epoch)
      .number(head.seq)
      .bytes(engine::view(head.hash))
      .number(head.public_seq)
      .bytes(engine::view(head.public_hash))
      .number(static_cast<uint64_t>(head.at));
  if (head.epoch_seq) parts.number(*head.epoch_seq).bytes(engine::view(head.epoch_hash));
  return parts.take();
}

Head read_head(const engine::Read& read) {
  const auto bytes = engine::get_checked(read, Table::meta, kHeadKey);
  Takes takes(bytes.value_or(std::string_view()));
  Head head;
  head.epoch = takes.number();
  head.seq = takes.number();
  head.hash = takes.hash();
  head.public_seq = takes.number();
  head.public_hash = takes.hash();
  head.at = static_cast<UnixMillis>(takes.number());
  if (takes.more()) {
    head.epoch_seq = takes.number();
    head.epoch_hash = takes.hash();
  }
  if (!takes.complete()) engine::end_damaged(Table::meta, kHeadKey, "it is missing or cut short");
  return head;
}

std::optional<Hash32> read_hash(const engine::Read& read, uint64_t seq) {
  if (seq == 0) return Hash32{};
  const auto key = engine::number_key(seq);
  const auto stored = read.get(Table::journal, key);
  if (!stored) return std::nullopt;
  const auto value = engine::without_checksum(Table::journal, key, *stored);
  if (value) return Takes(*value).hash();
  std::fprintf(stderr, "<3>%s\n", journal_damaged(seq, "its checksum is wrong").detail.c_str());
  return std::nullopt;
}

Error journal_damaged(uint64_t seq, std::string_view why) {
  return {Code::internal, "store_damaged",
          "journal damaged at " + std::to_string(seq) + ": " + std::string(why) +
              "; restore the folder from a backup, nothing was skipped or changed"};
}

const engine::Read& transaction_of(const Snapshot& snapshot) {
  if (const auto* view = dynamic_cast<const ViewOf<Snapshot>*>(&snapshot)) {
    return view->transaction();
  }
  const auto* batch = dynamic_cast<const ViewOf<Batch>*>(&snapshot);
  CHECK_INVARIANT(batch);
  return batch->transaction();
}

template <class Base>
Head ViewOf<Base>::head() const {
  return read_head(*transaction_);
}

template <class Base>
std::optional<Hash32> ViewOf<Base>::hash_at(uint64_t seq) const {
  return read_hash(*transaction_, seq);
}

template <class Base>
Result<std::vector<JournalFact>> ViewOf<Base>::journal(uint64_t after, size_t bytes_max,
                                                       bool public_only) const {
  std::vector<JournalFact> facts;
  const uint64_t last = this->head().seq;
  if (after >= last) return facts;
  const auto before = hash_at(after);
  if (!before) return journal_damaged(after, "it is missing or its checksum is wrong");

  Hash32 hash = *before;
  uint64_t seq = after;  // Of the last sound fact.
  size_t bytes = 0;
  const auto take = [&](std::string_view key, std::string_view stored) {
    if (key != std::string_view(engine::number_key(seq + 1))) return false;
    const auto value = engine::without_checksum(Table::journal, key, stored);
    auto fact = value ? decode_record(*value, hash) : std::nullopt;
    if (!fact) return false;
    fact->seq = ++seq;
    hash = fact->hash;
    if (fact->is_public || !public_only) {
      bytes += fact->name.size() + fact->body.size();
      facts.push_back(std::move(*fact));
    }
    return seq < last && bytes <= bytes_max;
  };
  const bool readable = transaction_->walk(Table::journal, engine::number_key(after + 1), take);
  const bool complete = seq == last || bytes > bytes_max;
  // Sound facts before the damage are given first; asked again from there, the answer is the error.
  if (facts.empty() && !(readable && complete)) {
    return journal_damaged(seq + 1, "it is missing, or its checksum or its chain is wrong");
  }
  return facts;
}

template <class Base>
std::optional<Cursor> ViewOf<Base>::cursor(std::string_view owner) const {
  const auto bytes = engine::get_checked(*transaction_, Table::cursors, owner);
  if (!bytes) return std::nullopt;
  Takes takes(*bytes);
  Cursor cursor;
  cursor.epoch = takes.number();
  cursor.seq = takes.number();
  cursor.hash = takes.hash();
  if (!takes.complete()) engine::end_damaged(Table::cursors, owner, "it is no cursor");
  return cursor;
}

template <class Base>
std::optional<StoredAnswer> ViewOf<Base>::answer(std::string_view key) const {
  const auto bytes = engine::get_checked(*transaction_, Table::answers, key);
  if (!bytes) return std::nullopt;
  return open_answer(keys_, key, *bytes);
}

template <class Base>
std::optional<std::string> ViewOf<Base>::get(std::string_view key) const {
  const auto sealed = engine::get_checked(*transaction_, Table::vault, key);
  if (!sealed) return std::nullopt;
  auto plain = crypto::unseal(keys_.vault, *sealed, key);
  if (!plain) engine::end_damaged(Table::vault, key, "its seal is broken");
  return plain;
}

template class ViewOf<Snapshot>;
template class ViewOf<Batch>;

}  // namespace bilten
