#include "gateway/trace.h"

#include "common/base/text.h"

namespace bilten::gateway {
namespace {

bool is_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// The caller's 25 bytes, or nothing (Trace Context, section 3.2).
std::optional<std::string> read_header(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const auto version = from_hex(text.substr(0, 2));
  const auto trace = from_hex(text.substr(3, 32));
  const auto span = from_hex(text.substr(36, 16));
  const auto flags = from_hex(text.substr(53, 2));
  if (!version || !trace || !span || !flags || is_zero(*trace) || is_zero(*span)) return {};
  const bool is_version_0 = *version == std::string(1, '\0');
  if (*version == "\xff" || (is_version_0 && text.size() != 55)) return {};
  if (text.size() > 55 && text[55] != '-') return {};
  return *trace + *span + *flags;
}

}  // namespace

Trace begin_trace(std::string_view traceparent, Random& random, bool sampled) {
  std::string span(8, '\0');
  random.fill(span.data(), span.size());
  if (is_zero(span)) span[7] = 1;
  std::string trace_id(kTraceIdBytes, '\0'), parent, flags(1, sampled ? '\1' : '\0');
  if (const auto given = read_header(traceparent)) {
    trace_id = given->substr(0, kTraceIdBytes);
    parent = given->substr(kTraceIdBytes, kSpanIdBytes);
    flags = given->substr(kTraceIdBytes + kSpanIdBytes);
  } else {
    random.fill(trace_id.data(), trace_id.size());
    trace_id.back() = static_cast<char>(trace_id.back() | 1);
  }
  return {trace_id + span + flags, parent, hex(trace_id)};
}

std::optional<OpenSpan> server_span(const Trace& trace, std::string_view method,
                                    std::string_view route) {
  if (!is_sampled(trace.binary)) return std::nullopt;
  Span span;
  span.trace_id.data = trace.binary.substr(0, kTraceIdBytes);
  span.span_id.data = trace.binary.substr(kTraceIdBytes, kSpanIdBytes);
  span.parent_id.data = trace.parent;
  span.kind = SpanKind::server;
  span.name = std::string(method) + " " + std::string(route);
  span.note("http.request.method", std::string(method));
  span.note("http.route", std::string(route));
  return OpenSpan(std::move(span));
}

std::string Trace::header() const {
  const std::string_view bytes = binary;
  return "00-" + request_id + "-" + hex(bytes.substr(16, 8)) + "-" + hex(bytes.substr(24));
}

}  // namespace bilten::gateway
