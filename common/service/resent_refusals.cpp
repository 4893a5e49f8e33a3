#include "common/service/resent_refusals.h"

namespace bilten {

void ResentRefusals::add(SteadyMicros now, const Request& request, const Error& error) {
  kept_.insert_or_assign(request.key, Kept{request.call, error, now + kKept});
  oldest_first_.push_back(request.key);
  while (oldest_first_.size() > kMax) {
    kept_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
}

const Error* ResentRefusals::find(SteadyMicros now, const Request& request) const {
  const auto found = kept_.find(request.key);
  if (found == kept_.end()) return nullptr;
  const auto& kept = found->second;
  return now < kept.until && kept.call == request.call ? &kept.error : nullptr;
}

}  // namespace bilten
