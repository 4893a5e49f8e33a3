// Machines for a test: network namespaces on a bridge in one of their own, each with an address
// that only they know. Links can be cut one way or both, and be made bad. Needs root; nothing
// outlives the object, and what a killed test left behind goes with the next lab.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/emulator.h"
#include "tests/support/platform.h"

namespace bilten::test {

class Lab {
 public:
  struct Options {
    int machines = 3;          // Numbered from 1.
    int nets = 1;              // A machine has an address on each, all on one link.
    std::set<int> rough = {};  // Those whose link is a cable of the emulator's.
    uint64_t seed = 1;         // Of the emulators.
  };

  // Why there can be no lab here; empty: there can.
  static std::string obstacle();

  explicit Lab(Options options);
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  int machines() const { return options_.machines; }
  static std::string address(int machine, int net = 0) {
    return "10.77." + std::to_string(net) + "." + std::to_string(machine);
  }

  // The command as it must be typed here to run there.
  std::vector<std::string> inside(int machine, std::vector<std::string> command) const;

  // While it lives, the calling thread's new sockets belong to that machine.
  class Visit {
   public:
    Visit(const Lab& lab, int machine);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    int home_ = -1;
  };

  // What `from` sends does not reach `to`, which may be itself. TCP sees silence, as with a broken
  // cable.
  struct Cut {
    int from, to;
    std::string only = {};  // What of it, as nft matches it: "ip daddr 10.77.1.0/24". Empty: all.
    auto operator<=>(const Cut&) const = default;
  };
  void cut(const Cut& cut);
  void cut(int from, int to) { cut({from, to}); }
  void cut_off(int machine);                      // From all others, both ways.
  void mend(const Cut& cut);                      // That one, if it is cut.
  void heal();                                    // Every cut.
  void set(int machine, const Weather& weather);  // One of the rough ones.
  Emulator::Counts carried(int machine) const { return cables_.at(machine)->counts(); }

 private:
  std::string name(const std::string& part) const { return prefix_ + part; }
  std::string name(int machine) const { return name("vm" + std::to_string(machine)); }
  void connect(int machine);
  void apply_cuts(int machine) const;
  void remove();

  const Options options_;
  const std::string prefix_;
  std::map<int, std::unique_ptr<Emulator>> cables_;
  std::set<Cut> cuts_;
};

}  // namespace bilten::test
