#include "broker/ctl/up.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "broker/ctl/children.h"
#include "broker/ctl/keys.h"
#include "broker/ctl/maintenance.h"
#include "broker/ctl/seed.h"
#include "common/http/client.h"
#include "common/net/keys.h"
#include "common/process/toml.h"

namespace bilten::ctl {
namespace {

namespace files = std::filesystem;

Error fault(const std::string& detail) {
  return {Code::unavailable, "up", detail};
}

bool is_free(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const bool free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return free;
}

// Ports that nobody holds, below the ephemeral range: a connect retried on an ephemeral port can
// meet itself. Another `up` may search at the same time, so each begins elsewhere.
uint32_t free_ports(uint32_t count, uint32_t salt) {
  constexpr uint32_t kLow = 12'000, kHigh = 32'000;
  for (uint32_t tries = 0; tries < 2000; ++tries) {
    const uint32_t first = kLow + (salt * 37 + tries * count) % (kHigh - kLow - count);
    uint32_t good = 0;
    while (good < count && is_free(static_cast<uint16_t>(first + good))) ++good;
    if (good == count) return first;
  }
  return 0;
}

struct Layout {
  files::path data, programs, config;
  std::string listen;  // Of the gateway: "127.0.0.1:8080".
  uint32_t mesh = 0;
  std::string url() const { return "http://" + listen; }
  std::string endpoint(uint32_t offset) const {
    return "tcp://127.0.0.1:" + std::to_string(mesh + offset);
  }
};

files::path folder_of_this_program() {
  char path[PATH_MAX];
  const auto bytes = ::readlink("/proc/self/exe", path, sizeof path);
  return files::path(std::string(path, bytes > 0 ? static_cast<size_t>(bytes) : 0)).parent_path();
}

Result<Layout> lay_out(const UpOptions& options) {
  Layout layout;
  layout.data = files::absolute(options.data);
  std::error_code error;
  files::create_directories(layout.data, error);
  if (error) return fault(layout.data.string() + ": " + error.message());
  files::permissions(layout.data, files::perms::owner_all, error);
  layout.programs =
      options.programs.empty() ? folder_of_this_program() : files::absolute(options.programs);
  layout.config =
      options.config.empty() ? layout.data / "bilten.toml" : files::absolute(options.config);
  return layout;
}

// Where the gateway listens according to settings that are not ours.
Status take_config(Layout& layout) {
  auto sections = toml_file::read(layout.config.string());
  if (!sections) return sections.error();
  layout.listen = "127.0.0.1:8080";
  for (const auto& section : *sections) {
    for (const auto& entry : section.entries) {
      if (section.name != "gateway" || entry.key != "listen") continue;
      auto listen = Document::parse(entry.packed);
      if (listen) layout.listen = listen->root().text();
    }
  }
  return Done{};
}

Status choose_ports(Layout& layout, const UpOptions& options) {
  const auto salt = static_cast<uint32_t>(::getpid());
  const auto http = options.port ? options.port : free_ports(1, salt);
  layout.mesh = options.mesh_port ? options.mesh_port : free_ports(5, salt + 7919);
  if (http == 0 || layout.mesh == 0) return fault("no free TCP port below 32000");
  if (options.port && !is_free(static_cast<uint16_t>(options.port))) {
    return fault("port " + std::to_string(options.port) + " is taken; choose another (PORT=...)");
  }
  layout.listen = "127.0.0.1:" + std::to_string(http);
  return Done{};
}

Status make_keys(const Layout& layout, const std::string& access, bool with_probe) {
  const auto names = principals_of(access, with_probe);
  if (!names) return names.error();
  return net::generate_keys((layout.data / "keys").string(), *names);
}

// The settings of this mesh; everything not named keeps its default.
Status write_config(const Layout& layout, const UpOptions& options, const std::string& access) {
  std::ofstream out(layout.config);
  out << "# Written by `biltenctl up`; changed at each start.\n"
      << "[mesh]\nbrokers = [\"" << layout.endpoint(0) << "\"]\n"
      << "events_publish = \"" << layout.endpoint(1) << "\"\n"
      << "events_subscribe = \"" << layout.endpoint(2) << "\"\n"
      << "keys = \"" << (layout.data / "keys").string() << "\"\n\n"
      << "[store]\nfolder = \"" << (layout.data / "store").string() << "\"\n"
      << "secrets = \"" << (layout.data / "secrets").string() << "\"\n\n"
      << "[broker]\nlisten = \"" << layout.endpoint(0) << "\"\naccess = \"" << access << "\"\n\n"
      << "[events]\nlisten_publish = \"" << layout.endpoint(1) << "\"\n"
      << "listen_subscribe = \"" << layout.endpoint(2) << "\"\n"
      << "listen_operations = \"" << layout.endpoint(3) << "\"\n"
      << "listen_peers = \"" << layout.endpoint(4) << "\"\naccess = \"" << access << "\"\n\n"
      << "[gateway]\nlisten = \"" << layout.listen << "\"\naccess = \"" << access << "\"\n\n"
      << "[user]\ndemo = " << (options.demo ? "true" : "false") << "\n\n"
      << "[payment]\nprovider = \"" << (options.demo ? "sandbox" : "none") << "\"\n";
  out.close();
  return out ? Status(Done{}) : Status(fault("cannot write " + layout.config.string()));
}

// The settings and keys that the programs start on.
Status prepare(Layout& layout, const UpOptions& options) {
  if (!options.config.empty()) return take_config(layout);
  const auto access = files::absolute(options.access).string();
  auto prepared = choose_ports(layout, options);
  if (prepared) prepared = make_keys(layout, access, options.with_probe);
  return prepared ? write_config(layout, options, access) : prepared;
}

Status start_all(Children& children, const Layout& layout, const UpOptions& options) {
  for (const auto& name : programs_of_mesh()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    ChildSpec spec{
        name,
        {(layout.programs / ("bilten-" + name)).string(), "--config", layout.config.string()}};
    for (const auto& set : options.sets) spec.command.insert(spec.command.end(), {"--set", set});
    if (auto started = children.start(spec); !started) return started;
  }
  return Done{};
}

void write_run_file(const Layout& layout, const Children& children) {
  nlohmann::json run{
      {"pid", ::getpid()}, {"url", layout.url()}, {"config", layout.config.string()}};
  for (const auto& [name, pid] : children.pids()) run["processes"][name] = pid;
  const auto path = layout.data / "run.json";
  std::ofstream(path.string() + ".new") << run.dump(2) << "\n";
  files::rename(path.string() + ".new", path);  // Readers see a whole file.
}

bool wait_until_ready(Process& process, Children& children) {
  while (!process.stopping() && !children.all_ready()) {
    if (const auto failed = children.failed(); !failed.empty()) {
      std::fprintf(stderr, "bilten did not start: %s (its lines above say why)\n", failed.c_str());
      return false;
    }
    children.step(process.stop_fd(), 1000);
  }
  return !process.stopping();
}

// Routes come with the daemons' contracts, a moment after the daemons: whoever reads "ready" may
// call every service.
void wait_until_routed(Process& process, Children& children, const std::string& url) {
  http::Client client;
  for (int tries = 0; tries < 200 && !process.stopping(); ++tries) {
    auto answer = client.send({.url = url + "/openapi.json", .timeout_ms = 1000});
    const auto document =
        answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
    std::string tags;
    if (document.is_object()) tags = document.value("tags", nlohmann::json::array()).dump();
    const auto& services = stateful_services();
    if (std::all_of(services.begin(), services.end(), [&](const auto& service) {
          return tags.find('"' + service + '"') != std::string::npos;
        })) {
      return;
    }
    children.step(process.stop_fd(), 20);
  }
}

int give_up(const Error& error) {
  std::fprintf(stderr, "%s\n", error.detail.c_str());
  return kExitTryAgain;
}

void say_where(const Layout& layout, bool demo) {
  std::printf("ready: %s\n", layout.url().c_str());
  std::printf("  look:  %s/docs (the API)   %s/v1/events   %s/metrics\n", layout.url().c_str(),
              layout.url().c_str(), layout.url().c_str());
  std::printf("  watch: %s/biltenctl --config %s tail 'ticket.*'\n", layout.programs.c_str(),
              layout.config.c_str());
  if (demo) std::printf("  demo:  log in as the owners named in tests/data/README.md\n");
  std::printf("  stop:  Ctrl-C\n");
  std::fflush(stdout);
}

}  // namespace

const std::vector<std::string>& programs_of_mesh() {
  static const std::vector<std::string> names = {"broker", "events",  "user",   "event",
                                                 "ticket", "payment", "gateway"};
  return names;
}

int up(Process& process, const UpOptions& options) {
  auto layout = lay_out(options);
  Status prepared = layout ? prepare(*layout, options) : Status(layout.error());
  if (!prepared) return give_up(prepared.error());
  SystemClock clock;
  Children children(layout->data.string(), clock);
  children.on_change = [](const std::string& name, const std::string& what) {
    std::fprintf(stderr, "up: %s %s\n", name.c_str(), what.c_str());
  };
  if (auto started = start_all(children, *layout, options); !started) {
    return give_up(started.error());
  }
  if (!wait_until_ready(process, children)) return process.stopping() ? kExitOk : kExitTryAgain;
  // The services of a part are elsewhere, and may come later.
  if (options.only.empty()) wait_until_routed(process, children, layout->url());
  write_run_file(*layout, children);
  SeedJob seed(options.demo_file, layout->url());  // Beside the supervision, which must go on.
  bool told = options.demo_file.empty();
  if (told) say_where(*layout, false);
  process.ready("up at " + layout->url());
  auto known = children.pids();
  while (!process.stopping()) {
    children.step(process.stop_fd(), 200);
    if (process.reload_wanted()) {
      for (const auto* server : {"broker", "events"}) children.signal(server, SIGHUP);
    }
    if (!told && seed.finished()) {
      told = true;
      say_where(*layout, true);
    }
    if (auto pids = children.pids(); pids != known) {
      known = std::move(pids);
      write_run_file(*layout, children);
    }
  }
  children.stop(10'000);
  return kExitOk;
}

}  // namespace bilten::ctl
