// conf/access.toml: which principal may serve, call, publish and hear what, and which HTTP route
// templates a service may claim. Deny by default. A principal is a name, a number that travels in
// frames, and the public key of that name in the key folder.
//
//   [principal.ticket]
//   number = 13
//   serve = ["ticket"]
//   call = ["user.journal.*", "event.journal.*"]      # exact names, or a prefix and a star
//   publish = ["ticket."]                             # topic prefixes, with "wm.ticket"
//   hear = true                                       # may connect to the facts' XPUB
//   routes = ["/v1/orders/*", "/v1/tickets/*"]        # HTTP templates: prefix and a star, or exact
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace bilten {

struct AccessRule {
  std::string principal;
  uint32_t number = 0;
  std::vector<std::string> serve, call, publish, routes;
  bool hear = false;
  bool operations = false;  // May call the `$mesh.` messages beyond ping, info and services.
  bool broker = false;      // May join as another broker, or as another bilten-events.
};

// Unknown keys, doubled numbers and malformed patterns are errors that name line and key.
Result<std::vector<AccessRule>> load_access(const std::string& path);
// The same of a text; `source` names it in messages.
Result<std::vector<AccessRule>> parse_access(std::string_view text, std::string_view source);

// "ticket.*" matches "ticket.order" and "ticket.journal.read"; "ticket.order" itself only.
bool matches(std::string_view pattern, std::string_view name);
bool matches_any(const std::vector<std::string>& patterns, std::string_view name);

}  // namespace bilten
