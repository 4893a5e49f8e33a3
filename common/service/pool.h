// A few threads with one bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bilten {

class Pool {
 public:
  using Task = std::function<void(size_t slot)>;

  // Tasks are told the slot of their thread: `first_slot` and the following ones.
  Pool(size_t threads, size_t first_slot, size_t queue_max);
  ~Pool() { finish(); }

  // False: the queue is full or the pool finishes, and the task will not run. Any thread.
  bool submit(Task task);
  // Runs what is queued, then joins. Once or more, by one thread.
  void finish();

 private:
  void work(size_t slot);

  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bilten
