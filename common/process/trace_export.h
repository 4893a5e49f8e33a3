// Sends spans to a collector: a bounded queue and a thread that posts what has gathered. Whoever
// records never waits; what does not fit is dropped and counted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/http/client.h"
#include "common/process/metrics.h"
#include "common/process/otlp.h"

namespace bilten {

struct TraceExportOptions {
  std::string url;  // "http://collector:4318"; /v1/traces is added.
  size_t queue_max = 8192;
  size_t batch_max = 512;
  int64_t gather_ms = 1000;    // How long the first span of a batch waits for company.
  int64_t back_off_ms = 1000;  // After 429, 502, 503, 504 or no answer; doubled up to 30 s.
  long timeout_ms = 3000;
};

class TraceExporter {
 public:
  TraceExporter(TraceExportOptions options, TraceSource source);
  ~TraceExporter();  // Sends what waits, once, without retry.
  TraceExporter(const TraceExporter&) = delete;
  TraceExporter& operator=(const TraceExporter&) = delete;

  void offer(const Span& span);
  uint64_t sent() const { return sent_; }
  // For want of room, or because the collector refused them.
  uint64_t dropped() const { return dropped_; }

 private:
  enum class Outcome : uint8_t { taken, refused, later };

  void run();
  std::vector<Span> next_batch();
  void deliver(const std::vector<Span>& batch);
  Outcome post(const std::string& body, int64_t& wait_ms);
  bool rest(int64_t ms);
  void count_sent(size_t spans);
  void count_dropped(size_t spans);

  const TraceExportOptions options_;
  const TraceSource source_;
  http::Client client_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<Span> queue_;
  bool stopping_ = false;
  std::atomic<uint64_t> sent_{0}, dropped_{0};
  Counter sent_total_, dropped_total_;  // The same, of the whole process.
  std::thread thread_;                  // Last: it uses all of the above.
};

}  // namespace bilten
