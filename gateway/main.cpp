// bilten-gateway: HTTP in front of the mesh.
#include "gateway/gateway.h"

int main(int argc, char** argv) {
  bilten::gateway::Config config;
  bilten::MeshSettings mesh;
  bilten::Program program;
  program.name = "bilten-gateway";
  program.summary = "Serves the mesh over HTTP/1.1 with JSON.";
  program.examples =
      "bilten-gateway --config /etc/bilten/bilten.toml\n"
      "bilten-gateway --set gateway.listen=127.0.0.1:9000";
  program.settings.section("gateway", config).section("mesh", mesh);
  program.run = [&](bilten::Process& process) {
    return bilten::gateway::run_gateway(config, mesh, process);
  };
  return bilten::run(program, argc, argv);
}
