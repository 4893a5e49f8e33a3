// The daemon runtime: what makes a table of handlers a daemon (docs/architecture.md: five rules,
// threads, store). main() names the service, its settings and its table; run_daemon does the rest:
// flags, store, keys, mesh, feeds, writer, readers, slow pool, timers, readiness, draining.
#pragma once

#include <functional>
#include <string>

#include "common/process/program.h"
#include "common/service/handlers.h"

namespace bilten {

// What a service's handlers may hold on to.
struct ServiceKeys {
  std::string secret;  // 32 bytes: everything derived (ticket codes, guest links) comes from it.
  std::string mail_index;  // 32 bytes, shared by the mesh: HMAC key of the e-mail index.
};

struct Daemon {
  std::string name;     // "ticket"
  std::string summary;  // One line.
  Settings settings;    // The daemon's own section; the runtime adds [mesh] and [store].
  std::function<Service(const ServiceKeys&)> service;  // Once settings and keys are loaded.
  // What to record once the store is open and before the daemon is ready (a new key to announce);
  // may be empty. An exception to "no decision without a message": it runs once at each start.
  std::function<Effects(const Rows&, const Context&)> on_start = {};
  // Looks, once settings are loaded and before anything is opened, whether the daemon has what it
  // needs beyond them (an account's secrets); may be empty. An error ends it.
  std::function<Status()> prepare = {};
  // The part of it that --check-config can do without the credentials of the running service; may
  // be empty.
  std::function<Status()> check = {};
};

int run_daemon(const Daemon& daemon, int argc, char** argv);

}  // namespace bilten
