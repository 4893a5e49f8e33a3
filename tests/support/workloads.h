// What callers do while the network fails, and what the books must say afterwards: a rush on hot
// stock, holds that are read and cancelled, and doors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/order_book.h"

namespace bilten::test {

class AuditedWorkload : public Workload {
 public:
  // As OrderBook's, with what this workload adds.
  virtual std::vector<std::string> faults(Api& host, bool has_age) = 0;
  virtual std::string summary() const = 0;
};

// "on-sale", "checkout", "scan"
const std::vector<std::string>& workload_names();
// With an event of its own, which `host` puts on sale.
std::unique_ptr<AuditedWorkload> make_workload(const std::string& name, Organizer& host);

}  // namespace bilten::test
