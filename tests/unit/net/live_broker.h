// A real broker on a thread of its own, and members of its mesh, for tests of the mesh's shell.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "broker/broker.h"
#include "common/base/clock.h"
#include "common/crypto/crypto.h"
#include "common/net/mesh.h"

namespace bilten::net {

// Keys and rights of a small mesh: broker, events, a service "echo" and a client "gateway".
struct TestHouse {
  TestHouse();
  KeyRing ring(const std::string& name) const;

  std::map<std::string, KeyPair> pairs;
  std::vector<AccessRule> rules;
};

// Turns in a thread from construction until destruction, which parts with everybody.
class LiveBroker {
 public:
  // An empty endpoint means any free port.
  LiveBroker(const TestHouse& house, const std::string& endpoint = "tcp://127.0.0.1:0");
  ~LiveBroker();
  const std::string& endpoint() const { return endpoint_; }
  // Runs on the broker's thread, between two turns; returns once it has.
  void on_thread(std::function<void(broker::Broker&)> work);
  // From now on it neither reads nor says goodbye, as after kill -9.
  void die();

 private:
  void run(const TestHouse& house, const std::string& endpoint);

  std::string endpoint_;
  std::atomic<bool> stop_{false}, silent_{false};
  std::mutex mutex_;
  std::condition_variable opened_;
  std::function<void(broker::Broker&)> work_;  // Guarded by mutex_.
  std::thread thread_;
};

// A mesh member that answers every request with its own body, or with what `answer` makes of it.
class EchoWorker {
 public:
  EchoWorker(Context& context, const TestHouse& house, std::vector<std::string> brokers);
  Mesh& mesh() { return *mesh_; }
  // From now on requests are kept, until answer_kept() answers them all.
  std::atomic<bool> keeps{false};
  void answer_kept();
  size_t kept();
  int cancelled() const { return cancelled_; }  // CANCELs heard.
  Incoming first_kept();

 private:
  void on_requests(std::vector<Incoming> requests);
  void answer(const std::vector<Incoming>& requests);

  SystemClock clock_;
  crypto::SystemRandom random_;
  std::mutex mutex_;
  std::vector<Incoming> kept_;
  std::atomic<int> cancelled_{0};
  std::unique_ptr<Mesh> mesh_;
};

// True once `condition` holds; false after ten seconds without it.
bool eventually(const std::function<bool()>& condition);

}  // namespace bilten::net
