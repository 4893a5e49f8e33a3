// One request of a route, from its parts to the call into the mesh, and from the mesh's answer
// back.
#pragma once

#include "common/base/random.h"
#include "gateway/contracts.h"
#include "gateway/http.h"
#include "gateway/trace.h"

namespace bilten::gateway {

struct Exchange {
  const CallService& call;
  size_t body_bytes_max;
  UnixMillis now;
  const Trace& trace;
};

// `match` must have found a route.
Response exchange(Request& request, const Match& match, const Exchange& with);

// Chance and ids of this thread, seeded by the kernel once.
Random& thread_random();
Id fresh_id(UnixMillis now);

}  // namespace bilten::gateway
