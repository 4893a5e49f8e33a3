#include "gateway/problem.h"

#include "common/wire/codec.h"
#include "gateway/transcode.h"

namespace bilten::gateway {
namespace {

constexpr uint32_t kRetryAfterMs = 1000;  // Where nobody gave better advice.

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

void append_faults(std::string& out, const std::vector<FieldError>& faults) {
  if (faults.empty()) return;
  out += ",\"errors\":[";
  for (size_t i = 0; i < faults.size(); ++i) {
    out += i > 0 ? ",{\"pointer\":" : "{\"pointer\":";
    append_json_string(out, faults[i].pointer);
    append_member(out, "message", faults[i].message);
    out += '}';
  }
  out += ']';
}

bool is_own_member(std::string_view name) {
  for (std::string_view own : {"type", "title", "status", "detail", "code", "errors", "instance"}) {
    if (name == own) return true;
  }
  return false;
}

void append_extra(std::string& out, const std::string& extra) {
  if (extra.empty()) return;
  const auto document = Document::parse(extra);
  if (!document) return;
  const Value root = document->root();
  for (size_t i = 0; i < root.size(); ++i) {
    const auto name = root.key(i).text();
    if (name.empty() || is_own_member(name)) continue;
    out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_any(out, root.value(i));
  }
}

uint32_t retry_after_ms(int status, const Error& error) {
  if (error.retry_after_ms > 0) return error.retry_after_ms;
  return status == 429 || status == 503 ? kRetryAfterMs : 0;
}

}  // namespace

int status_of(Code code) {
  switch (code) {
    case Code::ok: return 200;
    case Code::no_service:
    case Code::no_capacity:
    case Code::cancelled:
    case Code::draining:
    case Code::circuit_open:
    case Code::fenced:
    case Code::busy_key:
    case Code::unavailable: return 503;
    case Code::deadline_queued:
    case Code::deadline_inflight: return 504;
    case Code::worker_lost:
    case Code::broker_lost:
    case Code::bad_frame:
    case Code::version:
    case Code::hop_limit:
    case Code::unknown_peer: return 502;
    case Code::denied:
    case Code::forbidden: return 403;
    case Code::too_large: return 413;
    case Code::rate_limited:
    case Code::too_many: return 429;
    case Code::invalid: return 400;
    case Code::unauthenticated: return 401;
    case Code::not_found: return 404;
    case Code::conflict:
    case Code::exhausted: return 409;
    case Code::gone: return 410;
    case Code::precondition: return 412;
    case Code::unsupported: return 415;
    case Code::unprocessable: return 422;
    case Code::internal: return 500;
  }
  return 500;
}

std::string title_of(std::string_view code) {
  std::string title(code);
  for (char& c : title) {
    if (c == '_' || c == '-') c = ' ';
  }
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') {
    title[0] = static_cast<char>(title[0] - ('a' - 'A'));
  }
  return title;
}

Response problem(int status, const Error& error, std::string_view request_id) {
  const std::string code = error.reason.empty() ? std::string(word(error.code)) : error.reason;
  Response response{.status = status, .content_type = "application/problem+json"};
  std::string& out = response.body;
  out.reserve(256);
  out += "{\"type\":";
  append_json_string(out, "/problems/" + code);
  append_member(out, "title", title_of(code));
  out += ",\"status\":" + std::to_string(status);
  if (!error.detail.empty()) append_member(out, "detail", error.detail);
  append_member(out, "code", code);
  append_faults(out, error.fields);
  append_extra(out, error.extra);
  if (!request_id.empty()) append_member(out, "instance", request_id);
  out += '}';
  response.add("Cache-Control", "no-store");
  if (const uint32_t wait = retry_after_ms(status, error); wait > 0) {
    response.add("Retry-After", std::to_string((wait + 999) / 1000));
  }
  if (status == 401) response.add("WWW-Authenticate", "Bearer realm=\"bilten\"");
  return response;
}

Response problem(const Error& error, std::string_view request_id) {
  return problem(status_of(error.code), error, request_id);
}

Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id) {
  return problem(status, Error{Code::internal, std::string(code), std::string(detail)}, request_id);
}

std::string_view status_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

}  // namespace bilten::gateway
