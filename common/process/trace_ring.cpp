#include "common/process/trace_ring.h"

namespace bilten {

void TraceRing::keep(Span span) {
  const std::lock_guard lock(mutex_);
  if (spans_.size() < spans_max_) return spans_.push_back(std::move(span));
  spans_[oldest_] = std::move(span);
  oldest_ = (oldest_ + 1) % spans_max_;
}

std::vector<Span> TraceRing::find(std::string_view trace_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<Span> found;
  for (size_t i = 0; i < spans_.size(); ++i) {
    const auto& span = spans_[(oldest_ + i) % spans_.size()];
    if (span.trace_id.data == trace_id) found.push_back(span);
  }
  return found;
}

}  // namespace bilten
