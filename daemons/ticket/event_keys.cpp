#include "daemons/ticket/event_keys.h"

namespace bilten::ticket {

std::shared_ptr<const crypto::SigningKey> EventKeys::of(const Id& event_id, uint8_t key_id) const {
  const std::pair name(event_id, key_id);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = kept_.find(name); known != kept_.end()) return known->second;
  }
  auto key = std::make_shared<const crypto::SigningKey>(event_key(secret_, event_id, key_id));
  const std::lock_guard lock(mutex_);
  // Many more events at once than have their doors open: those in use are soon here again.
  if (kept_.size() >= kKeptMax) kept_.clear();
  kept_.emplace(name, key);
  return key;
}

}  // namespace bilten::ticket
