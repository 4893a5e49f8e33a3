#include "broker/ctl/seeing.h"

#include <CLI/CLI.hpp>

namespace bilten::ctl {
namespace {

using Choose = std::function<void(Chosen)>;

// The options live as long as what was chosen.
template <class Options>
void on_typed(CLI::App* command, const Choose& choose, std::shared_ptr<Options> options,
              int (*run)(const Session&, Process&, const Options&)) {
  command->callback([choose, options, run] {
    choose([options, run](Session& s, Process& process) { return run(s, process, *options); });
  });
}

void add_graph_and_trace(CLI::App& app, const Choose& choose) {
  auto graphing = std::make_shared<GraphOptions>();
  auto* command =
      app.add_subcommand("graph", "Who serves, calls and hears whom, in the whole mesh");
  command->add_option("--access", graphing->access, "access.toml, if not that of the broker");
  command->add_option("--format", graphing->format, "How it is drawn")
      ->check(CLI::IsMember({"text", "mermaid", "dot"}));
  command->callback([choose, graphing] {
    choose([graphing](Session& s, Process&) { return graph(s, *graphing); });
  });

  auto id = std::make_shared<std::string>();
  command = app.add_subcommand("trace", "The spans of one request, from all processes");
  command->add_option("id", *id, "An answer's X-Request-Id, or a traceparent")->required();
  command->callback([choose, id] { choose([id](Session& s, Process&) { return trace(s, *id); }); });
}

}  // namespace

void add_seeing_commands(CLI::App& app, const Choose& choose) {
  auto topping = std::make_shared<TopOptions>();
  auto* command = app.add_subcommand("top", "Brokers, services, latency, lag of readers, live");
  command->add_option("--interval", topping->interval_s, "Seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0));
  command->add_flag("--once", topping->once, "One look, then end");
  on_typed(command, choose, topping, top);

  auto tapping = std::make_shared<TapOptions>();
  command = app.add_subcommand("tap", "Headers of frames as they pass the brokers");
  command->add_option("--sample", tapping->sample, "Share of the frames")
      ->check(CLI::Range(0.0, 1.0));
  command->add_flag("--once", tapping->once, "One page, then end");
  on_typed(command, choose, tapping, tap);

  auto benching = std::make_shared<BenchOptions>();
  command = app.add_subcommand("bench", "Request-reply: rate and latency");
  command->add_option("name", benching->name, "Message, such as event.list; none: an own echo");
  command->add_option("--json", benching->json, "The message's body");
  command->add_option("--window", benching->window, "Requests under way at once")
      ->check(CLI::Range(1, 4096));
  command->add_option("--bytes", benching->bytes, "Size of an echo")->check(CLI::Range(0, 900'000));
  command->add_option("--seconds", benching->seconds, "How long")->check(CLI::Range(0.1, 3600.0));
  on_typed(command, choose, benching, bench);

  add_graph_and_trace(app, choose);
}

}  // namespace bilten::ctl
