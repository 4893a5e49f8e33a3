// Bilten on the three machines of a lab. Each has a broker, events, a gateway and one service of
// its own, under a `biltenctl up` of its own, the gateway under another; they share a key folder
// and an access.toml. Who talks to whom has a net for itself, so that it can be cut for itself.
#pragma once

#include <sys/types.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/lab.h"

namespace bilten::test {

class Vms {
 public:
  struct Options {
    std::set<int> rough = {};  // As Lab's.
    // Of all processes of a machine: "NAME=value".
    std::map<int, std::vector<std::string>> environment = {};
  };
  static constexpr int kUser = 1, kEvent = 2, kTicket = 3;  // Which machine owns what.
  static constexpr int kMachines = 3;
  // The net on which ...
  enum class Road {
    members,   // ... services, events and tools reach brokers,
    brokers,   // ... brokers reach each other, and events each other,
    gateways,  // ... gateways reach brokers,
    clients    // ... clients reach gateways.
  };
  static std::string address(int machine, Road road) {
    return Lab::address(machine, static_cast<int>(road));
  }
  // The service that a machine owns: "ticket" of 3.
  static std::string service_of(int machine);

  Vms() : Vms(Options{}) {}
  explicit Vms(Options options);  // Ready: each gateway reaches each service.
  ~Vms();
  Vms(const Vms&) = delete;
  Vms& operator=(const Vms&) = delete;

  Lab& lab() { return lab_; }
  const Lab& lab() const { return lab_; }
  // A machine's gateway, for all that are in the lab.
  static std::string url(int machine) {
    return "http://" + address(machine, Road::clients) + ":8080";
  }

  pid_t pid(int machine, const std::string& process) const {
    return pid_in(process == "gateway" ? gateway_data(machine) : data(machine), process);
  }
  // SIGTERM or SIGKILL, and wait until another process has taken its place.
  void replace(int machine, const std::string& process, int signal) const;
  bool is_ready(int machine) const;  // Its gateway reaches each service.
  // Each service's worker has joined each machine's broker, so that no broker is the only way.
  bool is_whole() const;
  // Has the ticket service taken all that this owner has recorded, as both tell it on machine 3?
  bool is_level(const std::string& owner) const;
  // Runs biltenctl on a machine.
  Finished ctl(int machine, const std::vector<std::string>& arguments) const;
  std::string log(int machine) const { return read_file(folder(machine) + "/log"); }
  std::string logs() const;  // Of all, for a failed check.

 private:
  std::string folder(int machine) const { return folder_.path() + "/vm" + std::to_string(machine); }
  std::string data(int machine) const { return folder(machine) + "/data"; }
  std::string gateway_data(int machine) const { return folder(machine) + "/gateway"; }
  std::string settings(int machine, Road to_brokers) const;
  void start(int machine);
  pid_t start_up(int machine, const std::string& data, const std::string& config,
                 const std::string& only) const;

  const Options options_;
  Folder folder_;
  Lab lab_;
  std::vector<pid_t> ups_;
};

// Whether such machines can be here; where not, `what` is SKIPPED aloud.
bool vms_here(const std::string& what);

}  // namespace bilten::test
