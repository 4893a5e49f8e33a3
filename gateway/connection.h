// One client's connection, read by our own rules: heads and bodies within hard deadlines, whatever
// the client's pace. CivetWeb brings the thread and the descriptor; not a byte passes its parser.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "gateway/http.h"

namespace bilten::gateway {

struct ReadLimits {
  uint32_t head_ms = 5'000;        // From its first byte to its last.
  uint32_t body_ms = 60'000;       // The whole body, at any pace.
  uint32_t body_grace_ms = 5'000;  // From then on the average must be body_rate at least.
  uint32_t body_bytes_per_s = 1'024;
};

class Connection {
 public:
  // `stopping` ends every wait. Both must outlive the connection.
  Connection(const Clock& clock, const ReadLimits& limits, const std::atomic<bool>& stopping)
      : clock_(clock), limits_(limits), stopping_(stopping) {}

  void open(int fd);  // A new client: nothing of the last one is left.
  int fd() const { return fd_; }

  // What CivetWeb's recv() took from the socket for us. False: nothing came, the client is gone.
  bool take_arrived();

  // Reads the next head into head().
  enum class Next : uint8_t { head, fault, gone };
  Next next_head(HeadFault& fault);
  const Head& head() const { return head_; }

  // Reads the body of that head; `on_wait` is called once before the first wait for it.
  HeadFault read_body(std::string& into, size_t bytes_max, const std::function<void()>& on_wait);
  bool body_is_read() const { return body_is_read_; }

  // Bytes of a next request have come along with the last one.
  bool has_more() const { return used_ < buffer_.size(); }

  // After the last answer: lets the client read it before the close would cut it off (RFC 9112,
  // section 9.6), for a second at most.
  void linger();

 private:
  enum class Filled : uint8_t { some, late, gone };
  Filled fill(SteadyMicros deadline);
  HeadFault read_length(std::string& into, SteadyMicros started);
  HeadFault read_chunks(std::string& into, size_t bytes_max, SteadyMicros started);
  Filled fill_body(SteadyMicros started, size_t received);
  void drop_used();

  const Clock& clock_;
  const ReadLimits& limits_;
  const std::atomic<bool>& stopping_;
  int fd_ = -1;
  std::string buffer_;  // What arrived; its first used_ bytes are done with.
  size_t used_ = 0;
  std::string head_text_;  // What head_ views.
  Head head_;
  bool body_is_read_ = true;
};

}  // namespace bilten::gateway
