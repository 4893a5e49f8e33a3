// A small collector of spans for tests: an HTTP/1.1 server on real TCP that keeps what is posted to
// /v1/traces.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace bilten::test {

class Collector {
 public:
  Collector();
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // The next posts are answered so ("503", "429 \r\nRetry-After: 1" ...) and not kept.
  void refuse_with(std::vector<std::string> statuses);

  struct Post {
    std::string head;  // Request line and header lines.
    nlohmann::json body;
  };
  std::vector<Post> posts() const;
  int refused() const { return refused_; }

  struct Received {
    std::string service;
    nlohmann::json span;
  };
  // Every span so far, with the service.name it came under.
  std::vector<Received> spans() const;

 private:
  void serve();
  void talk(int connection);
  std::string answer(const std::string& head, const std::string& body);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> refused_{0};
  mutable std::mutex mutex_;
  std::deque<std::string> refusals_;
  std::vector<Post> posts_;
  std::vector<std::thread> talks_;
  std::thread thread_;
};

}  // namespace bilten::test
