#include "tests/support/vms.h"

#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

namespace bilten::test {
namespace {

namespace files = std::filesystem;

// As a setting: the addresses of that port on these machines.
std::string tcp(const std::set<int>& machines, int port) {
  std::string list;
  for (const int machine : machines) {
    if (!list.empty()) list += ", ";
    list += "\"tcp://" + Lab::address(machine) + ":" + std::to_string(port) + "\"";
  }
  return list;
}

std::set<int> others(int machine) {
  std::set<int> all{1, 2, 3};
  all.erase(machine);
  return all;
}

}  // namespace

std::string Vms::service_of(int machine) {
  static const std::map<int, std::string> services = {
      {kUser, "user"}, {kEvent, "event"}, {kTicket, "ticket"}};
  return services.at(machine);
}

Vms::Vms(Options options) : options_(std::move(options)), lab_({.rough = options_.rough}) {
  const auto keys = run_program({binary("biltenctl"), "keys", "gen", "--dir",
                                 folder_.path() + "/keys", "--access", "conf/access.toml"});
  INFO(keys.out);
  REQUIRE(keys.status == 0);
  for (int machine = 1; machine <= kMachines; ++machine) start(machine);
  for (int machine = 1; machine <= kMachines; ++machine) {
    INFO(log(machine));
    REQUIRE(wait_until([&] { return files::exists(data(machine) + "/run.json"); }, 30));
  }
  for (int machine = 1; machine <= kMachines; ++machine) {
    const bool ready = wait_until([&] { return is_ready(machine); }, 30);
    INFO(logs());
    REQUIRE(ready);
  }
}

Vms::~Vms() {
  for (const auto& [machine, up] : ups_) ::kill(up, SIGINT);
  for (const auto& [machine, up] : ups_) end_program(up, SIGINT);
}

std::string Vms::settings(int machine) const {
  std::ostringstream out;
  const auto access = files::absolute("conf/access.toml").string();
  out << "[mesh]\nbrokers = [" << tcp({1, 2, 3}, 5570) << "]\n"
      << "events_publish = " << tcp({machine}, 5571) << "\n"
      << "events_subscribe = " << tcp({machine}, 5572) << "\n"
      << "keys = \"" << folder_.path() << "/keys\"\n"
      << "[store]\nfolder = \"" << data(machine) << "/store\"\n"
      << "secrets = \"" << folder_.path() << "/secrets\"\n"
      << "[broker]\nname = \"vm" << machine << "\"\nlisten = " << tcp({machine}, 5570) << "\n"
      << "peers = [" << tcp(others(machine), 5570) << "]\naccess = \"" << access << "\"\n"
      << "[events]\nlisten_publish = " << tcp({machine}, 5571) << "\n"
      << "listen_subscribe = " << tcp({machine}, 5572) << "\n"
      << "listen_operations = " << tcp({machine}, 5573) << "\n"
      << "listen_peers = " << tcp({machine}, 5574) << "\n"
      << "peers = [" << tcp(others(machine), 5574) << "]\naccess = \"" << access << "\"\n"
      << "[gateway]\nlisten = \"0.0.0.0:8080\"\naccess = \"" << access << "\"\n"
      << "[user]\ndemo = true\n";
  return out.str();
}

void Vms::start(int machine) {
  files::create_directories(data(machine));
  const auto config =
      folder_.write("vm" + std::to_string(machine) + "/bilten.toml", settings(machine));
  ups_[machine] = start_program(
      lab_.inside(machine, {binary("biltenctl"), "up", "--data", data(machine), "--config", config,
                            "--only", "broker,events,gateway," + service_of(machine)}),
      folder(machine) + "/log",
      options_.environment.count(machine) ? options_.environment.at(machine)
                                          : std::vector<std::string>{});
}

void Vms::replace(int machine, const std::string& process, int signal) const {
  const pid_t before = pid(machine, process);
  ::kill(before, signal);
  INFO(process << " of machine " << machine);
  REQUIRE(wait_until(
      [&] {
        const pid_t now = pid(machine, process);
        return now > 0 && now != before;
      },
      20));
}

bool Vms::is_ready(int machine) const {
  Lab::Visit visit(lab_, machine);
  return serves_all(url(machine));
}

bool Vms::is_whole() const {
  for (int machine = 1; machine <= kMachines; ++machine) {
    const auto told =
        ctl(machine, {"--set", "mesh.brokers=tcp://" + Lab::address(machine) + ":5570", "-o",
                      "json", "services"});
    const auto answer = nlohmann::json::parse(told.out, nullptr, false);
    if (!answer.is_object()) return false;
    std::set<std::string> joined;
    for (const auto& service : answer["services"]) {
      for (const auto& worker : service["workers"]) {
        // Else it is at another broker's word.
        if (worker.value("broker", "").empty()) joined.insert(service.value("service", ""));
      }
    }
    for (const int owner : {kUser, kEvent, kTicket}) {
      if (!joined.contains(service_of(owner))) return false;
    }
  }
  return true;
}

Finished Vms::ctl(int machine, const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{binary("biltenctl"), "--config",
                                   folder(machine) + "/bilten.toml"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(lab_.inside(machine, command));
}

std::string Vms::logs() const {
  std::string all;
  for (int machine = 1; machine <= kMachines; ++machine) {
    all += "---- machine " + std::to_string(machine) + "\n" + log(machine);
  }
  return all;
}

}  // namespace bilten::test
