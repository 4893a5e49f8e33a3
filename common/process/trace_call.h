// A call into the mesh as a span of its own, where its trace is recorded.
#pragma once

#include "common/net/mesh.h"

namespace bilten {

// As Mesh::call_and_wait; the call's traceparent names the client span from here on.
net::Answer call_traced(net::Mesh& mesh, net::Call call);

}  // namespace bilten
