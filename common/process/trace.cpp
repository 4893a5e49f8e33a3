#include "common/process/trace.h"

#include <time.h>

#include <atomic>

#include "common/crypto/crypto.h"
#include "common/process/program.h"
#include "common/process/trace_export.h"
#include "common/process/trace_ring.h"
#include "common/wire/mesh_admin.h"

namespace bilten {
namespace {

constexpr size_t kSpansKept = 4096;
constexpr size_t kSpansAnswered = 1000;  // As mesh::TraceAnswer has it.
constexpr double kWhole = 4294967296.0;  // 2^32

struct Tracing {
  TraceSource source{.service = {}, .version = kVersion, .instance = {}};
  TraceRing ring{kSpansKept};
  double sample = 0;
  std::unique_ptr<TraceExporter> exporter;
};

// Never destroyed: threads may record while the process ends.
Tracing& tracing() {
  static auto* const only = new Tracing;
  return *only;
}

int64_t nanos_of(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

Status check_trace(const TraceSettings& settings) {
  const std::string& url = settings.otlp;
  const bool fits = url.starts_with("http://") || url.starts_with("https://");
  if (url.empty() || (fits && !url.ends_with('/'))) return Done{};
  return Error{Code::invalid, "configuration",
               "[trace] otlp must be http://HOST:PORT or https://..., without a / at its end"};
}

void start_tracing(const TraceSettings& settings, const std::string& program) {
  auto& mine = tracing();
  crypto::SystemRandom random;
  mine.source.service = program;
  mine.source.instance = IdSource(random).next(SystemClock().wall_ms()).text();
  mine.sample = settings.sample;
  if (settings.otlp.empty()) return;
  TraceExportOptions options;
  options.url = settings.otlp;
  mine.exporter = std::make_unique<TraceExporter>(std::move(options), mine.source);
}

void stop_tracing() {
  tracing().exporter.reset();
}

bool draw_sample(Random& random) {
  return static_cast<double>(random.next() >> 32) < tracing().sample * kWhole;
}

void record(Span span) {
  auto& mine = tracing();
  if (mine.exporter) mine.exporter->offer(span);
  mine.ring.keep(std::move(span));
}

std::vector<Span> spans_of(std::string_view trace_id) {
  return tracing().ring.find(trace_id);
}

Result<std::string> answer_trace(std::string_view body) {
  const auto question = decode<mesh::TraceQuestion>(body);
  if (!question) return question.error();
  const auto& source = tracing().source;
  mesh::TraceAnswer answer{source.service, source.instance, spans_of(question->trace_id.data)};
  if (answer.spans.size() > kSpansAnswered) answer.spans.resize(kSpansAnswered);
  return encode(answer);
}

int64_t unix_nanos() {
  return nanos_of(CLOCK_REALTIME);
}

int64_t unix_nanos(SteadyMicros at) {
  return unix_nanos() - (nanos_of(CLOCK_MONOTONIC) - at * 1000);
}

OpenSpan::OpenSpan(Span span) : span_(std::move(span)), began_at_(SystemClock().steady_us()) {
  span_.start_ns = unix_nanos();
}

void OpenSpan::end(Code code) {
  if (code != Code::ok) span_.note("bilten.code", std::string(word(code)));
  end(span_status(code));
}

// The length comes from the steady clock: no jump of the wall clock makes it negative.
void OpenSpan::end(SpanStatus status) {
  span_.end_ns = span_.start_ns + (SystemClock().steady_us() - began_at_) * 1000;
  span_.status = status;
  record(std::move(span_));
}

std::shared_ptr<OpenSpan> open_span(std::string_view traceparent, SpanKind kind,
                                    std::string_view name) {
  if (!is_sampled(traceparent)) return nullptr;
  crypto::SystemRandom random;
  return std::make_shared<OpenSpan>(child_span(traceparent, kind, name, random));
}

}  // namespace bilten
