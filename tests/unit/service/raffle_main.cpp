// The example's main(), under a name of its own: tests have a main already.
#include "common/service/daemon.h"
#include "tests/unit/service/raffle_service.h"

namespace bilten::raffle {

namespace {

// A service that derives secrets (codes, signatures) keeps what it needs of the keys.
bilten::Service service_with(const bilten::ServiceKeys&) {
  return bilten::raffle::service();
}

}  // namespace

int run_raffle(int argc, char** argv) {
  bilten::Daemon daemon;
  daemon.name = "raffle";
  daemon.summary = "Raffles of organisations.";
  daemon.service = service_with;
  return bilten::run_daemon(daemon, argc, argv);
}

}  // namespace bilten::raffle
