// A platform under attack: legitimate calls go on beside the test, and what they met is told at the
// end; memory and life of the attacked processes are watched.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/platform.h"
#include "tests/support/probe.h"
#include "tests/support/raw_peer.h"

namespace bilten::test {

// Raises this process's limit of descriptors, which those it starts inherit, as far as it may go;
// the limit.
size_t raise_descriptor_limit();
size_t peak_kib(pid_t pid);  // The most memory that it ever had resident.

class Siege {
 public:
  Siege();
  ~Siege();

  // Where strangers may knock: requests, publications, subscriptions.
  std::vector<std::string> doors() const;
  // Ends the calls beside, and checks: each was answered, none took longer than a second; all
  // processes are those that they were, broker and fan-out never held more than `growth_max_mib`
  // above what they had, and a fact still passes.
  void lift(size_t growth_max_mib);

  const Platform& platform() const { return platform_; }
  Probe& operations() { return operations_; }

 private:
  void call_on();

  const size_t descriptors_ = raise_descriptor_limit();
  Platform platform_;
  Probe operations_;
  std::map<std::string, pid_t> pids_;
  std::map<std::string, size_t> peak_kib_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> calls_{0}, failed_{0}, slowest_ms_{0};
  std::thread caller_;
};

// True once every one of them has been cut.
bool all_cut(std::vector<RawPeer>& peers, double seconds);

}  // namespace bilten::test
