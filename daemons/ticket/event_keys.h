// The key pairs that ticket codes are signed with, kept while they are in use: deriving one takes
// as long as signing with it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "daemons/ticket/code.h"

namespace bilten::ticket {

// Thread-safe.
class EventKeys {
 public:
  static constexpr size_t kKeptMax = 256;

  explicit EventKeys(std::string secret) : secret_(std::move(secret)) {}

  std::shared_ptr<const crypto::SigningKey> of(const Id& event_id, uint8_t key_id) const;

 private:
  const std::string secret_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<Id, uint8_t>, std::shared_ptr<const crypto::SigningKey>> kept_;
};

}  // namespace bilten::ticket
