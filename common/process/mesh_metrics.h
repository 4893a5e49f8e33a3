// What a process's place in the mesh has counted, as metrics bilten_mesh_*.
#pragma once

#include <utility>
#include <vector>

#include "common/net/mesh.h"
#include "common/process/metrics.h"

namespace bilten {

class MeshMetrics {
 public:
  MeshMetrics();
  // Call it now and then, from one thread at a time, with what Mesh::counts() says.
  void show(const net::MeshCounts& counts);

 private:
  std::vector<std::pair<Counter, uint64_t net::MeshCounts::*>> counters_;
  net::MeshCounts shown_;
};

}  // namespace bilten
