// W3C Trace Context: one trace id from the client's click to the journal record.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/process/trace.h"

namespace bilten::gateway {

// 25 bytes: trace id (16), id of the gateway's own span (8), flags (1); as frames carry it.
struct Trace {
  std::string binary;
  std::string parent;          // The caller's span, 8 bytes; empty: the trace begins here.
  std::string request_id;      // The trace id in hex; what people quote and logs are searched by.
  std::string header() const;  // "00-<trace id>-<span id>-<flags>"
};

// Goes on with the caller's trace where `traceparent` is well formed, else begins one, which is
// recorded if `sampled`.
Trace begin_trace(std::string_view traceparent, Random& random, bool sampled = false);

// The gateway's own span; nothing where the trace is not recorded. `route` is the template.
std::optional<OpenSpan> server_span(const Trace& trace, std::string_view method,
                                    std::string_view route);

}  // namespace bilten::gateway
