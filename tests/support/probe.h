// A process of the mesh played by the test itself: a client, a worker or a publisher, with any
// principal's keys of the platform under test.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/crypto.h"
#include "common/net/mesh.h"
#include "common/wire/contract.h"
#include "tests/support/platform.h"

namespace bilten::test {

class Probe {
 public:
  struct Options {
    std::string principal = "probe";
    std::vector<ServiceClaim> services = {};
    std::vector<std::string> topics = {};
    net::Mesh::Handlers handlers = {};
    bool publishes = false;
  };
  Probe(const Platform& platform, Options options);
  net::Mesh& mesh() { return *mesh_; }
  net::Answer call(const std::string& name, std::string body = Packer().map(0).take(),
                   uint32_t budget_ms = 5000);

 private:
  SystemClock clock_;
  crypto::SystemRandom random_;
  net::Context context_;
  std::unique_ptr<net::Mesh> mesh_;
};

// A claim to that service with some credit; `hash` tells one contract of it from another.
ServiceClaim claim_of(const std::string& service, char hash = 0);
// A probe that answers requests for a service with these frames.
std::unique_ptr<Probe> worker_of(const Platform& platform, ServiceClaim claim,
                                 std::function<std::string(const net::Incoming&)> answer);

// The broker's counter of that name, as `$mesh.stats` tells it; 0 where there is none.
int64_t broker_counter(Probe& probe, const std::string& name);
// A sample of that service's `$metrics`, by the whole name of its series
// (`bilten_messages_total{name="event.list",outcome="ok"}`); 0 where there is none.
double figure(Probe& probe, const std::string& service, const std::string& series);

}  // namespace bilten::test
