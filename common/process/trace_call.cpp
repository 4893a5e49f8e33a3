#include "common/process/trace_call.h"

#include "common/process/trace.h"

namespace bilten {

net::Answer call_traced(net::Mesh& mesh, net::Call call) {
  const auto span = open_span(call.ext.traceparent, SpanKind::client, call.name);
  if (!span) return mesh.call_and_wait(std::move(call));
  call.ext.traceparent = span->traceparent();
  auto answer = mesh.call_and_wait(std::move(call));
  span->end(answer.code);
  return answer;
}

}  // namespace bilten
