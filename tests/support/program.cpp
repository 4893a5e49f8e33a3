#include "tests/support/program.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <utility>

namespace bilten::test {

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

RunningProgram::RunningProgram(const std::vector<std::string>& command,
                               const std::vector<std::string>& environment)
    : pid_(start_program(command, folder_.path() + "/out", environment)) {}

RunningProgram::~RunningProgram() {
  if (pid_ > 0) end_program(pid_, SIGKILL);
}

int RunningProgram::stop() {
  return end_program(std::exchange(pid_, -1), SIGTERM);
}

std::string RunningProgram::out() const {
  return read_file(folder_.path() + "/out");
}

}  // namespace bilten::test
