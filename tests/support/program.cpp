#include "tests/support/program.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <utility>

namespace bilten::test {

namespace {

bool is_free(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

// Below the range from which the kernel gives connections theirs.
int free_port() {
  constexpr int kFirst = 20'000, kBlock = 8, kBlocks = 1500, kNeeded = 5;
  static int next = ::getpid() % kBlocks;
  for (int tries = 0; tries < kBlocks; ++tries) {
    const int port = kFirst + next++ % kBlocks * kBlock;
    int free = 0;
    while (free < kNeeded && is_free(port + free)) ++free;
    if (free == kNeeded) return port;
  }
  FAIL("no five free ports in a row");
  return 0;
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
