// `biltenctl up`: the whole mesh, or one machine's part of it, as children of one process. Its
// settings are its own, in the data folder, or a file that an operator wrote.
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
  std::vector<std::string> only;  // Of programs_of_mesh(); empty: all of them.
  // The settings, already written, as are the keys they name; port, mesh_port, access, demo and
  // with_probe say nothing then. Empty: `up` writes both.
  std::string config;
  bool demo = false;        // Sign-up verifies at once.
  bool with_probe = false;  // A key for the tests' principal too.
};

// "broker", "events", ... in the order of start.
const std::vector<std::string>& programs_of_mesh();

// Runs until Ctrl-C or SIGTERM; SIGHUP is passed on to broker and events. Prints `ready:
// http://...` once every process is ready. DATA/run.json says who runs where.
int up(Process& process, const UpOptions& options);

}  // namespace bilten::ctl
