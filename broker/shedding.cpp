// The core's half that refuses early what would wait in a standing queue.
#include "broker/core.h"

namespace bilten::broker {

void Core::look_at_queues() {
  look_at_ = INT64_MAX;
  // A breaker's pause may have ended, or the last worker with a closed one be gone.
  for (auto& [name, service] : registry_.services()) pump(service);
  for (auto& [name, service] : registry_.services()) {
    service.congestion.look(now_, service.queue.oldest_wait(requests_, now_));
    if (service.congestion.is_standing()) shed(service);
    // One that stands is looked at until it flows, though shedding may have emptied it.
    const bool again = service.queue.size() > 0 || service.congestion.is_standing();
    if (again) look_at_ = Congestion::next_look(now_);
  }
}

// Bulk makes way first, then normal requests, until the oldest has not waited too long. What is
// critical waits for its turn.
void Core::shed(Service& service) {
  while (service.queue.oldest_wait(requests_, now_) > Congestion::kTargetMicros) {
    const uint32_t slot = service.queue.sheddable();
    if (slot == kNone) return;
    ++counters_.shed;
    end_with(slot, Code::no_capacity);
  }
}

}  // namespace bilten::broker
