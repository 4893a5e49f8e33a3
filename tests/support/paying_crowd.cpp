#include "tests/support/paying_crowd.h"

#include "tests/support/platform.h"

namespace bilten::test {

PayingCrowd::PayingCrowd(const std::string& url, std::vector<PayingBuyer> buyers, int connections,
                         PressButton press)
    : buyers_(std::move(buyers)), press_(std::move(press)) {
  const auto parts = static_cast<size_t>(connections);
  for (size_t part = 0; part < parts; ++part) {
    threads_.emplace_back([this, url, part, parts] { serve(url, part, parts); });
  }
}

void PayingCrowd::stop() {
  stop_ = true;
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void PayingCrowd::serve(const std::string& url, size_t part, size_t parts) {
  Api api(url);
  api.timeout_ms = static_cast<long>(10'000 * time_scale());
  while (!stop_) {
    bool moved = false;
    for (size_t i = part; i < std::min(buyers_.size(), let_in_.load()) && !stop_; i += parts) {
      auto& buyer = buyers_[i];
      const bool had_acted = buyer.has_acted();
      if (!buyer.step(api, press_)) continue;
      moved = true;
      ++moves_;
      acted_ += buyer.has_acted() && !had_acted;
      finished_ += buyer.is_finished();
    }
    if (!moved) let_pass(0.02);
  }
}

}  // namespace bilten::test
