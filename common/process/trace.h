// The spans of this process: requests whose caller, or whose gateway, asked for a recording. The
// latest are kept in memory for `$trace` questions, and all are sent to a collector where one is
// set. What is not sampled costs one look at a flag.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/process/otlp.h"
#include "common/wire/trace.h"

namespace bilten {

// [trace], which every program has.
struct TraceSettings {
  std::string otlp;
  double sample = 0;
  static constexpr auto fields() {
    return field_list(
        field("otlp", &TraceSettings::otlp, length(0, 200))
            .doc("Collector of spans, OTLP/HTTP: \"http://host:4318\". Empty: none are sent."),
        field("sample", &TraceSettings::sample, between(0, 1))
            .doc("Share of requests that the gateway has recorded, 0.0 to 1.0; a caller that "
                 "sends a sampled traceparent is recorded always."));
  }
};

// Why the settings cannot be used.
Status check_trace(const TraceSettings& settings);
// run() does both; before it spans are kept and not sent.
void start_tracing(const TraceSettings& settings, const std::string& program);
// Sends what waits (at most 2 s).
void stop_tracing();

// Whether a request that begins here is to be recorded.
bool draw_sample(Random& random);

void record(Span span);
// Those that are still kept, oldest first.
std::vector<Span> spans_of(std::string_view trace_id);
// The answer to `$trace` and `$mesh.trace` (mesh_admin.h).
Result<std::string> answer_trace(std::string_view body);

// Unix time now, and of a moment on the steady clock, in nanoseconds.
int64_t unix_nanos();
int64_t unix_nanos(SteadyMicros at);

// A hop under way: begun at its making, recorded by end(). One thread at a time.
class OpenSpan {
 public:
  explicit OpenSpan(Span span);
  std::string traceparent() const { return span_.traceparent(); }
  template <class Value>
  void note(std::string key, Value value) {
    span_.note(std::move(key), std::move(value));
  }
  SteadyMicros began_at() const { return began_at_; }
  // Notes how it ended; a fault of ours makes it an error, a refusal does not.
  void end(Code code);
  void end(SpanStatus status);

 private:
  Span span_;
  SteadyMicros began_at_;
};

// nullptr where `traceparent` is not sampled.
std::shared_ptr<OpenSpan> open_span(std::string_view traceparent, SpanKind kind,
                                    std::string_view name);

}  // namespace bilten
