// The core's half that says no in good time, and when to come back: standing queues, a principal's
// pace.
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

// How many ms too early the request comes for its principal's requests a second; 0: in time.
uint32_t Core::keep_pace(Principal& principal) {
  return static_cast<uint32_t>((principal.pace.take(now_) + 999) / 1000);
}

// When to come back. A queue says how long it takes to drain; for the rest there is no measure.
uint32_t Core::retry_after_ms(Code code, const Service* service) const {
  switch (code) {
    case Code::no_capacity:
      if (service == nullptr) return options_.queue_wait_ms;
      return service->congestion.retry_after_ms(service->queue.size(), options_.queue_wait_ms);
    case Code::rate_limited:
    case Code::draining:
    case Code::circuit_open:
    case Code::no_service: return options_.queue_wait_ms;
    default: return 0;
  }
}

}  // namespace bilten::broker
