// A value, or the reason there is none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bilten {

// How a call ended. The numbers travel in the frame's `code` byte (docs/protocol.md, section 6):
// below 64 the mesh speaks, from 64 on the service.
enum class Code : uint8_t {
  ok = 0,
  no_service = 1,
  no_capacity = 2,
  deadline_queued = 3,    // The budget ended before a worker got the request: it did not run.
  deadline_inflight = 4,  // The budget ended at the worker: it may have run.
  worker_lost = 5,
  denied = 6,
  bad_frame = 7,
  too_large = 8,
  cancelled = 9,
  draining = 10,
  circuit_open = 11,
  rate_limited = 12,
  version = 13,
  hop_limit = 14,
  fenced = 15,
  busy_key = 16,
  unknown_peer = 17,
  broker_lost = 18,
  unavailable = 19,  // The store refuses writes just now.

  invalid = 64,
  unauthenticated = 65,
  forbidden = 66,
  not_found = 67,
  conflict = 68,
  gone = 69,
  exhausted = 70,
  precondition = 71,
  unsupported = 72,
  unprocessable = 73,
  too_many = 74,
  internal = 75,
};

// What is known about whether the request ran.
enum class Ran : uint8_t { no, unknown, yes };
Ran ran(Code code);

// The stable word for a code ("no_service", "not_found"); "code_<n>" is never returned: unknown
// numbers read as "internal".
std::string_view word(Code code);

// One bad field of a message. `pointer` is an RFC 6901 JSON pointer into the body.
struct FieldError {
  std::string pointer;
  std::string message;
  bool operator==(const FieldError&) const = default;
};

// A refusal. `reason` is stable and machine readable ("sold_out"), `detail` says to a person what
// happened and what to do next, `fields` names every bad field at once.
struct Error {
  Code code = Code::internal;
  std::string reason;
  std::string detail;
  std::vector<FieldError> fields = {};
  uint32_t retry_after_ms = 0;     // 0: no advice.
  std::string extra = {};          // MessagePack map of a declared problem's own members, or empty.
  std::string_view rests_on = {};  // Service whose replicated rows it rests on; never sent.
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() & { return std::get<0>(held_); }
  const T& operator*() const& { return std::get<0>(held_); }
  T&& operator*() && { return std::get<0>(std::move(held_)); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  const Error& error() const { return std::get<1>(held_); }
  Error& error() { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

// Success carries nothing.
struct Done {};
using Status = Result<Done>;

}  // namespace bilten
