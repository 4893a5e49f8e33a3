// The payment service as a test plays it, in a process of its own: it records the facts of money
// that it is told, and the mesh takes them as it would take any owner's.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "common/api/payment_facts.h"
#include "tests/support/platform.h"
#include "tests/support/probe.h"

namespace bilten::test {

class PlayedPayment {
 public:
  PlayedPayment();
  ~PlayedPayment();
  PlayedPayment(const PlayedPayment&) = delete;
  PlayedPayment& operator=(const PlayedPayment&) = delete;

  // Of a platform that has room for it. It forks: to join before this process has threads.
  Platform::Options options() const;
  void join(const Platform& platform);

  // Until it is recorded; the services that follow it take it a moment later. Of captured, failed,
  // refunded, disputed, dispute_closed.
  template <class Fact>
  void record(const Fact& fact) {
    record(std::string(Fact::name), encode(fact));
  }

 private:
  void record(const std::string& name, const std::string& body);

  Folder folder_;
  pid_t pid_ = -1;
  std::unique_ptr<Probe> probe_;
};

}  // namespace bilten::test
