// What needs a service's own rules is a verb of that daemon's binary; these run it for one service
// or for each stateful one, and gather the outcome.
#pragma once

#include <string>
#include <vector>

#include "broker/ctl/session.h"

namespace bilten::ctl {

// The daemons with a store, in the order in which they follow each other.
const std::vector<std::string>& stateful_services();

// Runs `bilten-<service> VERB ARGUMENTS` on this configuration, for the named services (empty:
// all); answers the worst exit code, of which damage is the worst. With `folder_per_service` the
// last argument gets /<service> appended. With -o json all that they print becomes one list.
int run_verb(const Session& session, const std::vector<std::string>& services,
             const std::string& verb, std::vector<std::string> arguments,
             bool folder_per_service = false);

}  // namespace bilten::ctl
