#include "broker/ctl/traffic.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"
#include "common/wire/mesh_admin.h"

namespace bilten::ctl {
namespace {

using ChooseCall = std::function<void(std::function<int(Session&)>)>;

// Sends one message about rules and says what stands now.
template <Described T>
int send_rule(const Session& session, std::string_view name, const T& message) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  const auto answer = (*link)->call(std::string(name), encode(message));
  if (answer.code != Code::ok) return report(session, answer.error);
  const auto ruled = decode<mesh::Ruled>(answer.body);
  if (!ruled) return report(session, ruled.error());
  if (session.as_json) {
    print_json(json_of(answer.body, schema_of<mesh::Ruled>()));
  } else if (ruled->number == 0) {
    std::printf("done; no such rule stands now\n");
  } else {
    std::printf("rule %u stands\n", ruled->number);
  }
  return kExitOk;
}

// What a rule is about, in one cell.
std::string target_of(const mesh::Rule& rule) {
  std::string text = rule.service.value_or(rule.name.value_or(rule.principal.value_or("")));
  if (rule.version) text += " " + *rule.version;
  if (rule.worker) text += " " + rule.worker->text();
  return text;
}

std::string effect_of(const mesh::Rule& rule) {
  std::string text;
  const auto add = [&](std::string_view label, const std::optional<uint32_t>& value) {
    if (!value) return;
    if (!text.empty()) text += ", ";
    text.append(label).append(" ").append(std::to_string(*value));
  };
  add("percent", rule.percent);
  add("weight", rule.weight);
  add("delay ms", rule.delay_ms);
  add("in flight", rule.inflight_max);
  add("a second", rule.requests_per_second);
  if (rule.abort) text += ", abort " + *rule.abort;
  if (rule.drop) text += ", drop";
  if (rule.commands.value_or(false)) text += ", commands too";
  return text;
}

int list_rules(const Session& session) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  const auto answer = (*link)->call("$mesh.rules", Packer().map(0).take());
  if (answer.code != Code::ok) return report(session, answer.error);
  const auto found = decode<mesh::Rules>(answer.body);
  if (!found) return report(session, found.error());
  if (session.as_json) {
    print_json(json_of(answer.body, schema_of<mesh::Rules>()));
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows{{"RULE", "KIND", "TARGET", "EFFECT", "BY", "SINCE"}};
  for (const auto& rule : found->rules) {
    rows.push_back({std::to_string(rule.number), std::string(word(rule.kind)), target_of(rule),
                    effect_of(rule), rule.by, rfc3339(rule.at.ms)});
  }
  print_table(rows);
  return kExitOk;
}

// A subcommand that sends one message; its options are bound to the message by `bind`.
template <class T>
void add_rule(CLI::App& mesh, const ChooseCall& choose, std::string_view verb,
              const std::string& help, const std::string& example, T initial,
              const std::function<void(CLI::App&, const std::shared_ptr<T>&)>& bind,
              std::string_view message = {}) {
  auto value = std::make_shared<T>(std::move(initial));
  auto* command = mesh.add_subcommand(std::string(verb), help);
  command->footer("Example:\n  biltenctl mesh " + example);
  bind(*command, value);
  const std::string name = "$mesh." + std::string(message.empty() ? verb : message);
  command->callback([choose, value, name] {
    choose([value, name](Session& session) { return send_rule(session, name, *value); });
  });
}

template <class T>
void add_version(CLI::App& command, const std::shared_ptr<T>& value) {
  command.add_option("--version", value->version, "Workers of it: exact, or a prefix and a star");
}

// The instance in full, as `biltenctl services -o json` shows it.
template <class T>
void add_worker(CLI::App& command, const std::shared_ptr<T>& value) {
  command.add_option_function<std::string>(
      "--worker",
      [value](const std::string& text) {
        value->worker = Id::parse(text);
        if (!value->worker) throw CLI::ValidationError("--worker", "is not an instance's id");
      },
      "One worker, by its instance");
}

template <class T>
void add_percent(CLI::App& command, const std::shared_ptr<T>& value) {
  command.add_option("percent", value->percent, "0 to 100; 0 takes the rule away")->required();
}

template <class T>
void add_service(CLI::App& command, const std::shared_ptr<T>& value) {
  command.add_option("service", value->service, "Such as ticket")->required();
}

void add_worker_rules(CLI::App& mesh, const ChooseCall& choose) {
  const auto bind_drain = [](CLI::App& command, const std::shared_ptr<mesh::Drain>& value) {
    add_service(command, value);
    add_version(command, value);
    add_worker(command, value);
  };
  mesh::Drain drain, undrain;
  undrain.on = false;
  add_rule<mesh::Drain>(mesh, choose, "drain", "No new work for these workers",
                        "drain event --version '1.2.*'", drain, bind_drain);
  add_rule<mesh::Drain>(mesh, choose, "undrain", "Take such a rule away again",
                        "undrain event --version '1.2.*'", undrain, bind_drain, "drain");
  add_rule<mesh::Weight>(
      mesh, choose, "weight", "Another weight for these workers", "weight event 5 --version 1.3.0",
      {}, [](CLI::App& command, const std::shared_ptr<mesh::Weight>& value) {
        add_service(command, value);
        command.add_option("weight", value->weight, "1 to 1000; 0: what the worker itself says")
            ->required();
        add_version(command, value);
        add_worker(command, value);
      });
}

void add_request_rules(CLI::App& mesh, const ChooseCall& choose) {
  add_rule<mesh::Canary>(
      mesh, choose, "canary", "So much of a service to one version, the rest to the others",
      "canary event '1.3.*' 5", {},
      [](CLI::App& command, const std::shared_ptr<mesh::Canary>& value) {
        add_service(command, value);
        command.add_option("version", value->version, "Exact, or a prefix and a star")->required();
        add_percent(command, value);
      });
  add_rule<mesh::Mirror>(mesh, choose, "mirror",
                         "Copies of so much to some workers; their answers are dropped",
                         "mirror event 10 --version 1.3.0", {},
                         [](CLI::App& command, const std::shared_ptr<mesh::Mirror>& value) {
                           add_service(command, value);
                           add_percent(command, value);
                           add_version(command, value);
                           add_worker(command, value);
                           command.add_flag("--commands", value->commands,
                                            "What changes state too: it will happen there as well");
                         });
  add_rule<mesh::Fault>(
      mesh, choose, "fault", "Delay, abort or drop so much of the messages",
      "fault 'event.*' 20 --delay-ms 300\n  biltenctl mesh fault ticket.order 5 --abort "
      "no_capacity\n  biltenctl mesh fault ticket.scan 1 --drop",
      {}, [](CLI::App& command, const std::shared_ptr<mesh::Fault>& value) {
        command.add_option("name", value->name, "A message, or a prefix and a star")->required();
        add_percent(command, value);
        command.add_option("--delay-ms", value->delay_ms, "Held so long before it goes on");
        command.add_option("--abort", value->abort, "Refused with this code, such as no_capacity");
        command.add_flag("--drop", value->drop, "Goes nowhere: it ends by its budget");
      });
  add_rule<mesh::Limits>(
      mesh, choose, "limits", "Other limits for a principal than access.toml has",
      "limits gateway --rate 200 --inflight 64\n  biltenctl mesh limits gateway  # as in the file",
      {}, [](CLI::App& command, const std::shared_ptr<mesh::Limits>& value) {
        command.add_option("principal", value->principal, "Such as gateway")->required();
        command.add_option("--rate", value->requests_per_second, "Requests a second; 0: no limit");
        command.add_option("--inflight", value->inflight_max, "Requests in flight; 0: no limit");
      });
}

}  // namespace

void add_traffic_commands(CLI::App& app, const ChooseCall& choose) {
  auto* mesh = app.add_subcommand("mesh", "Traffic rules of the broker, until it ends")
                   ->require_subcommand(1);
  mesh->footer(
      "Examples:\n"
      "  biltenctl mesh canary event '1.3.*' 5\n"
      "  biltenctl mesh rules -o json\n"
      "  biltenctl mesh clear 3");
  add_worker_rules(*mesh, choose);
  add_request_rules(*mesh, choose);
  mesh->add_subcommand("rules", "Every rule that stands, and who set it")
      ->callback([choose] { choose([](Session& session) { return list_rules(session); }); })
      ->footer("Example:\n  biltenctl mesh rules -o json");
  add_rule<mesh::Clear>(*mesh, choose, "clear", "Take one rule away, or all",
                        "clear 3\n  biltenctl mesh clear  # all of them", {},
                        [](CLI::App& command, const std::shared_ptr<mesh::Clear>& value) {
                          command.add_option("number", value->number, "Of the rule; none: all");
                        });
}

}  // namespace bilten::ctl
