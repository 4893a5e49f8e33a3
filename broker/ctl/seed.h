// Demo data over the public API, as an organizer would enter it: nothing is written twice, so it
// may run again on the same mesh.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "common/base/result.h"

namespace bilten::ctl {

struct SeedReport {
  size_t organizations = 0, events = 0, ticket_types = 0;  // Made by this run.
  size_t present = 0;                                      // Events that were there already.
};

// `file` is tests/data/events.json (its README says the shape); `progress` prints a line as it
// goes.
Result<SeedReport> seed_demo(const std::string& file, const std::string& url, bool progress);

// The same on a thread of its own; an empty file name is finished at once.
class SeedJob {
 public:
  SeedJob(std::string file, std::string url);
  ~SeedJob();
  bool finished() const { return finished_; }

 private:
  std::atomic<bool> finished_{false};
  std::thread thread_;
};

}  // namespace bilten::ctl
