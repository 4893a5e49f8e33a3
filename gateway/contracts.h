// What the mesh serves, as the gateway knows it: asks the brokers twice a second who is there,
// fetches each contract that is new, and swaps in a new table; requests read the table they began
// with, without a lock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/net/mesh.h"
#include "common/process/access.h"
#include "gateway/routes.h"

namespace bilten::gateway {

// A call into the mesh that waits for its answer.
using CallService = std::function<net::Answer(net::Call)>;

// Never changes once made.
struct Catalogue {
  Services services;  // By name.
  Routes routes;
  std::map<std::string, FactDescription, std::less<>> facts;
  std::string openapi, docs;
};

class Contracts {
 public:
  Contracts(CallService call, const std::vector<AccessRule>& rules);
  ~Contracts();

  // One turn. Services that are away keep their routes.
  void poll();
  // Polls on a thread of its own until stop().
  void start(uint32_t every_ms);
  void stop();

  std::shared_ptr<const Catalogue> current() const;
  // Brokers answered, and at least one contract is known.
  bool ready() const { return answered_.load() && knows_one_.load(); }

 private:
  bool refresh(const std::string& service, const std::string& hash);
  void rebuild();

  CallService call_;
  std::shared_ptr<const RouteRights> rights_;
  // Of the polling thread alone.
  std::map<std::string, std::string> hashes_;
  std::map<std::string, std::shared_ptr<const ServiceDescription>> services_;

  mutable std::mutex mutex_;  // Of what follows.
  std::shared_ptr<const Catalogue> current_;
  std::atomic<uint64_t> version_{0};
  std::atomic<bool> answered_{false}, knows_one_{false};

  std::thread thread_;
  std::condition_variable wake_;
  bool stopping_ = false;
};

}  // namespace bilten::gateway
