// `biltenctl up`: the whole mesh as children of one process, on settings of its own in a data
// folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/process/program.h"

namespace bilten::ctl {

struct UpOptions {
  std::string data;               // Data folder, made if missing.
  std::string programs;           // Folder of the binaries; empty: beside biltenctl.
  std::string access;             // access.toml.
  std::string demo_file;          // Seeds these events once the mesh is up; empty: none.
  uint32_t port = 8080;           // HTTP; 0: any free one.
  uint32_t mesh_port = 5570;      // First of five; 0: any free ones.
  std::vector<std::string> sets;  // "section.key=value", for every program.
  bool demo = false;              // Sign-up verifies at once.
  bool with_probe = false;        // A key for the tests' principal too.
};

// Runs until Ctrl-C or SIGTERM; SIGHUP is passed on to broker and events. Prints `ready:
// http://...` once every process is ready. DATA/run.json says who runs where.
int up(Process& process, const UpOptions& options);

}  // namespace bilten::ctl
