// The same work on many things that each wait for an answer.
#pragma once

#include <cstddef>
#include <functional>

namespace bilten {

// Calls work(0) to work(count - 1), each once, on at most so many threads of its own, and returns
// when all have ended. `work` must be safe for that, and must not throw.
void in_parallel(size_t count, size_t threads, const std::function<void(size_t)>& work);

}  // namespace bilten
