#include "common/store/batch.h"

#include "common/crypto/crypto.h"
#include "common/store/journal.h"

namespace bilten {

using engine::Parts;
using engine::Table;
using engine::Takes;

namespace {

constexpr size_t kTimeBytes = 8;

// Answers in order of time: what forget_answers walks.
std::string time_key(UnixMillis at, std::string_view key) {
  return Parts().number(static_cast<uint64_t>(at)).bytes(key).take();
}

}  // namespace

std::string seal_answer(const SealKeys& keys, std::string_view key, const StoredAnswer& answer,
                        Random& random) {
  Parts plain;
  plain.reserve(1 + answer.request_hash.size() + answer.body.size());
  plain.byte(answer.code).bytes(engine::view(answer.request_hash)).bytes(answer.body);
  return Parts()
      .number(static_cast<uint64_t>(answer.at))
      .bytes(crypto::seal(keys.answers, plain.take(), time_key(answer.at, key), random))
      .take();
}

StoredAnswer open_answer(const SealKeys& keys, std::string_view key, std::string_view bytes) {
  Takes outer(bytes);
  StoredAnswer answer;
  answer.at = static_cast<UnixMillis>(outer.number());
  const auto plain = crypto::unseal(keys.answers, outer.rest(), time_key(answer.at, key));
  if (!plain) engine::end_damaged(Table::answers, key, "its seal is broken");
  Takes inner(*plain);
  answer.code = inner.byte();
  answer.request_hash = inner.hash();
  answer.body = inner.rest();
  if (!inner.complete()) engine::end_damaged(Table::answers, key, "it is cut short");
  return answer;
}

EngineBatch::EngineBatch(std::unique_ptr<WriterTurn> turn,
                         std::unique_ptr<engine::Write> transaction, const SealKeys& keys,
                         Random& random)
    : EngineBatch(std::move(turn), transaction.release(), keys, random) {}

EngineBatch::EngineBatch(std::unique_ptr<WriterTurn> turn, engine::Write* write,
                         const SealKeys& keys, Random& random)
    : ViewOf<Batch>(std::unique_ptr<engine::Read>(write), write, keys),
      turn_(std::move(turn)),
      write_(*write),
      random_(random),
      head_(read_head(*write)) {}

uint64_t EngineBatch::append(JournalFact fact) {
  fact.seq = head_.seq + 1;
  const auto key = engine::number_key(fact.seq);
  const auto value = encode_record(fact, head_.hash);
  const auto sum = engine::checksum(Table::journal, key, value);
  write_.append(Table::journal, key, {sum.data(), sum.size()}, value);
  head_.seq = fact.seq;
  head_.hash = fact.hash;
  head_.at = fact.at;
  if (fact.is_public) {
    head_.public_seq = fact.seq;
    head_.public_hash = fact.hash;
  }
  appended_ = true;
  return fact.seq;
}

void EngineBatch::put_answer(std::string_view key, const StoredAnswer& answer) {
  CHECK_INVARIANT(answer.at >= 0 && answer.body.size() <= kAnswerMax);
  engine::put_checked(write_, Table::answers, key, seal_answer(keys(), key, answer, random_));
  engine::put_checked(write_, Table::answer_times, time_key(answer.at, key), {});
}

void EngineBatch::set_cursor(std::string_view owner, const Cursor& cursor) {
  const auto bytes =
      Parts().number(cursor.epoch).number(cursor.seq).bytes(engine::view(cursor.hash)).take();
  engine::put_checked(write_, Table::cursors, owner, bytes);
}

void EngineBatch::put_vault(std::string_view key, std::string_view plain) {
  CHECK_INVARIANT(plain.size() <= kRowMax);
  engine::put_checked(write_, Table::vault, key, crypto::seal(keys().vault, plain, key, random_));
}

void EngineBatch::erase_vault(std::string_view key) {
  write_.erase(Table::vault, key);
}

void EngineBatch::forget_answers(UnixMillis before, size_t max) {
  std::vector<std::string> old;
  const auto gather = [&](std::string_view key, std::string_view stored) {
    if (!engine::without_checksum(Table::answer_times, key, stored)) {
      engine::end_damaged(Table::answer_times, key, "its checksum is wrong");
    }
    if (old.size() == max || static_cast<UnixMillis>(Takes(key).number()) >= before) return false;
    old.emplace_back(key);
    return true;
  };
  if (!write_.walk(Table::answer_times, "", gather)) {
    engine::end_damaged(Table::answer_times, "", "it cannot be read");
  }
  for (const auto& entry : old) {
    write_.erase(Table::answer_times, entry);
    // A key that was answered again has a younger entry of its own: that answer stays.
    const auto key = std::string_view(entry).substr(kTimeBytes);
    const auto answer = engine::get_checked(write_, Table::answers, key);
    if (answer && answer->substr(0, kTimeBytes) == std::string_view(entry).substr(0, kTimeBytes)) {
      write_.erase(Table::answers, key);
    }
  }
}

CommitResult EngineBatch::commit() {
  if (appended_) engine::put_checked(write_, Table::meta, kHeadKey, encode_head(head_));
  const auto result = write_.commit();
  turn_.reset();
  return result;
}

}  // namespace bilten
