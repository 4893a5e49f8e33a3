// Every error leaves the gateway as RFC 9457 problem+json with a stable word in `code`.
#pragma once

#include "common/base/result.h"
#include "gateway/http.h"

namespace bilten::gateway {

// docs/protocol.md, section 6.
int status_of(Code code);

// A refusal of a service or of the mesh.
Response problem(const Error& error, std::string_view request_id);
// A refusal of HTTP or of the gateway itself.
Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id);
// The same, with more to say: faults of fields, a time to come back, members of its own.
Response problem(int status, const Error& error, std::string_view request_id);

// "sold_out" -> "Sold out"
std::string title_of(std::string_view code);

}  // namespace bilten::gateway
