// A request's trace (W3C Trace Context): how frames carry it, and one hop's span as processes tell
// each other of it. Kinds and statuses have OpenTelemetry's numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/wire/field.h"

namespace bilten {

// The 25 bytes of a traceparent: trace id (16), id of the span that asks (8), flags (1).
inline constexpr size_t kTraceparentBytes = 25;
inline constexpr size_t kTraceIdBytes = 16;
inline constexpr size_t kSpanIdBytes = 8;

// Whether its trace is being recorded: a whole traceparent whose flags have bit 0.
bool is_sampled(std::string_view traceparent);

// Where a frame that parse_frame has accepted carries its traceparent, or nullptr. It must stand
// first in ext, where Ext::pack puts it.
char* traceparent_in(char* frame);

enum class SpanKind : uint8_t { unspecified, internal, server, client, producer, consumer };
constexpr auto names_of(SpanKind) {
  return std::array<std::string_view, 6>{"unspecified", "internal", "server",
                                         "client",      "producer", "consumer"};
}

enum class SpanStatus : uint8_t { unset, ok, error };
constexpr auto names_of(SpanStatus) {
  return std::array<std::string_view, 3>{"unset", "ok", "error"};
}

// error for what the platform failed at, unset for answers and refusals.
SpanStatus span_status(Code code);

// A text or a number; never a person's data.
struct SpanAttribute {
  std::string key;
  std::optional<std::string> text;
  std::optional<int64_t> number;
  bool operator==(const SpanAttribute&) const = default;
  static constexpr auto fields() {
    return field_list(field("key", &SpanAttribute::key, length(1, 64)),
                      field("text", &SpanAttribute::text, length(0, 200)),
                      field("number", &SpanAttribute::number, between(INT64_MIN, INT64_MAX)));
  }
};

// What one process did for one request. Times are Unix nanoseconds.
struct Span {
  static constexpr size_t kAttributesMax = 8;

  Bytes trace_id, span_id, parent_id;  // No parent: the trace begins here.
  std::string name;                    // "ticket.order", "POST /v1/orders"
  SpanKind kind = SpanKind::internal;
  int64_t start_ns = 0, end_ns = 0;
  SpanStatus status = SpanStatus::unset;
  std::vector<SpanAttribute> attributes;
  bool operator==(const Span&) const = default;

  void note(std::string key, std::string text);
  void note(std::string key, int64_t number);
  // What the next hop gets: this span as its parent, sampled.
  std::string traceparent() const;

  static constexpr auto fields() {
    return field_list(field("trace_id", &Span::trace_id, between(kTraceIdBytes, kTraceIdBytes)),
                      field("span_id", &Span::span_id, between(kSpanIdBytes, kSpanIdBytes)),
                      field("parent_id", &Span::parent_id, between(0, kSpanIdBytes)),
                      field("name", &Span::name, length(1, 200)), field("kind", &Span::kind),
                      field("start_ns", &Span::start_ns, between(0, INT64_MAX)),
                      field("end_ns", &Span::end_ns, between(0, INT64_MAX)),
                      field("status", &Span::status),
                      field("attributes", &Span::attributes, items(0, kAttributesMax)));
  }
};

// A new span below the one that `traceparent` (25 bytes) names.
Span child_span(std::string_view traceparent, SpanKind kind, std::string_view name, Random& random);

}  // namespace bilten
