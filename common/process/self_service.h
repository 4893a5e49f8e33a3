// What a process that serves nothing answers about itself: `<name>.$metrics`, `<name>.$trace` and
// an empty `<name>.$contract`. Stateful daemons have it in their runtime, the broker in $mesh.
#pragma once

#include <memory>
#include <string>

#include "common/net/mesh.h"
#include "common/process/program.h"
#include "common/wire/mesh_admin.h"

namespace bilten {

// The claim to announce, and the answer to one request; the gateway adds both to its own link.
ServiceClaim self_claim(const std::string& name);
net::Mesh::Reply self_reply(const std::string& name, const net::Incoming& request);

// This process's figures, and the host it runs on.
mesh::MetricsText self_metrics();

// A link of its own, for a process without one.
class SelfService {
 public:
  // Joins as principal `keys.name`, under the same name as a service. `context` outlives it.
  SelfService(net::Context& context, const MeshSettings& settings, net::KeyRing keys,
              const Clock& clock, Random& random);
  ~SelfService();
  // As Mesh::start: an unreachable broker is no error.
  Status start();

 private:
  std::unique_ptr<net::Mesh> mesh_;
};

}  // namespace bilten
