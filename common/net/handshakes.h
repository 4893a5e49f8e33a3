// Handshakes that broke off before any key was shown: peers without CURVE (NULL, PLAIN), with
// another server's key, or that hung up. The ZAP handler is asked about none of them; libzmq's
// socket monitor alone tells.
//
// A monitor that nobody reads stops libzmq's I/O thread once its queue is full. This one hears of
// failures only, and its queue has no bound: unread, a failure costs some 0.1 KiB.
#pragma once

#include <cstdint>

#include "common/base/result.h"
#include "common/net/socket.h"

namespace bilten::net {

// One a context, on the thread that uses `listening`; goes before it.
class BrokenHandshakes {
 public:
  static Result<BrokenHandshakes> of(Context& context, const Socket& listening);
  BrokenHandshakes(BrokenHandshakes&& other) noexcept;
  BrokenHandshakes& operator=(BrokenHandshakes&&) = delete;
  ~BrokenHandshakes();

  // Takes what has been told, never blocks; answers how many there were so far.
  uint64_t count();
  void* handle() const { return handle_; }

 private:
  BrokenHandshakes(void* listening, void* handle) : listening_(listening), handle_(handle) {}

  void* listening_;
  void* handle_;
  uint64_t count_ = 0;
};

}  // namespace bilten::net
