#include "common/base/result.h"

namespace bilten {

Ran ran(Code code) {
  switch (code) {
    case Code::deadline_inflight:
    case Code::worker_lost:
    case Code::cancelled:
    case Code::broker_lost: return Ran::unknown;
    case Code::ok: return Ran::yes;
    default: return static_cast<uint8_t>(code) >= 64 ? Ran::yes : Ran::no;
  }
}

std::string_view word(Code code) {
  switch (code) {
    case Code::ok: return "ok";
    case Code::no_service: return "no_service";
    case Code::no_capacity: return "no_capacity";
    case Code::deadline_queued: return "deadline_queued";
    case Code::deadline_inflight: return "deadline_inflight";
    case Code::worker_lost: return "worker_lost";
    case Code::denied: return "denied";
    case Code::bad_frame: return "bad_frame";
    case Code::too_large: return "too_large";
    case Code::cancelled: return "cancelled";
    case Code::draining: return "draining";
    case Code::circuit_open: return "circuit_open";
    case Code::rate_limited: return "rate_limited";
    case Code::version: return "version";
    case Code::hop_limit: return "hop_limit";
    case Code::fenced: return "fenced";
    case Code::busy_key: return "busy_key";
    case Code::unknown_peer: return "unknown_peer";
    case Code::broker_lost: return "broker_lost";
    case Code::unavailable: return "unavailable";
    case Code::invalid: return "invalid";
    case Code::unauthenticated: return "unauthenticated";
    case Code::forbidden: return "forbidden";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::gone: return "gone";
    case Code::exhausted: return "exhausted";
    case Code::precondition: return "precondition";
    case Code::unsupported: return "unsupported";
    case Code::unprocessable: return "unprocessable";
    case Code::too_many: return "too_many";
    case Code::internal: return "internal";
  }
  return "internal";
}

}  // namespace bilten
