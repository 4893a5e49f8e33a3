// A program that runs beside a test, with its output in a file; gone with the object.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/platform.h"

namespace bilten::test {

// A TCP port of 127.0.0.1 that nobody had just now, nor the four after it.
int free_port();

class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& command,
                          const std::vector<std::string>& environment = {});
  ~RunningProgram();  // Kills what still runs.
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  int stop();               // SIGTERM; answers the exit status, or 128 + signal.
  std::string out() const;  // stdout and stderr together, so far.

 private:
  Folder folder_;
  pid_t pid_ = -1;
};

}  // namespace bilten::test
