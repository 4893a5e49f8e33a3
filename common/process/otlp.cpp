#include "common/process/otlp.h"

#include "common/base/text.h"
#include "common/process/json_text.h"

namespace bilten {
namespace {

std::string attribute(std::string_view key, const std::string& value) {
  return "{\"key\":" + json_text(key) + ",\"value\":{" + value + "}}";
}

std::string text_attribute(std::string_view key, std::string_view text) {
  return attribute(key, "\"stringValue\":" + json_text(text));
}

std::string attribute(const SpanAttribute& from) {
  if (from.text) return text_attribute(from.key, *from.text);
  return attribute(from.key, "\"intValue\":\"" + std::to_string(from.number.value_or(0)) + "\"");
}

template <class Enum>
std::string number(Enum value) {
  return std::to_string(static_cast<int>(value));
}

void append_span(std::string& out, const Span& span) {
  out += "{\"traceId\":\"" + hex(span.trace_id.data) + "\",\"spanId\":\"" + hex(span.span_id.data);
  if (!span.parent_id.data.empty()) out += "\",\"parentSpanId\":\"" + hex(span.parent_id.data);
  out += "\",\"name\":" + json_text(span.name) + ",\"kind\":" + number(span.kind);
  out += ",\"startTimeUnixNano\":\"" + std::to_string(span.start_ns);
  out += "\",\"endTimeUnixNano\":\"" + std::to_string(span.end_ns) + "\",\"attributes\":[";
  const char* comma = "";
  for (const auto& each : span.attributes) {
    out.append(comma).append(attribute(each));
    comma = ",";
  }
  out += "]";
  if (span.status != SpanStatus::unset) out += ",\"status\":{\"code\":" + number(span.status) + "}";
  out += "}";
}

}  // namespace

std::string otlp_json(const TraceSource& source, const std::vector<Span>& spans) {
  std::string out = "{\"resourceSpans\":[{\"resource\":{\"attributes\":[";
  out += text_attribute("service.name", source.service) + ",";
  out += text_attribute("service.version", source.version) + ",";
  out += text_attribute("service.instance.id", source.instance);
  out += "]},\"scopeSpans\":[{\"scope\":{\"name\":\"bilten\",\"version\":";
  out += json_text(source.version) + "},\"spans\":[";
  const char* comma = "";
  for (const auto& span : spans) {
    out += comma;
    append_span(out, span);
    comma = ",";
  }
  return out + "]}]}]}";
}

}  // namespace bilten
