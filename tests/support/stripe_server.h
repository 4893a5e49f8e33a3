// Our stateful server of Stripe's API (tests/stripe/server.py) as a process beside a test.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace bilten::test {

class StripeServer {
 public:
  static constexpr const char* kKey = "sk_test_bilten";

  explicit StripeServer(const std::vector<std::string>& arguments = {});
  const std::string& url() const { return url_; }

  // The same server at another of its accounts ("--account", its key): orders and objects are that
  // one's. Only as long as this one lives.
  StripeServer at(const std::string& key) const { return {*this, key}; }
  // An order to the server (tests/stripe/control.py); fails the test where it is refused.
  nlohmann::json order(const std::string& what,
                       const nlohmann::json& body = nlohmann::json::object()) const;
  // The next `times` requests of that method and path go wrong so (tests/stripe/faults.py).
  void fault(const std::string& kind, const std::string& path, int times = 1,
             const std::string& method = "POST", double seconds = 30) const;
  // The provider's book: the objects of a kind ("refund"), in the order of their making.
  std::vector<nlohmann::json> objects(const std::string& kind) const;
  // The requests so far to a path that begins so.
  std::vector<nlohmann::json> requests(const std::string& path) const;

 private:
  StripeServer(const StripeServer& server, std::string key)
      : url_(server.url_), key_(std::move(key)) {}

  std::unique_ptr<RunningProgram> program_;
  std::string url_, key_;
};

// The folder of npm's modules, with what packages.txt names in it. Empty, and a loud word, where
// there is no node or npm cannot reach its registry.
std::string npm_modules();

}  // namespace bilten::test
