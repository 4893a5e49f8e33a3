// OpenTelemetry's JSON form of spans (OTLP/HTTP, POST /v1/traces): ids in lower-case hex, times and
// 64-bit numbers as strings, enums as numbers.
#pragma once

#include <string>
#include <vector>

#include "common/wire/trace.h"

namespace bilten {

// Whose spans they are.
struct TraceSource {
  std::string service;   // "bilten-ticket"
  std::string version;   // "0.1.0"
  std::string instance;  // Unique to this run of the process.
};

// One ExportTraceServiceRequest; its media type is application/json.
std::string otlp_json(const TraceSource& source, const std::vector<Span>& spans);

}  // namespace bilten
