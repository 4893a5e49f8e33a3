// Runs a piece of a test in a process of its own, as signals, limits and exit codes belong to one.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "common/process/program.h"
#include "tests/support/platform.h"

namespace bilten::test {

class Child {
 public:
  explicit Child(const std::function<int()>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // Kills what still runs.

  void signal(int number) const;
  // Reads stdout until `text` stands in it; false: the child ended, or ten seconds went by.
  bool wait_for(const std::string& text);
  // Until the child ends, at most ten seconds; its exit code, or -1.
  int finish();
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  bool read_some(int timeout_ms);

  pid_t pid_ = -1;
  int out_fd_ = -1, err_fd_ = -1;
  std::string out_, err_;
};

// run() of the program with these words behind its name, to its end.
struct Outcome {
  int code = -1;
  std::string out, err;
};
Outcome run_to_end(const Program& program, const std::vector<std::string>& words);

}  // namespace bilten::test
