// Bilten on the three machines of a lab. Each has a broker, events, a gateway and one service of
// its own, under a `biltenctl up` of its own; they share a key folder and an access.toml.
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
  static std::string url(int machine) { return "http://" + Lab::address(machine) + ":8080"; }

  pid_t pid(int machine, const std::string& process) const {
    return pid_in(data(machine), process);
  }
  // SIGTERM or SIGKILL, and wait until another process has taken its place.
  void replace(int machine, const std::string& process, int signal) const;
  bool is_ready(int machine) const;  // Its gateway reaches each service.
  // Each service's worker has joined each machine's broker, so that no broker is the only way.
  bool is_whole() const;
  // Runs biltenctl on a machine.
  Finished ctl(int machine, const std::vector<std::string>& arguments) const;
  std::string log(int machine) const { return read_file(folder(machine) + "/log"); }
  std::string logs() const;  // Of all, for a failed check.

 private:
  std::string folder(int machine) const { return folder_.path() + "/vm" + std::to_string(machine); }
  std::string data(int machine) const { return folder(machine) + "/data"; }
  std::string settings(int machine) const;
  void start(int machine);

  const Options options_;
  Folder folder_;
  Lab lab_;
  std::map<int, pid_t> ups_;
};

}  // namespace bilten::test
