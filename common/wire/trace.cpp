#include "common/wire/trace.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/wire/frame.h"

namespace bilten {
namespace {

constexpr size_t kSpanNameMax = 200;
constexpr size_t kTextMax = 200;
constexpr char kSampled = 1;

bool has_room(const Span& span) {
  return span.attributes.size() < Span::kAttributesMax;
}

}  // namespace

bool is_sampled(std::string_view traceparent) {
  return traceparent.size() == kTraceparentBytes && (traceparent.back() & kSampled) != 0;
}

char* traceparent_in(char* frame) {
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(frame[at]); };
  const size_t ext_at = kHeaderBytes + byte(28);
  const size_t ext_bytes = byte(30) | static_cast<size_t>(byte(31)) << 8;
  // A map of up to 15 pairs, key 1, 25 bytes.
  constexpr size_t kInFront = 4;
  if (ext_bytes < kInFront + kTraceparentBytes) return nullptr;
  if ((byte(ext_at) & 0xF0) != 0x80 || byte(ext_at + 1) != 1 || byte(ext_at + 2) != 0xC4 ||
      byte(ext_at + 3) != kTraceparentBytes) {
    return nullptr;
  }
  return frame + ext_at + kInFront;
}

SpanStatus span_status(Code code) {
  const bool refused = code >= Code::invalid && code < Code::internal;
  return code == Code::ok || refused ? SpanStatus::unset : SpanStatus::error;
}

void Span::note(std::string key, std::string text) {
  if (text.size() > kTextMax) text.resize(kTextMax);
  if (has_room(*this)) attributes.push_back({std::move(key), std::move(text), std::nullopt});
}

void Span::note(std::string key, int64_t number) {
  if (has_room(*this)) attributes.push_back({std::move(key), std::nullopt, number});
}

std::string Span::traceparent() const {
  return trace_id.data + span_id.data + std::string(1, kSampled);
}

Span child_span(std::string_view traceparent, SpanKind kind, std::string_view name,
                Random& random) {
  CHECK_INVARIANT(traceparent.size() == kTraceparentBytes);
  Span span;
  span.trace_id.data = traceparent.substr(0, kTraceIdBytes);
  span.parent_id.data = traceparent.substr(kTraceIdBytes, kSpanIdBytes);
  span.span_id.data.resize(kSpanIdBytes);
  do {
    random.fill(span.span_id.data.data(), kSpanIdBytes);
  } while (span.span_id.data == std::string(kSpanIdBytes, '\0'));
  span.kind = kind;
  span.name = name.substr(0, kSpanNameMax);
  return span;
}

}  // namespace bilten
