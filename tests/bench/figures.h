// What every bench client prints: one JSON line of rate and latency.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace bilten::bench {

inline double now_us() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline void print_figures(std::vector<double>& latency_us, double seconds) {
  std::sort(latency_us.begin(), latency_us.end());
  const auto at = [&](double share) {
    return latency_us[static_cast<size_t>(static_cast<double>(latency_us.size() - 1) * share)];
  };
  std::printf("{\"per_second\": %.0f, \"p50_us\": %.1f, \"p99_us\": %.1f}\n",
              static_cast<double>(latency_us.size()) / seconds, at(0.5), at(0.99));
}

}  // namespace bilten::bench
