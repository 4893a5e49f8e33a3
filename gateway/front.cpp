#include "gateway/front.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "gateway/docs_page.h"
#include "gateway/exchange.h"
#include "gateway/problem.h"

namespace bilten::gateway {
namespace {

constexpr std::string_view kExposed =
    "ETag, Link, Location, Retry-After, X-Request-Id, traceparent";
constexpr std::string_view kAllowedHeaders =
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, traceparent";
constexpr std::string_view kPolicy = "Content-Security-Policy";

Response json_page(std::string json) {
  return {.status = 200, .content_type = "application/json", .body = std::move(json)};
}

Response redirect(std::string_view to) {
  Response response{.status = 302};
  response.add("Location", to);
  return response;
}

// One of the versions that If-None-Match lists, compared weakly (RFC 9110, section 13.1.2).
bool lists(std::string_view header, std::string_view tag) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(','), header.size());
    auto one = header.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return false;
}

// A GET that shows no token and has no body.
bool is_from_guest(const Head& head) {
  return head.method == "GET" && head.framing == Framing::none && !head.has("authorization");
}

std::string target_of(const Head& head) {
  std::string target(head.path);
  if (!head.query.empty()) target.append("?").append(head.query);
  return target;
}

}  // namespace

void add_etag(const Request& request, Response& response) {
  if (response.status != 200 || response.stream) return;
  const auto hash = crypto::hash({response.body});
  const std::string tag = '"' + base64url(std::string_view(hash.data(), 16)) + '"';
  response.add("ETag", tag);
  if (!lists(request.head.header("if-none-match"), tag)) return;
  response.status = 304;
  response.body.clear();
}

Front::Front(FrontOptions options, const Contracts& contracts, CallService call, State state,
             const Clock& clock)
    : options_(std::move(options)),
      contracts_(contracts),
      call_(std::move(call)),
      state_(std::move(state)),
      clock_(clock),
      shared_(options_.shared, clock),
      seconds_(histogram("http_request_seconds", "Time from a whole head to its answer.")) {
  for (size_t i = 1; i < answers_.size(); ++i) {
    answers_[i] = counter("http_answers_total", "Answers by class of status.",
                          {{"class", std::to_string(i) + "xx"}});
  }
}

Response Front::answer(Request& request) {
  const SteadyMicros started = clock_.steady_us();
  auto& random = thread_random();
  const Trace trace = begin_trace(request.head.header("traceparent"), random, draw_sample(random));
  Response response = dispatch(request, trace);
  add_common_headers(request, trace, response);
  answers_[std::clamp<size_t>(static_cast<size_t>(response.status) / 100, 1, 5)].add();
  seconds_.observe(static_cast<double>(clock_.steady_us() - started) / 1e6);
  return response;
}

Response Front::dispatch(Request& request, const Trace& trace) {
  auto own = own_page(request, trace);
  return own ? std::move(*own) : route(request, trace);
}

std::optional<Response> Front::own_page(Request& request, const Trace& trace) {
  constexpr std::array<std::string_view, 7> kPages{
      "/", "/docs", "/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/stream"};
  const auto path = request.head.path;
  const bool is_own = std::find(kPages.begin(), kPages.end(), path) != kPages.end();
  if (!is_own && !path.starts_with("/problems/")) return std::nullopt;
  constexpr std::string_view kAllow = "GET, HEAD, OPTIONS";
  if (request.head.method == "OPTIONS") return preflight(request, kAllow);
  if (request.head.method == "GET" || request.head.method == "HEAD") return page(request, trace);
  auto refusal =
      problem(405, "method_not_allowed", "This page can only be read.", trace.request_id);
  refusal.add("Allow", kAllow);
  return refusal;
}

Response Front::page(Request& request, const Trace& trace) {
  const auto path = request.head.path;
  if (path == "/healthz") return json_page(R"({"status":"ok"})");
  if (path == "/readyz") {
    if (state_.ready()) return json_page(R"({"status":"ready"})");
    return problem(503, "not_ready",
                   "The gateway has no broker or no contract yet, or is stopping.",
                   trace.request_id);
  }
  if (path == "/metrics") {
    return {.status = 200, .content_type = "text/plain; version=0.0.4", .body = state_.metrics()};
  }
  if (path == "/v1/stream") return state_.stream(request, trace);
  if (path == "/") return redirect("/docs");
  if (path.starts_with("/problems/")) {
    return redirect("/docs#problem-" + std::string(path.substr(10)));
  }
  const auto catalogue = contracts_.current();
  Response response = json_page(catalogue->openapi);
  if (path == "/docs") {
    response.content_type = "text/html; charset=utf-8";
    response.body = catalogue->docs;
    response.add(kPolicy, kDocsPolicy);
  }
  response.add("Cache-Control", "no-cache");
  add_etag(request, response);
  return response;
}

Response Front::exchange_traced(Request& request, const Match& match, const Trace& trace) {
  auto span = server_span(trace, request.head.method, match.route->message->http.path);
  auto response =
      exchange(request, match, {call_, options_.body_bytes_max, clock_.wall_ms(), trace});
  if (span) {
    span->note("http.response.status_code", int64_t{response.status});
    span->end(response.status >= 500 ? SpanStatus::error : SpanStatus::unset);
  }
  return response;
}

bool Front::is_shared(const Request& request, const MessageDescription& message) const {
  const auto& names = options_.shared_reads;
  return is_from_guest(request.head) && message.kind == Kind::query &&
         std::find(names.begin(), names.end(), message.name) != names.end();
}

Response Front::answer_route(Request& request, const Match& match, const Trace& trace) {
  const auto& message = *match.route->message;
  const auto ask = [&] { return exchange_traced(request, match, trace); };
  auto response =
      is_shared(request, message) ? shared_.find_or_ask(target_of(request.head), ask) : ask();
  if (message.kind == Kind::query) add_etag(request, response);
  return response;
}

Response Front::route(Request& request, const Trace& trace) {
  const auto catalogue = contracts_.current();
  const auto& head = request.head;
  const auto match = catalogue->routes.find(head.method, head.path);
  const auto& id = trace.request_id;
  switch (match.outcome) {
    case Match::Outcome::found: return answer_route(request, match, trace);
    case Match::Outcome::wrong_method: {
      if (head.method == "OPTIONS") return preflight(request, match.allow);
      auto refusal =
          problem(405, "method_not_allowed", "This path answers to " + match.allow + " only.", id);
      refusal.add("Allow", match.allow);
      return refusal;
    }
    case Match::Outcome::away:
      if (is_from_guest(head)) {
        if (auto kept = shared_.find_kept(target_of(head))) return std::move(*kept);
      }
      return problem(503, "no_service", "The service behind this path is away; try again.", id);
    case Match::Outcome::undecodable:
      return problem(400, "malformed_request", "The path is not percent-encoded UTF-8.", id);
    case Match::Outcome::unknown: break;
  }
  return problem(404, "not_found", "There is nothing at this path; /docs lists what there is.", id);
}

std::string_view Front::allowed_origin(const Request& request) const {
  const auto origin = request.head.header("origin");
  if (origin.empty()) return {};
  for (const auto& allowed : options_.cors_origins) {
    if (allowed == "*") return "*";
    if (allowed == origin) return origin;
  }
  return {};
}

Response Front::preflight(const Request& request, std::string_view allow) const {
  Response response{.status = 204};
  response.add("Allow", allow);
  if (!allowed_origin(request).empty() &&
      !request.head.header("access-control-request-method").empty()) {
    response.add("Access-Control-Allow-Methods", allow);
    response.add("Access-Control-Allow-Headers", kAllowedHeaders);
    response.add("Access-Control-Max-Age", "600");
  }
  return response;
}

void Front::add_common_headers(const Request& request, const Trace& trace,
                               Response& response) const {
  if (response.headers.find(kPolicy) == std::string::npos) {
    response.add(kPolicy, "default-src 'none'; frame-ancestors 'none'");
  }
  response.headers +=
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "X-Frame-Options: DENY\r\n";
  response.add("X-Request-Id", trace.request_id);
  response.add("traceparent", trace.header());
  if (options_.cors_origins.empty()) return;
  response.add("Vary", "Origin");
  if (const auto origin = allowed_origin(request); !origin.empty()) {
    response.add("Access-Control-Allow-Origin", origin);
    response.add("Access-Control-Expose-Headers", kExposed);
  }
}

}  // namespace bilten::gateway
