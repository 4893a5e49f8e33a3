#include "common/service/cancellations.h"

#include <algorithm>

namespace bilten {

void Cancellations::add(const ReplyAddress& request) {
  const std::lock_guard lock(mutex_);
  if (noted_.size() >= kMax) noted_.pop_front();
  noted_.push_back(request);
  any_.store(true, std::memory_order_relaxed);
}

bool Cancellations::contains(const ReplyAddress& request) const {
  if (!any_.load(std::memory_order_relaxed)) return false;
  const std::lock_guard lock(mutex_);
  return std::ranges::find(noted_, request) != noted_.end();
}

}  // namespace bilten
