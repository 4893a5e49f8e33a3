// `biltenctl mesh ...`: traffic rules of the broker, set, listed and cleared.
#pragma once

#include <functional>

#include "broker/ctl/session.h"

// Only who adds commands pays for the library's header.
namespace CLI {
class App;
}

namespace bilten::ctl {

// Adds the subcommands; the one that is typed is handed to `choose`.
void add_traffic_commands(CLI::App& app,
                          const std::function<void(std::function<int(Session&)>)>& choose);

}  // namespace bilten::ctl
