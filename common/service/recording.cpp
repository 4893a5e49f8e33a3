#include "common/service/recording.h"

#include "common/api/user.h"

namespace bilten {

void Recording::append(JournalFact fact) {
  const Head before = head_;
  fact.at = now_;
  batch_->append(fact);
  head_ = batch_->head();
  wrote_ = true;
  table_.apply(batch_->rows_for_evolve(), fact.name, fact.body);
  keys_changed_ = keys_changed_ || fact.name == api::user::KeyAnnounced::name;
  if (!fact.is_public) return;
  announced_.push_back({.epoch = head_.epoch,
                        .seq = head_.seq,
                        .previous = before.public_seq,
                        .previous_hash = before.public_hash,
                        .hash = head_.hash,
                        .at = fact.at,
                        .name = std::move(fact.name),
                        .body = std::move(fact.body),
                        .traceparent = std::move(fact.traceparent)});
}

void Recording::note(const FeedFact& fact) {
  append(
      {.name = fact.name, .body = fact.body, .is_public = false, .traceparent = fact.traceparent});
}

bool Recording::record(const Effects& effects, std::string_view traceparent) {
  for (const auto& fact : effects.facts) {
    append({.name = std::string(fact.name),
            .body = fact.body,
            .is_public = fact.is_public,
            .traceparent = std::string(traceparent)});
  }
  for (const auto& entry : effects.vault) {
    wrote_ = true;
    if (entry.value.empty()) {
      batch_->erase_vault(entry.key);
    } else {
      batch_->put_vault(entry.key, entry.value);
    }
  }
  errands_.insert(errands_.end(), effects.errands.begin(), effects.errands.end());
  return !effects.facts.empty() || !effects.vault.empty();
}

void Recording::set_cursor(std::string_view owner, const Cursor& cursor) {
  batch_->set_cursor(owner, cursor);
  wrote_ = true;
}

void Recording::put_answer(std::string_view key, const StoredAnswer& answer) {
  batch_->put_answer(key, answer);
  wrote_ = true;
}

}  // namespace bilten
