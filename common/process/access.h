// conf/access.toml: which principal may serve, call, publish and hear what, and which HTTP route
// templates a service may claim. Deny by default. A principal is a name, a number that travels in
// frames, and the public key of that name in the key folder.
//
//   [principal.ticket]
//   number = 13
//   serve = ["ticket"]
//   call = ["user.journal.*", "event.journal.*"]      # exact names, or a prefix and a star
//   publish = ["ticket."]                             # topic prefixes, with "wm.ticket"
//   hear = ["facts"]                                  # streams it may connect to
//   routes = ["/v1/orders/*", "/v1/tickets/*"]        # HTTP templates: prefix and a star, or exact
//   inflight_max = 256                                # requests it may have in flight
//   requests_per_second = 100
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace bilten {

// What bilten-events offers to hear, each at an address of its own.
enum class Stream : uint8_t {
  facts,       // Of all services, for daemons and gateways.
  operations,  // Topics ops., metric. and log., for operators.
};
constexpr auto names_of(Stream) {
  return std::array<std::string_view, 2>{"facts", "operations"};
}

struct AccessRule {
  std::string principal;
  uint32_t number = 0;
  std::vector<std::string> serve, call, publish, routes;
  std::vector<Stream> hear;
  bool operations = false;           // May call all of `$mesh.`, not just what every principal may.
  bool broker = false;               // May join as another broker, or as another bilten-events.
  uint32_t inflight_max = 0;         // Requests in flight; 0: as the broker's settings say.
  uint32_t requests_per_second = 0;  // 0: no limit.

  bool hears(Stream stream) const;
};

// Unknown keys, doubled numbers and malformed patterns are errors that name line and key.
Result<std::vector<AccessRule>> load_access(const std::string& path);
// The same of a text; `source` names it in messages.
Result<std::vector<AccessRule>> parse_access(std::string_view text, std::string_view source);

// "ticket.*" matches "ticket.order" and "ticket.journal.read"; "ticket.order" itself only.
bool matches(std::string_view pattern, std::string_view name);
bool matches_any(const std::vector<std::string>& patterns, std::string_view name);

}  // namespace bilten
