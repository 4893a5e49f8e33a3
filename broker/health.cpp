#include "broker/health.h"

#include <algorithm>

namespace bilten::broker {
namespace {

constexpr int kHalfLifeBits = 22;  // 2^22 us = 4.2 s.
constexpr uint32_t kWeight = 16;   // One answer moves the share by a sixteenth.

}  // namespace

uint32_t Health::failures(SteadyMicros now) const {
  return share_ >> std::min<SteadyMicros>((now - judged_at_) >> kHalfLifeBits, 31);
}

Health::Change Health::answered(SteadyMicros now, SteadyMicros sent_at, bool well) {
  share_ = failures(now);
  judged_at_ = now;
  // Rounded so that good answers end at zero.
  share_ = well ? share_ - (share_ + kWeight - 1) / kWeight : share_ + (kOne - share_) / kWeight;
  if (!is_closed()) {
    if (sent_at <= opened_at_) return Change::none;
    if (!well) {
      open(now);
      return Change::none;
    }
    pause_ = 0;
    answers_ = failed_ = 0;
    return Change::closed;
  }
  if (now - window_at_ >= kWindowMicros) {
    window_at_ = now;
    answers_ = failed_ = 0;
  }
  ++answers_;
  failed_ += !well;
  if (answers_ < kAnswersMin || failed_ * 2 < answers_) return Change::none;
  open(now);
  return Change::opened;
}

void Health::open(SteadyMicros now) {
  opened_at_ = now;
  pause_ = std::clamp(pause_ * 2, kPauseMinMicros, kPauseMaxMicros);
  probing_ = false;
}

Verdict verdict_on(Code code, SteadyMicros held) {
  switch (code) {
    case Code::internal:
    case Code::unavailable:
    case Code::no_capacity: return Verdict::failed;
    case Code::deadline_queued:
    case Code::deadline_inflight: return held >= kSlowMicros ? Verdict::failed : Verdict::none;
    case Code::cancelled: return Verdict::none;
    default: return Verdict::well;
  }
}

}  // namespace bilten::broker
