// bilten-broker: routes requests to the workers that serve them, and keeps nothing.
#include "broker/broker.h"

int main(int argc, char** argv) {
  bilten::broker::Config config;
  bilten::MeshSettings mesh;
  bilten::Program program;
  program.name = "bilten-broker";
  program.summary = "Routes requests between daemons, gateways and tools.";
  program.examples = "bilten-broker --config /etc/bilten/bilten.toml";
  program.settings.section("broker", config).section("mesh", mesh);
  program.run = [&](bilten::Process& process) {
    return bilten::broker::run_broker(config, mesh, process);
  };
  return bilten::run(program, argc, argv);
}
