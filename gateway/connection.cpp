#include "gateway/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "gateway/chunked.h"

namespace bilten::gateway {
namespace {

constexpr size_t kStep = 8 * 1024;
constexpr int64_t kSliceMs = 200;   // How soon a waiting thread sees that the gateway stops.
constexpr size_t kKeep = 4 * 1024;  // Of a buffer's memory between clients.
constexpr int64_t kLingerMs = 1'000;
constexpr size_t kLingerBytes = 16 << 20;  // Four times the largest body that a route takes.
// The kernel would let a stalled reader's buffer grow to megabytes, times the threads.
constexpr int kSendBuffer = 128 * 1024;

// Waits until the descriptor is readable; false: not before the deadline.
bool wait_readable(int fd, int64_t ms) {
  pollfd item{fd, POLLIN, 0};
  return ::poll(&item, 1, static_cast<int>(ms)) > 0;
}

}  // namespace

void Connection::open(int fd) {
  fd_ = fd;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
  buffer_.clear();
  if (buffer_.capacity() > kKeep) buffer_.shrink_to_fit();
  used_ = 0;
  body_is_read_ = true;
}

bool Connection::take_arrived() {
  std::array<char, kStep> bytes;
  // read(), since recv() is the one that CivetWeb calls (wire_shim.cpp).
  errno = 0;
  const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<size_t>(count));
  return true;
}

Connection::Filled Connection::fill(SteadyMicros deadline) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    const int64_t left_ms = (deadline - clock_.steady_us() + 999) / 1000;
    if (left_ms <= 0) return Filled::late;
    if (!wait_readable(fd_, std::min(left_ms, kSliceMs))) continue;
    if (take_arrived()) return Filled::some;
    if (errno != EAGAIN && errno != EINTR) return Filled::gone;
  }
  return Filled::gone;
}

void Connection::drop_used() {
  buffer_.erase(0, used_);
  used_ = 0;
}

Connection::Next Connection::next_head(HeadFault& fault) {
  drop_used();
  body_is_read_ = true;
  const SteadyMicros deadline = clock_.steady_us() + SteadyMicros{limits_.head_ms} * 1000;
  HeadScanner scanner;
  while (used_ == 0) {
    used_ = scanner.scan(buffer_);
    fault = scanner.fault();
    if (fault.status != 0) return Next::fault;
    if (used_ > 0) break;
    switch (fill(deadline)) {
      case Filled::some: continue;
      case Filled::gone: return Next::gone;
      case Filled::late:
        fault = {408, "The head of the request took too long."};
        return Next::fault;
    }
  }
  head_text_.assign(buffer_, 0, used_);
  fault = read_head(head_text_, head_);
  body_is_read_ = head_.framing == Framing::none;
  return fault.status == 0 ? Next::head : Next::fault;
}

Connection::Filled Connection::fill_body(SteadyMicros started, size_t received) {
  const SteadyMicros grace = started + SteadyMicros{limits_.body_grace_ms} * 1000;
  // The moment at which what has come so far stops being fast enough.
  const auto paid_us = static_cast<SteadyMicros>(received) * 1'000'000 / limits_.body_bytes_per_s;
  const SteadyMicros hard = started + SteadyMicros{limits_.body_ms} * 1000;
  return fill(std::min(hard, std::max(grace, started + paid_us)));
}

HeadFault Connection::read_body(std::string& into, size_t bytes_max,
                                const std::function<void()>& on_wait) {
  into.clear();
  if (head_.framing == Framing::none) return {};
  if (head_.framing == Framing::length && head_.content_length > bytes_max) {
    return {413, "The body is larger than this gateway takes."};
  }
  if (!has_more()) on_wait();
  const SteadyMicros started = clock_.steady_us();
  const auto fault = head_.framing == Framing::length ? read_length(into, started)
                                                      : read_chunks(into, bytes_max, started);
  body_is_read_ = fault.status == 0;
  return fault;
}

namespace {
constexpr HeadFault kLate{408, "The body of the request took too long."};
constexpr HeadFault kCut{400, "The body of the request is cut short."};
}  // namespace

HeadFault Connection::read_length(std::string& into, SteadyMicros started) {
  const size_t wanted = head_.content_length;
  while (buffer_.size() - used_ < wanted) {
    const auto filled = fill_body(started, buffer_.size() - used_);
    if (filled == Filled::late) return kLate;
    if (filled == Filled::gone) return kCut;
  }
  into.assign(buffer_, used_, wanted);
  used_ += wanted;
  return {};
}

HeadFault Connection::read_chunks(std::string& into, size_t bytes_max, SteadyMicros started) {
  ChunkedReader reader(bytes_max);
  size_t received = 0;
  for (;;) {
    size_t taken = 0;
    const auto state = reader.take(std::string_view(buffer_).substr(used_), into, taken);
    used_ += taken;
    received += taken;
    drop_used();
    switch (state) {
      case ChunkedReader::State::done: return {};
      case ChunkedReader::State::malformed: return {400, "The chunks of the body are malformed."};
      case ChunkedReader::State::too_large:
        return {413, "The body is larger than this gateway takes."};
      case ChunkedReader::State::more: break;
    }
    const auto filled = fill_body(started, received);
    if (filled == Filled::late) return kLate;
    if (filled == Filled::gone) return kCut;
  }
}

void Connection::linger() {
  ::shutdown(fd_, SHUT_WR);
  const SteadyMicros deadline = clock_.steady_us() + kLingerMs * 1000;
  std::array<char, kStep> bytes;
  for (size_t dropped = 0; dropped < kLingerBytes && !stopping_.load();) {
    const int64_t left_ms = (deadline - clock_.steady_us()) / 1000;
    if (left_ms <= 0 || !wait_readable(fd_, std::min(left_ms, kSliceMs))) {
      if (left_ms <= 0) return;
      continue;
    }
    const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
    if (count <= 0) return;
    dropped += static_cast<size_t>(count);
  }
}

}  // namespace bilten::gateway
