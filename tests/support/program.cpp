#include "tests/support/program.h"

#include <signal.h>

#include <utility>

namespace bilten::test {

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
