// Programs that run beside a test: started, stopped, and what they wrote.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/platform.h"

namespace bilten::test {

// Starts a program (by its path), with both outputs going to `log_fd`; `more` is added to the
// environment.
pid_t spawn_program(const std::vector<std::string>& command, const std::vector<std::string>& more,
                    int log_fd);
// Signals it and waits for its end, at last with SIGKILL; the exit status, or 128 + signal.
int stop_program(pid_t pid, int signal);

// A program with its output in a file; gone with the object.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& command,
                          const std::vector<std::string>& environment = {});
  ~RunningProgram();  // Kills what still runs.
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  int stop();               // SIGTERM, as stop_program has it.
  std::string out() const;  // stdout and stderr together, so far.

 private:
  Folder folder_;
  pid_t pid_ = -1;
};

}  // namespace bilten::test
