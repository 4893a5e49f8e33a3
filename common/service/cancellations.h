// Requests in hand whose callers want their answers no more. The mesh thread notes them; whoever
// is about to begin one, or reads many rows for one, asks.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include "common/service/request.h"

namespace bilten {

class Cancellations {
 public:
  // The oldest is forgotten for one more: it was answered long ago.
  static constexpr size_t kMax = 1024;

  void add(const ReplyAddress& request);
  bool contains(const ReplyAddress& request) const;

 private:
  std::atomic<bool> any_ = false;  // So that asking costs nothing until somebody cancels.
  mutable std::mutex mutex_;
  std::deque<ReplyAddress> noted_;
};

}  // namespace bilten
