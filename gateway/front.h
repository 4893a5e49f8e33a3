// From request to answer: the gateway's own pages, and every route of the mesh. One parse, one
// transcoding, one call, one answer.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/process/metrics.h"
#include "gateway/contracts.h"
#include "gateway/http.h"
#include "gateway/session.h"
#include "gateway/shared_answers.h"
#include "gateway/trace.h"

namespace bilten::gateway {

struct FrontOptions {
  size_t body_bytes_max = 256 * 1024;
  std::vector<std::string> cors_origins = {};  // "https://shop.example", or "*".
  std::vector<std::string> shared_reads = {};  // Names of queries; see shared_answers.h.
  SharedTimes shared = {};
};

class Front {
 public:
  // What only the process knows of itself.
  struct State {
    std::function<bool()> ready;           // Connected, a contract known, not stopping.
    std::function<std::string()> metrics;  // The whole text of /metrics.
    std::function<Response(Request&, const Trace&)> stream;  // GET /v1/stream
  };
  Front(FrontOptions options, const Contracts& contracts, CallService call, State state,
        const Clock& clock);

  Response answer(Request& request);

 private:
  Response dispatch(Request& request, const Trace& trace);
  std::optional<Response> own_page(Request& request, const Trace& trace);
  Response page(Request& request, const Trace& trace);
  Response route(Request& request, const Trace& trace);
  Response answer_route(Request& request, const Match& match, const Trace& trace);
  Response exchange_traced(Request& request, const Match& match, const Trace& trace);
  bool is_shared(const Request& request, const MessageDescription& message) const;
  Response preflight(const Request& request, std::string_view allow) const;
  std::string_view allowed_origin(const Request& request) const;
  void add_common_headers(const Request& request, const Trace& trace, Response& response) const;

  FrontOptions options_;
  const Contracts& contracts_;
  CallService call_;
  State state_;
  const Clock& clock_;
  SharedAnswers shared_;
  std::array<Counter, 6> answers_;  // By the first digit of the status.
  Histogram seconds_;
};

// A 200 answer gets an ETag; if the client has that version already, the answer becomes 304.
void add_etag(const Request& request, Response& response);

}  // namespace bilten::gateway
