#include "common/net/handshakes.h"

#include <zmq.h>

#include <cerrno>
#include <string>
#include <utility>

namespace bilten::net {
namespace {

constexpr const char* kMonitorEndpoint = "inproc://broken-handshakes";
// A protocol that does not fit, or a peer that hangs up first because it sees the same.
constexpr int kEvents = ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
constexpr int kTakenAtOnce = 256;  // So that a crowd at the door does not stop the traffic.

}  // namespace

Result<BrokenHandshakes> BrokenHandshakes::of(Context& context, const Socket& listening) {
  void* const handle = zmq_socket(context.handle(), ZMQ_PAIR);
  BrokenHandshakes made(listening.handle(), handle);
  const int none = 0;
  if (handle == nullptr || zmq_setsockopt(handle, ZMQ_LINGER, &none, sizeof none) != 0 ||
      zmq_setsockopt(handle, ZMQ_RCVHWM, &none, sizeof none) != 0 ||
      zmq_socket_monitor(listening.handle(), kMonitorEndpoint, kEvents) != 0 ||
      zmq_connect(handle, kMonitorEndpoint) != 0) {
    return Error{Code::unavailable, "no_monitor",
                 std::string("cannot watch handshakes: ") + zmq_strerror(errno)};
  }
  return made;
}

BrokenHandshakes::BrokenHandshakes(BrokenHandshakes&& other) noexcept
    : listening_(std::exchange(other.listening_, nullptr)),
      handle_(std::exchange(other.handle_, nullptr)),
      count_(other.count_) {}

// The writer's end first: it must not find its reader gone.
BrokenHandshakes::~BrokenHandshakes() {
  if (listening_ != nullptr) zmq_socket_monitor(listening_, nullptr, 0);
  if (handle_ != nullptr) zmq_close(handle_);
}

// An event is two frames: what happened, and where.
uint64_t BrokenHandshakes::count() {
  Message part;
  auto* const native = static_cast<zmq_msg_t*>(part.raw());
  for (int taken = 0; taken < kTakenAtOnce; ++taken) {
    if (zmq_msg_recv(native, handle_, ZMQ_DONTWAIT) < 0) break;
    if (zmq_msg_more(native) != 0) ++count_;
  }
  return count_;
}

}  // namespace bilten::net
