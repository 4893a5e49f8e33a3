#include "broker/inflight.h"

#include <algorithm>
#include <bit>

#include "common/base/check.h"

namespace bilten::broker {

uint32_t left_ms(SteadyMicros expires_at, SteadyMicros now) {
  const SteadyMicros left = std::max<SteadyMicros>(expires_at - now, 1);
  return static_cast<uint32_t>((left + 999) / 1000);
}

void Wheel::set(Requests& requests, uint32_t slot, SteadyMicros due_at) {
  InFlight& request = requests[slot];
  if (request.spoke != kNone) remove(requests, slot);
  // Rounded up, and never on a spoke that has been passed.
  const int64_t turn = std::max((due_at + kSpokeMicros - 1) / kSpokeMicros, turned_ + 1);
  const auto spoke = static_cast<uint32_t>(turn % kSpokes);
  request.due_at = due_at;
  request.spoke = spoke;
  spokes_[spoke].push_back(requests, slot);
  filled_[spoke / 64] |= uint64_t{1} << (spoke % 64);
  ++size_;
}

void Wheel::remove(Requests& requests, uint32_t slot) {
  const uint32_t spoke = requests[slot].spoke;
  if (spoke == kNone) return;
  spokes_[spoke].remove(requests, slot);
  if (spokes_[spoke].empty()) filled_[spoke / 64] &= ~(uint64_t{1} << (spoke % 64));
  requests[slot].spoke = kNone;
  --size_;
}

void Wheel::collect(Requests& requests, SteadyMicros now, std::vector<uint64_t>& due) {
  const int64_t target = now / kSpokeMicros;
  // After a long sleep one turn sees every spoke.
  for (int64_t turn = std::max(turned_, target - kSpokes) + 1; turn <= target; ++turn) {
    const auto& spoke = spokes_[static_cast<uint32_t>(turn % kSpokes)];
    for (uint32_t slot = spoke.front(); slot != kNone; slot = spoke.next(requests, slot)) {
      if (requests[slot].due_at <= now) due.push_back(requests.token(slot));
    }
  }
  turned_ = std::max(turned_, target);
}

SteadyMicros Wheel::next_due() const {
  if (size_ == 0) return INT64_MAX;
  const auto start = static_cast<uint32_t>((turned_ + 1) % kSpokes);
  for (uint32_t step = 0; step < kSpokes;) {
    const uint32_t spoke = (start + step) % kSpokes;
    const uint64_t rest = filled_[spoke / 64] >> (spoke % 64);
    if (rest != 0) {
      const auto ahead = step + static_cast<uint32_t>(std::countr_zero(rest));
      return (turned_ + 1 + ahead) * kSpokeMicros;
    }
    step += 64 - spoke % 64;
  }
  CHECK_INVARIANT(false);  // A wheel that counts more than it has.
}

uint8_t Queue::urgency_of(Class request_class) {
  switch (request_class) {
    case Class::critical:
    case Class::control: return 0;
    case Class::normal: return 1;
    case Class::bulk: break;
  }
  return 2;
}

void Queue::push(Requests& requests, uint32_t slot) {
  lanes_[requests[slot].urgency].push_back(requests, slot);
  pinned_ += !requests[slot].pin.empty();
  ++size_;
}

void Queue::remove(Requests& requests, uint32_t slot) {
  lanes_[requests[slot].urgency].remove(requests, slot);
  pinned_ -= !requests[slot].pin.empty();
  --size_;
}

uint32_t Queue::front() const {
  for (const auto& lane : lanes_) {
    if (!lane.empty()) return lane.front();
  }
  return kNone;
}

uint32_t Queue::after(Requests& requests, uint32_t slot) const {
  size_t lane = requests[slot].urgency;
  uint32_t next = lanes_[lane].next(requests, slot);
  while (next == kNone && ++lane < lanes_.size()) next = lanes_[lane].front();
  return next;
}

SteadyMicros Queue::oldest_wait(Requests& requests, SteadyMicros now) const {
  SteadyMicros since = now;
  for (const auto& lane : lanes_) {
    if (!lane.empty()) since = std::min(since, requests[lane.front()].since);
  }
  return now - since;
}

uint32_t Queue::sheddable() const {
  for (size_t lane = lanes_.size(); lane-- > 1;) {
    if (!lanes_[lane].empty()) return lanes_[lane].front();
  }
  return kNone;
}

uint32_t Queue::less_urgent_than(uint8_t urgency) const {
  for (size_t lane = lanes_.size(); lane-- > size_t{urgency} + 1;) {
    if (!lanes_[lane].empty()) return lanes_[lane].back();
  }
  return kNone;
}

}  // namespace bilten::broker
