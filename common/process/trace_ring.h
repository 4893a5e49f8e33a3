// The latest spans of a process, so many and no more.
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "common/wire/trace.h"

namespace bilten {

// Any thread.
class TraceRing {
 public:
  explicit TraceRing(size_t spans_max) : spans_max_(spans_max) {}
  void keep(Span span);
  // Oldest first.
  std::vector<Span> find(std::string_view trace_id) const;

 private:
  const size_t spans_max_;
  mutable std::mutex mutex_;
  std::vector<Span> spans_;  // Grows to spans_max_, then the oldest is overwritten.
  size_t oldest_ = 0;
};

}  // namespace bilten
