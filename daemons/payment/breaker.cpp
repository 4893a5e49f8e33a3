#include "daemons/payment/breaker.h"

#include <algorithm>

namespace bilten::payment {

SteadyMicros Breaker::wait_us(SteadyMicros now) {
  if (state_ == State::closed) return 0;
  if (now < until_us_) {
    const auto left = until_us_ - now;
    return state_ == State::trial ? std::min(left, limits_.beside_us) : left;
  }
  state_ = State::trial;
  until_us_ = now + limits_.trial_us_max;
  return 0;
}

void Breaker::answered() {
  state_ = State::closed;
  failures_ = 0;
  rest_us_ = 0;
}

// What was under way when the breaker opened may still fail: that tells nothing new.
void Breaker::failed(SteadyMicros now) {
  if (state_ == State::open || ++failures_ < limits_.failures_to_open) return;
  rest_us_ = rest_us_ == 0 ? limits_.rest_us : std::min(rest_us_ * 2, limits_.rest_us_max);
  state_ = State::open;
  until_us_ = now + rest_us_;
}

}  // namespace bilten::payment
