// CHECK ends the process when an invariant is broken, in every build: what cannot be, must not go
// on. It is for our own mistakes only; bad input is answered, never checked this way.
#pragma once

namespace bilten {
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace bilten

#define CHECK_INVARIANT(expression)        \
  (static_cast<bool>(expression) ? void(0) \
                                 : ::bilten::check_failed(#expression, __FILE__, __LINE__))
