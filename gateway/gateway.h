// The running gateway: listener, routes, streams and its place in the mesh, put together.
#pragma once

#include "common/process/program.h"
#include "gateway/config.h"

namespace bilten::gateway {

// Until asked to stop; answers the exit code.
int run_gateway(const Config& config, const MeshSettings& mesh, Process& process);

}  // namespace bilten::gateway
