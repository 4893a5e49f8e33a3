#include "tests/support/paying_crowd.h"

#include <catch2/catch.hpp>

#include "common/base/random.h"

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

std::string PayingCrowd::describe_acting() const {
  std::string text;
  for (size_t i = 0; i < std::min(buyers_.size(), let_in_.load()); ++i) {
    if (!buyers_[i].has_acted()) text += buyers_[i].describe() + '\n';
  }
  return text;
}

void rush_through_kills(const Platform& platform, PayingCrowd& crowd, size_t rushing, int kills,
                        const std::function<void(int)>& before_kill) {
  static constexpr const char* kProcesses[] = {"payment", "ticket", "payment", "broker"};
  SeededRandom random(15);
  const auto each = rushing / static_cast<size_t>(kills);
  for (int kill = 0; kill < kills; ++kill) {
    const auto* process = kProcesses[kill % 4];
    INFO("kill " << kill << ", of " << process);
    if (before_kill) before_kill(kill);
    crowd.let_in(each);
    const auto moves = crowd.moves() + 10 + static_cast<int64_t>(random.below(30));
    REQUIRE(wait_until([&] { return crowd.moves() >= moves || crowd.acting() == 0; }, 30));
    platform.crash(process);
    REQUIRE(wait_until([&] { return crowd.acting() < 3 * each; }, 120));
  }
  crowd.let_in(rushing % static_cast<size_t>(kills));
  const bool all_acted = wait_until([&] { return crowd.acting() == 0; }, 150);
  if (!all_acted) crowd.stop();
  INFO((all_acted ? "" : crowd.describe_acting()));
  REQUIRE(all_acted);
}

}  // namespace bilten::test
