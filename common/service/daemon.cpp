#include "common/service/daemon.h"

#include <poll.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "common/crypto/crypto.h"
#include "common/net/keys.h"
#include "common/process/log.h"
#include "common/service/in_hand.h"
#include "common/service/places.h"
#include "common/service/runtime.h"
#include "common/service/verbs.h"

namespace bilten {

namespace {

constexpr auto kLockWait = std::chrono::seconds(5);
constexpr auto kLockRetry = std::chrono::milliseconds(50);

// A daemon that is replaced holds its folder until it has drained.
Result<std::unique_ptr<Store>> wait_for_store(Process& process, const StoreSettings& settings,
                                              const std::string& service, const ServiceKeys& keys,
                                              Random& random) {
  const auto until = std::chrono::steady_clock::now() + kLockWait;
  for (;;) {
    auto store = open_store(settings, service, keys, false, random);
    if (store || store.error().reason != "store_locked" || process.stopping() ||
        std::chrono::steady_clock::now() >= until) {
      return store;
    }
    std::this_thread::sleep_for(kLockRetry);
  }
}

void describe_table(const Service& service) {
  std::printf("\nservice %s: %s\n", service.name.c_str(), service.doc.c_str());
  const auto line = [](const char* kind, const std::string& name, const std::string& doc) {
    std::printf("  %-9s %-28s %s\n", kind, name.c_str(), doc.c_str());
  };
  for (const auto& any : service.table) {
    if (const auto* command = std::get_if<CommandRow>(&any)) {
      line("command", command->description.name, command->description.doc);
    } else if (const auto* query = std::get_if<QueryRow>(&any)) {
      line("query", query->description.name, query->description.doc);
    } else if (const auto* reaction = std::get_if<ReactionRow>(&any)) {
      line("reaction", reaction->name, reaction->decide ? "" : "noted only");
    } else if (const auto* timer = std::get_if<TimerRow>(&any)) {
      line("timer", timer->kind, "");
    } else {
      line("sender", std::get<SenderRow>(any).kind, "");
    }
  }
  for (const auto& fact : service.facts) {
    line("fact", fact.name, std::string(word(fact.audience)) + ": " + fact.doc);
  }
}

int complain(const Error& error) {
  log_error("cannot_start", {{"reason", error.reason}, {"detail", error.detail}});
  return exit_code_of(error);
}

void serve_until_stopped(Process& process, Runtime& runtime) {
  bool ready = false;
  while (!process.stopping()) {
    pollfd waited[] = {{process.stop_fd(), POLLIN, 0}, {runtime.tick_fd(), POLLIN, 0}};
    ::poll(waited, 2, static_cast<int>(runtime.tick_wait_ms()));
    runtime.tick();
    if (runtime.alive()) process.alive();
    if (!ready && runtime.connected()) {
      ready = true;
      process.ready("serving");
    }
  }
}

int serve(const Daemon& daemon, Process& process, const MeshSettings& mesh,
          const StoreSettings& settings) {
  crypto::init();
  if (daemon.prepare) {
    if (auto prepared = daemon.prepare(); !prepared) return complain(prepared.error());
  }
  const SystemClock clock;
  crypto::SystemRandom random;
  auto ring = net::load_keys(mesh.keys, daemon.name);
  if (!ring) return complain(ring.error());
  auto keys = load_service_keys(settings, daemon.name, random);
  if (!keys) return complain(keys.error());
  auto store = wait_for_store(process, settings, daemon.name, *keys, random);
  if (!store) return complain(store.error());
  auto in_hand = InHand::open(store_folder(settings, daemon.name) + "/in_hand");
  if (!in_hand) return complain(in_hand.error());
  for (const auto& id : (*in_hand)->poisonous()) {
    log_error("poison", {{"detail", "A message ended this service and is not run again."},
                         {"kind", id.substr(0, 1)}});
  }

  const Table table(daemon.service(*keys));
  net::Context context;
  Runtime runtime(
      table, **store, **in_hand, clock, random,
      {settings.credit, settings.readers, settings.slow, settings.senders, settings.owner_epoch});
  const auto started = runtime.start(daemon.on_start, context,
                                     {.brokers = mesh.brokers,
                                      .events_publish = mesh.events_publish,
                                      .events_subscribe = mesh.events_subscribe,
                                      .keys = std::move(*ring),
                                      .services = {},
                                      .topics = {},
                                      .build = kVersion,
                                      .heartbeat_ms = mesh.heartbeat_ms});
  if (!started) return complain(started.error());
  serve_until_stopped(process, runtime);
  process.status("draining");
  runtime.stop();
  return kExitOk;
}

}  // namespace

int run_daemon(const Daemon& daemon, int argc, char** argv) {
  MeshSettings mesh;
  StoreSettings store;
  Program program;
  program.name = "bilten-" + daemon.name;
  program.summary = daemon.summary;
  program.examples = "  " + program.name + " --config /etc/bilten/bilten.toml\n  " + program.name +
                     " rebuild --verify\n";
  program.settings = daemon.settings;
  program.settings.section("mesh", mesh).section("store", store);
  program.verbs = store_verbs(daemon, store);
  program.describe = [&] {
    const std::string unused(32, '\0');
    describe_table(daemon.service({unused, unused}));
  };
  program.check = daemon.check;
  program.run = [&](Process& process) { return serve(daemon, process, mesh, store); };
  return run(program, argc, argv);
}

}  // namespace bilten
