// `biltenctl mesh ...`: traffic rules of the broker, set, listed and cleared.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "broker/ctl/session.h"

namespace bilten::ctl {

// Adds the subcommands; the one that is typed is handed to `choose`.
void add_traffic_commands(CLI::App& app,
                          const std::function<void(std::function<int(Session&)>)>& choose);

}  // namespace bilten::ctl
