#include "common/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace bilten {

void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "<0>invariant broken: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace bilten
