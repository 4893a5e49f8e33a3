// What waits for the writer: any thread adds, the writer takes all that has gathered.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "common/service/writer.h"

namespace bilten {

class Inbox {
 public:
  // `change` adds to the input; it runs under the lock and must be short.
  template <class Change>
  void add(Change change) {
    {
      std::lock_guard lock(mutex_);
      change(input_);
      woken_ = true;
    }
    condition_.notify_one();
  }

  // Waits until there is something, or that long; takes all of it, but at most so many commands.
  WriterCore::Input take(size_t commands_max, int64_t wait_ms);

  // How many commands wait.
  size_t commands() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable condition_;
  WriterCore::Input input_;
  bool woken_ = false;
};

}  // namespace bilten
