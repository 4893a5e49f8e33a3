// W3C Trace Context: one trace id from the client's click to the journal record.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"

namespace bilten::gateway {

// 25 bytes: trace id (16), id of the gateway's own span (8), flags (1); as frames carry it.
struct Trace {
  std::string binary;
  std::string request_id;      // The trace id in hex; what people quote and logs are searched by.
  std::string header() const;  // "00-<trace id>-<span id>-<flags>"
};

// Goes on with the caller's trace where `traceparent` is well formed, else begins one.
Trace begin_trace(std::string_view traceparent, Random& random);

}  // namespace bilten::gateway
