// biltenctl: the operators' and developers' tool.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "broker/ctl/commands.h"
#include "broker/ctl/keys.h"
#include "broker/ctl/maintenance.h"
#include "broker/ctl/seed.h"
#include "broker/ctl/seeing.h"
#include "broker/ctl/traffic.h"
#include "broker/ctl/up.h"

namespace bilten::ctl {
namespace {

struct Typed {
  std::string config, output = "text";
  std::vector<std::string> sets;
  Chosen chosen;
  bool local = false;  // Needs no mesh, so no settings of one.
};

void add_mesh_commands(CLI::App& app, Typed& typed) {
  app.add_subcommand("status", "Every broker: what is connected, in flight, counted")
      ->callback([&] { typed.chosen = [](Session& s, Process&) { return status(s); }; });
  auto watched = std::make_shared<bool>(false);
  auto* services_command =
      app.add_subcommand("services", "Every service with its workers, from all brokers");
  services_command->add_flag("--watch", *watched, "Again at every change, until Ctrl-C");
  services_command->callback([&typed, watched] {
    typed.chosen = [watched](Session& s, Process& process) {
      return *watched ? watch_services(s, process) : services(s);
    };
  });

  struct CallArguments {
    std::string service, method, json = "{}";
    uint32_t budget_ms = 5000;
  };
  auto call_arguments = std::make_shared<CallArguments>();
  auto* call_command = app.add_subcommand("call", "Call one method, the message typed as JSON");
  call_command->add_option("service", call_arguments->service, "Such as event")->required();
  call_command->add_option("method", call_arguments->method, "Such as list")->required();
  call_command->add_option("json", call_arguments->json, "The message, such as '{\"limit\": 3}'");
  call_command->add_option("--budget-ms", call_arguments->budget_ms, "Time budget");
  call_command->callback([&typed, call_arguments] {
    typed.chosen = [call_arguments](Session& s, Process&) {
      const auto& a = *call_arguments;
      return call(s, a.service, a.method, a.json, a.budget_ms);
    };
  });

  struct TailArguments {
    std::string pattern = "*";
    std::optional<uint64_t> from_seq;
  };
  auto tail_arguments = std::make_shared<TailArguments>();
  auto* tail_command = app.add_subcommand("tail", "Facts as they happen, until Ctrl-C");
  tail_command->add_option("pattern", tail_arguments->pattern, "Such as 'ticket.*'");
  tail_command->add_option("--from-seq", tail_arguments->from_seq,
                           "Begin after this position of the journal (0: the first fact)");
  tail_command->callback([&typed, tail_arguments] {
    typed.chosen = [tail_arguments](Session& s, Process& process) {
      return tail(s, process, tail_arguments->pattern, tail_arguments->from_seq);
    };
  });
}

// A subcommand that runs a verb of the daemons, for all services or those named.
CLI::App* add_verb(CLI::App& app, Typed& typed, const std::string& name, const std::string& help,
                   std::function<int(Session&, const std::vector<std::string>&)> run) {
  auto services = std::make_shared<std::vector<std::string>>();
  auto* command = app.add_subcommand(name, help);
  command->add_option("--service", *services, "Only this service (repeatable)")
      ->check(CLI::IsMember(stateful_services()));
  command->callback([&typed, services, run = std::move(run)] {
    typed.chosen = [services, run](Session& s, Process&) { return run(s, *services); };
  });
  return command;
}

void add_maintenance_commands(CLI::App& app, Typed& typed) {
  auto* journal = app.add_subcommand("journal", "Look at the journals")->require_subcommand(1);
  add_verb(*journal, typed, "verify", "Walk every record and its chained hash",
           [](Session& s, const auto& services) { return run_verb(s, services, "verify", {}); });
  add_verb(*journal, typed, "stats", "Heads, sizes and counts",
           [](Session& s, const auto& services) { return run_verb(s, services, "stats", {}); });
  auto* rebuild = add_verb(app, typed, "rebuild", "Rebuild rows from the journal",
                           [](Session& s, const auto& services) {
                             return run_verb(s, services, "rebuild", {"--verify"});
                           });
  rebuild->add_flag("--verify")
      ->description("Compare with the rows on disk, byte by byte")
      ->required();
  auto folder = std::make_shared<std::string>();
  add_verb(app, typed, "backup", "Copy the stores while they run",
           [folder](Session& s, const auto& services) {
             return run_verb(s, services, "backup", {*folder}, true);
           })
      ->add_option("folder", *folder, "A new folder; one inside it for each service")
      ->required();
  add_verb(app, typed, "restore", "Put a backup in place of an empty store (daemons stopped)",
           [folder](Session& s, const auto& services) {
             return run_verb(s, services, "restore", {*folder}, true);
           })
      ->add_option("folder", *folder, "What backup made")
      ->required();
}

void add_key_commands(CLI::App& app, Typed& typed) {
  auto* keys = app.add_subcommand("keys", "The mesh's key pairs")->require_subcommand(1);
  const auto add = [&](const char* verb, const char* help,
                       int (*work)(const Session&, const KeyOptions&)) {
    auto options = std::make_shared<KeyOptions>();
    auto* command = keys->add_subcommand(verb, help);
    command->add_option("--dir", options->folder, "Key folder");
    command->callback([&typed, options, work] {
      typed.local = true;
      typed.chosen = [options, work](Session& s, Process&) { return work(s, *options); };
    });
    return std::pair(command, options);
  };
  const auto [gen, making] =
      add("gen", "Make the pairs that are missing, one a principal", keys_gen);
  gen->add_option("--access", making->access, "Names the principals");
  gen->add_flag("--with-probe", making->with_probe, "For tests: a key for `probe` too");
  const auto [ls, listing] = add("ls", "Every key: fingerprint, age, state", keys_ls);
  ls->add_option("--access", listing->access, "Names and numbers the principals");
  const auto [rotate, rotating] =
      add("rotate", "A new pair for a principal; the key before stays good", keys_rotate);
  rotate->add_option("name", rotating->name, "Such as ticket")->required();
  rotate->add_flag("--finish", rotating->finish, "The key before is good no more");
  const auto [revoke, revoking] =
      add("revoke", "No key of a principal is good any more", keys_revoke);
  revoke->add_option("name", revoking->name, "Such as ticket")->required();
}

int print_seed(const Session& session, const Result<SeedReport>& made) {
  if (!made) return report(session, made.error());
  if (session.as_json) {
    print_json({{"organizations", made->organizations},
                {"events", made->events},
                {"ticket_types", made->ticket_types},
                {"present", made->present}});
    return kExitOk;
  }
  std::printf("made %zu organisations, %zu events, %zu ticket types; %zu were there\n",
              made->organizations, made->events, made->ticket_types, made->present);
  return kExitOk;
}

void add_local_commands(CLI::App& app, Typed& typed) {
  auto options = std::make_shared<UpOptions>();
  options->data = "data";
  options->access = "conf/access.toml";
  auto* up_command = app.add_subcommand("up", "Run the mesh, or a part of it, here until Ctrl-C");
  up_command->add_option("--data", options->data, "Data folder, made if missing");
  up_command->add_option("--port", options->port, "HTTP port; 0: any free one");
  up_command->add_option("--mesh-port", options->mesh_port, "First of five; 0: any free ones");
  up_command->add_option("--access", options->access, "Who may do what");
  up_command->add_option("--programs", options->programs, "Folder of the binaries");
  up_command->add_option("--demo-data", options->demo_file, "Seed these events once it runs");
  up_command->add_flag("--with-probe", options->with_probe, "For tests: a key for `probe` too");
  up_command->add_flag("--demo", options->demo, "New accounts need no mailed link");
  up_command->add_option("--set", options->sets, "section.key=value for every program");
  up_command->add_option("--only", options->only, "These programs alone: broker,events,gateway")
      ->delimiter(',')
      ->check(CLI::IsMember(programs_of_mesh()));
  up_command->add_option("--config", options->config, "Settings that are written already")
      ->check(CLI::ExistingFile);
  up_command->callback([&typed, options] {
    typed.local = true;
    typed.chosen = [options](Session&, Process& process) { return up(process, *options); };
  });

  auto* demo = app.add_subcommand("demo", "Data to look at")->require_subcommand(1);
  auto file = std::make_shared<std::string>("tests/data/events.json");
  auto url = std::make_shared<std::string>("http://127.0.0.1:8080");
  auto* seed = demo->add_subcommand("seed", "Enter demo organisations and events over HTTP");
  seed->add_option("--file", *file, "Events to enter");
  seed->add_option("--url", *url, "Where the gateway listens");
  seed->callback([&typed, file, url] {
    typed.local = true;
    typed.chosen = [file, url](Session& s, Process&) {
      return print_seed(s, seed_demo(*file, *url, !s.as_json));
    };
  });
}

Program program_of(Session& session, Chosen chosen) {
  Program program;
  program.name = "biltenctl";
  program.summary = "The operators' and developers' tool of Bilten.";
  program.settings.section("mesh", session.mesh);
  program.run = [&session, chosen = std::move(chosen)](Process& process) {
    return chosen(session, process);
  };
  return program;
}

int run_chosen(Typed& typed) {
  Session session;
  if (typed.local) typed.config.clear();
  session.as_json = typed.output == "json";
  session.config = typed.config;
  std::vector<std::string> words{"biltenctl"};
  if (!typed.config.empty()) words.insert(words.end(), {"--config", typed.config});
  for (const auto& set : typed.sets) words.insert(words.end(), {"--set", set});
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return run(program_of(session, typed.chosen), static_cast<int>(words.size()), argv.data());
}

// What every program answers about its settings, without a subcommand.
bool asks_about_settings(int argc, char** argv) {
  return std::any_of(argv + 1, argv + argc, [](std::string_view word) {
    return word == "--check-config" || word == "--print-config";
  });
}

int main_of_ctl(int argc, char** argv) {
  if (asks_about_settings(argc, argv)) {
    Session session;
    return run(program_of(session, {}), argc, argv);
  }
  Typed typed;
  CLI::App app("biltenctl: the operators' and developers' tool of Bilten.");
  app.footer(
      "Examples:\n"
      "  biltenctl up --data data --demo --demo-data tests/data/events.json\n"
      "  biltenctl --config data/bilten.toml services\n"
      "  biltenctl --config data/bilten.toml call event list '{\"limit\": 3}'\n"
      "  biltenctl --config data/bilten.toml tail 'ticket.*' --from-seq 0\n"
      "  biltenctl --config data/bilten.toml top\n"
      "Exit codes: 0 done, 1 refused by the service, 64 usage, 65 damaged data, 69 unreachable,\n"
      "75 try again, 78 configuration. BILTEN_CONFIG names the configuration where --config does "
      "not.");
  app.set_version_flag("--version", std::string("biltenctl ") + kVersion);
  app.add_option("--config", typed.config, "Settings file")->envname("BILTEN_CONFIG");
  app.add_option("--set", typed.sets, "section.key=value, over the file (repeatable)");
  app.add_option("-o,--output", typed.output, "For people or for programs")
      ->check(CLI::IsMember({"text", "json"}));
  app.require_subcommand(1);
  app.fallthrough();
  add_mesh_commands(app, typed);
  add_traffic_commands(app, [&typed](std::function<int(Session&)> chosen) {
    typed.chosen = [chosen = std::move(chosen)](Session& s, Process&) { return chosen(s); };
  });
  add_seeing_commands(app, [&typed](Chosen chosen) { typed.chosen = std::move(chosen); });
  add_maintenance_commands(app, typed);
  add_local_commands(app, typed);
  add_key_commands(app, typed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return run_chosen(typed);
}

}  // namespace
}  // namespace bilten::ctl

int main(int argc, char** argv) {
  return bilten::ctl::main_of_ctl(argc, argv);
}
