#include "tests/support/notify_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace bilten::test {

NotifySocket::NotifySocket() : path_(folder_.path() + "/notify") {
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

NotifySocket::~NotifySocket() {
  ::close(socket_);
}

std::string NotifySocket::next(double seconds) {
  pollfd waited{socket_, POLLIN, 0};
  if (::poll(&waited, 1, static_cast<int>(seconds * 1000 * time_scale())) <= 0) return {};
  char buffer[1000];
  const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
  return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : std::string();
}

bool NotifySocket::hears(const std::string& what, double seconds) {
  for (auto heard = next(seconds); !heard.empty(); heard = next(seconds)) {
    if (heard.starts_with(what)) return true;
  }
  return false;
}

}  // namespace bilten::test
