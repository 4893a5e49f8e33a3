// The spans under which a daemon takes other services' facts: where the request that led to a fact
// is recorded, what this daemon does about it belongs to the same trace.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/process/trace.h"
#include "common/service/writer.h"

namespace bilten {

// Of one step of the writer: begin() before it, end() after.
class FactSpans {
 public:
  explicit FactSpans(const Table& table) : table_(table) {}
  // Opens a span for each sampled fact that the table takes. The fact names it from now on, so that
  // what is recorded because of it has that span as its parent.
  void begin(std::vector<FeedFacts>& feeds);
  // Those up to the step's cursors were taken; the others come again.
  void end(const WriterCore::Output& out);

 private:
  struct Taking {
    std::string owner;
    uint64_t seq = 0;
    std::shared_ptr<OpenSpan> span;
  };
  const Table& table_;
  std::vector<Taking> taking_;
};

}  // namespace bilten
