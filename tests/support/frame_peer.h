// A connection with keys that says the frames it likes, one by one: a member of the mesh that keeps
// no rule of the protocol unless the test does.
#pragma once

#include <string>
#include <vector>

#include "common/net/socket.h"
#include "common/wire/control.h"
#include "common/wire/frame.h"

namespace bilten::test {

class Platform;

class FramePeer {
 public:
  FramePeer(const std::string& endpoint, const net::KeyPair& keys, const std::string& server_key);
  // At the platform's broker.
  FramePeer(const Platform& platform, const std::string& principal);

  void say(const std::string& bytes);
  // A message of several frames.
  void say_parts(const std::vector<std::string>& parts);
  // The next frame that is no heartbeat; it must come within some seconds.
  Frame hear();
  // Passes over all that comes before a frame with that command.
  Frame hear(Command command);
  // READY, and WELCOME back.
  void join(PeerRole role = PeerRole::client, std::vector<ServiceClaim> claims = {});
  net::Socket& socket() { return socket_; }

 private:
  net::Context context_;
  net::Socket socket_;
  net::Message heard_;
};

std::string ready_frame(const Ready& ready);
// `body`: a map without members, unless the test wants another.
std::string request_frame(const std::string& name, std::string_view ext = {}, uint64_t id = 7,
                          std::string_view body = "\x80");

}  // namespace bilten::test
