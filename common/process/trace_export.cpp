#include "common/process/trace_export.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "common/process/log.h"

namespace bilten {
namespace {

constexpr int64_t kBackOffMaxMs = 30'000;
constexpr size_t kAnswerMax = 64 * 1024;

// Retry-After in seconds; 0 where there is none that can be read.
int64_t retry_after_ms(const http::Response& response) {
  const auto found = response.headers.find("retry-after");
  if (found == response.headers.end()) return 0;
  int64_t seconds = 0;
  const auto& text = found->second;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return read.ec == std::errc() ? std::clamp<int64_t>(seconds * 1000, 0, kBackOffMaxMs) : 0;
}

}  // namespace

TraceExporter::TraceExporter(TraceExportOptions options, TraceSource source)
    : options_(std::move(options)),
      source_(std::move(source)),
      sent_total_(counter("bilten_trace_spans_sent_total", "Spans that the collector took.")),
      dropped_total_(counter("bilten_trace_spans_dropped_total",
                             "Spans lost: the queue was full, or the collector refused them.")),
      thread_([this] { run(); }) {}

TraceExporter::~TraceExporter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void TraceExporter::offer(const Span& span) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queue_max) return count_dropped(1);
    queue_.push_back(span);
  }
  woken_.notify_all();
}

void TraceExporter::run() {
  for (;;) {
    const auto batch = next_batch();
    if (batch.empty()) return;
    deliver(batch);
  }
}

// Empty: it is time to stop, and nothing waits.
std::vector<Span> TraceExporter::next_batch() {
  std::unique_lock lock(mutex_);
  woken_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  woken_.wait_for(lock, std::chrono::milliseconds(options_.gather_ms),
                  [this] { return stopping_ || queue_.size() >= options_.batch_max; });
  const auto end =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.batch_max));
  std::vector<Span> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void TraceExporter::deliver(const std::vector<Span>& batch) {
  const auto body = otlp_json(source_, batch);
  int64_t back_off_ms = options_.back_off_ms;
  for (;;) {
    int64_t wait_ms = back_off_ms;
    const auto outcome = post(body, wait_ms);
    if (outcome == Outcome::taken) return count_sent(batch.size());
    if (outcome == Outcome::refused || !rest(wait_ms)) return count_dropped(batch.size());
    back_off_ms = std::min(back_off_ms * 2, kBackOffMaxMs);
  }
}

// The collector's answer; where it may take the batch later, `wait_ms` is at least its Retry-After.
TraceExporter::Outcome TraceExporter::post(const std::string& body, int64_t& wait_ms) {
  const auto response = client_.send({.method = "POST",
                                      .url = options_.url + "/v1/traces",
                                      .headers = {"Content-Type: application/json"},
                                      .body = body,
                                      .timeout_ms = options_.timeout_ms,
                                      .answer_bytes_max = kAnswerMax});
  if (!response) {
    log_warning("trace_collector_unreachable", {{"detail", response.error().detail}});
    return Outcome::later;
  }
  const long status = response->status;
  if (status >= 200 && status < 300) return Outcome::taken;
  log_warning("trace_collector_refuses", {{"status", int64_t{status}}});
  wait_ms = std::max(wait_ms, retry_after_ms(*response));
  const bool later = status == 429 || status == 502 || status == 503 || status == 504;
  return later ? Outcome::later : Outcome::refused;
}

void TraceExporter::count_sent(size_t spans) {
  sent_ += spans;
  sent_total_.add(static_cast<double>(spans));
}

void TraceExporter::count_dropped(size_t spans) {
  dropped_ += spans;
  dropped_total_.add(static_cast<double>(spans));
}

// False: the process stops, there is no later.
bool TraceExporter::rest(int64_t ms) {
  std::unique_lock lock(mutex_);
  return !woken_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

}  // namespace bilten
