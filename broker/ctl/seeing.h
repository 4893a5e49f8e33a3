// The subcommands of biltenctl by which an operator sees the mesh: top, graph, trace, tap, bench.
#pragma once

#include <functional>
#include <string>

#include "broker/ctl/session.h"

// Only who adds commands pays for the library's header.
namespace CLI {
class App;
}

namespace bilten::ctl {

// A subcommand that was typed, ready to run; answers the exit code.
using Chosen = std::function<int(Session&, Process&)>;

// Adds them all; `choose` is told which was typed.
void add_seeing_commands(CLI::App& app, const std::function<void(Chosen)>& choose);

// Brokers, services, workers and readers as a table that is drawn anew until Ctrl-C.
struct TopOptions {
  double interval_s = 2;
  bool once = false;
};
int top(const Session& session, Process& process, const TopOptions& options);

// Who serves, calls and hears whom: from access.toml and from who is there.
struct GraphOptions {
  std::string access;           // Empty: as [broker] access of the configuration has it.
  std::string format = "text";  // Or mermaid, dot.
};
int graph(const Session& session, const GraphOptions& options);

// The spans of one request from all processes, as a tree. `id`: the trace id in hex (an answer's
// X-Request-Id), or a whole traceparent.
int trace(const Session& session, const std::string& id);

// Headers of frames as they pass the brokers, until Ctrl-C.
struct TapOptions {
  double sample = 1;
  bool once = false;
};
int tap(const Session& session, Process& process, const TapOptions& options);

// Requests as fast as they are answered, with a window of them under way.
struct BenchOptions {
  std::string name;  // Empty: an echo of this process's own, as principal probe.
  std::string json = "{}";
  uint32_t window = 64, bytes = 128;
  double seconds = 5;
};
int bench(const Session& session, Process& process, const BenchOptions& options);

}  // namespace bilten::ctl
