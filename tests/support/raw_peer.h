// A TCP connection that says what bytes it likes: what a stranger can do to a listening socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bilten::test {

class RawPeer {
 public:
  RawPeer();                                      // A descriptor, not connected yet.
  explicit RawPeer(const std::string& endpoint);  // "tcp://127.0.0.1:5570"
  RawPeer(RawPeer&& other) noexcept;
  RawPeer& operator=(RawPeer&& other) noexcept;
  ~RawPeer();

  void connect(const std::string& endpoint);
  // Never blocks; how many of the bytes the kernel took. 0 too when the connection is no more.
  size_t send(std::string_view bytes);
  // Whether the other side has ended the connection; reads and forgets what came before.
  bool is_cut();
  // Ends the connection with a reset, as a crashed or hostile host does.
  void reset();

 private:
  int fd_ = -1;
};

// The 64 bytes with which a ZMTP/3.0 peer begins.
std::string zmtp_greeting(std::string_view mechanism = "CURVE");
// The head of a long ZMTP frame; `flags`: 1 more, 2 long, 4 command.
std::string zmtp_frame_head(unsigned char flags, uint64_t bytes);

}  // namespace bilten::test
