#include "tests/support/vms.h"

#include <signal.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

namespace bilten::test {
namespace {

namespace files = std::filesystem;
using Road = Vms::Road;

std::string tcp(const std::string& address, int port) {
  return "\"tcp://" + address + ":" + std::to_string(port) + "\"";
}

// As a setting: the addresses of that port on these machines.
std::string tcp(const std::set<int>& machines, Road road, int port) {
  std::string list;
  for (const int machine : machines) {
    if (!list.empty()) list += ", ";
    list += tcp(Vms::address(machine, road), port);
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

Vms::Vms(Options options)
    : options_(std::move(options)), lab_({.nets = 4, .rough = options_.rough}) {
  const auto keys = run_program({binary("biltenctl"), "keys", "gen", "--dir",
                                 folder_.path() + "/keys", "--access", "conf/access.toml"});
  INFO(keys.out);
  REQUIRE(keys.status == 0);
  for (int machine = 1; machine <= kMachines; ++machine) start(machine);
  for (int machine = 1; machine <= kMachines; ++machine) {
    INFO(log(machine));
    REQUIRE(wait_until(
        [&] {
          return files::exists(data(machine) + "/run.json") &&
                 files::exists(gateway_data(machine) + "/run.json");
        },
        30));
  }
  for (int machine = 1; machine <= kMachines; ++machine) {
    const bool ready = wait_until([&] { return is_ready(machine); }, 30);
    INFO(logs());
    REQUIRE(ready);
  }
}

Vms::~Vms() {
  for (const pid_t up : ups_) ::kill(up, SIGINT);
  for (const pid_t up : ups_) end_program(up, SIGINT);
}

std::string Vms::settings(int machine, Road to_brokers) const {
  std::ostringstream out;
  const auto access = files::absolute("conf/access.toml").string();
  const auto here = address(machine, Road::members);
  const auto anywhere = std::string("0.0.0.0");
  out << "[mesh]\nbrokers = [" << tcp({1, 2, 3}, to_brokers, 5570) << "]\n"
      << "events_publish = " << tcp(here, 5571) << "\n"
      << "events_subscribe = " << tcp(here, 5572) << "\n"
      << "keys = \"" << folder_.path() << "/keys\"\n"
      << "[store]\nfolder = \"" << data(machine) << "/store\"\n"
      << "secrets = \"" << folder_.path() << "/secrets\"\n"
      << "[broker]\nname = \"vm" << machine << "\"\nlisten = " << tcp(anywhere, 5570) << "\n"
      << "peers = [" << tcp(others(machine), Road::brokers, 5570) << "]\naccess = \"" << access
      << "\"\n"
      << "[events]\nlisten_publish = " << tcp(here, 5571) << "\n"
      << "listen_subscribe = " << tcp(here, 5572) << "\n"
      << "listen_operations = " << tcp(here, 5573) << "\n"
      << "listen_peers = " << tcp(anywhere, 5574) << "\n"
      << "peers = [" << tcp(others(machine), Road::brokers, 5574) << "]\naccess = \"" << access
      << "\"\n"
      << "[gateway]\nlisten = \"0.0.0.0:8080\"\naccess = \"" << access << "\"\n"
      << "[user]\ndemo = true\n";
  return out.str();
}

void Vms::start(int machine) {
  const auto name = "vm" + std::to_string(machine);
  files::create_directories(data(machine));
  files::create_directories(gateway_data(machine));
  const auto config = folder_.write(name + "/bilten.toml", settings(machine, Road::members));
  const auto gateway = folder_.write(name + "/gateway.toml", settings(machine, Road::gateways));
  ups_.push_back(start_up(machine, data(machine), config, "broker,events," + service_of(machine)));
  ups_.push_back(start_up(machine, gateway_data(machine), gateway, "gateway"));
}

pid_t Vms::start_up(int machine, const std::string& data, const std::string& config,
                    const std::string& only) const {
  const auto environment = options_.environment.find(machine);
  return start_program(
      lab_.inside(machine,
                  {binary("biltenctl"), "up", "--data", data, "--config", config, "--only", only}),
      folder(machine) + "/log",
      environment == options_.environment.end() ? std::vector<std::string>{} : environment->second);
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
        ctl(machine, {"--set", "mesh.brokers=tcp://" + address(machine, Road::members) + ":5570",
                      "-o", "json", "services"});
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

bool Vms::is_level(const std::string& owner) const {
  const auto answer = [&](const std::string& service, const std::string& message) {
    const auto told = ctl(3, {"-o", "json", "call", service, message});
    const auto parsed = nlohmann::json::parse(told.out, nullptr, false);
    return told.status == 0 && parsed.is_object() ? parsed : nlohmann::json::object();
  };
  const auto head = answer(owner, "journal.head");
  const auto ticket = answer("ticket", "feeds.list");
  for (const auto& feed : ticket.value("feeds", nlohmann::json::array())) {
    if (feed["owner"] == owner) return feed["seq"] == head.value("seq", nlohmann::json());
  }
  return false;
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

bool vms_here(const std::string& what) {
  const auto obstacle =
      is_sanitized() ? "a dozen sanitized processes are too slow for it" : Lab::obstacle();
  if (!obstacle.empty()) std::printf("SKIPPED %s: %s\n", what.c_str(), obstacle.c_str());
  return obstacle.empty();
}

}  // namespace bilten::test
