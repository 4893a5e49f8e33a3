// bilten-events: fans facts out, and lets every publisher speak for its own service only.
#include "broker/events/fanout.h"

int main(int argc, char** argv) {
  bilten::events::Config config;
  bilten::MeshSettings mesh;
  bilten::Program program;
  program.name = "bilten-events";
  program.summary = "Fans facts out to daemons, gateways and operators.";
  program.examples = "bilten-events --config /etc/bilten/bilten.toml";
  program.settings.section("events", config).section("mesh", mesh);
  program.run = [&](bilten::Process& process) {
    return bilten::events::run_events(config, mesh, process);
  };
  return bilten::run(program, argc, argv);
}
