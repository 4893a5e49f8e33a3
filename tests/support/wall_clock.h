// A wall clock that a test sets, for programs that it starts (faketime): their steady clocks stay
// true.
#pragma once

#include <string>
#include <vector>

#include "tests/support/platform.h"

namespace bilten::test {

class WallClock {
 public:
  WallClock() { set(0); }

  // Why no program here can be told another time; empty: it can.
  static std::string obstacle();
  // So far ahead of the true time; a running program sees it within a second.
  void set(int seconds) const;
  // Of the programs that go by it.
  std::vector<std::string> environment() const;

 private:
  Folder folder_;
};

}  // namespace bilten::test
