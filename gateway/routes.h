// Which message answers which method and path. Built once from the contracts, then only read.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/access.h"
#include "common/wire/contract.h"
#include "gateway/transcode.h"

namespace bilten::gateway {

// conf/access.toml's word on who may claim which path: the longest pattern that matches decides.
// A pattern is a path, whose `{words}` match any one segment; a final `*` matches any rest.
class RouteRights {
 public:
  explicit RouteRights(const std::vector<AccessRule>& rules);
  bool may_claim(std::string_view service, std::string_view path_template) const;
  // The services one of which should answer here; nothing: the path is nobody's.
  const std::vector<std::string>* owners(std::string_view path) const;

 private:
  struct Right {
    std::string pattern;
    std::vector<std::string> services;
  };
  std::vector<Right> rights_;  // Longest first.
};

using Services = std::vector<std::shared_ptr<const ServiceDescription>>;

struct Route {
  std::shared_ptr<const ServiceDescription> service;  // Keeps `message` alive.
  const MessageDescription* message = nullptr;
  std::vector<std::string> parameters;  // Names in the path, from the left.
};

struct Match {
  enum class Outcome : uint8_t { found, wrong_method, away, unknown, undecodable };
  Outcome outcome = Outcome::unknown;
  const Route* route = nullptr;
  std::vector<std::string> values = {};  // Of the route's parameters, decoded.
  std::string allow = {};                // The methods that exist, wherever the path does.
};

class Routes {
 public:
  // Messages that HTTP does not reach are left out; so is every claim that is malformed, denied or
  // already taken, and refused() says which and why.
  Routes(const Services& services, std::shared_ptr<const RouteRights> rights);

  // `path` is percent-encoded, as request_checks let it pass.
  Match find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& all() const { return routes_; }
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  struct Variable {
    std::string suffix;  // "{id}.ics" -> ".ics"
    size_t node;
  };
  struct Node {
    std::map<std::string, size_t, std::less<>> literals;
    std::vector<Variable> variables;                     // Longest suffix first.
    std::map<std::string, size_t, std::less<>> methods;  // -> routes_
  };
  void claim(const std::shared_ptr<const ServiceDescription>& service,
             const MessageDescription& message);
  size_t child(size_t node, std::string_view segment);
  bool walk(size_t node, const std::vector<std::string>& segments, size_t at, size_t& found,
            std::vector<std::string>& values) const;
  Match nowhere(std::string_view path) const;

  std::shared_ptr<const RouteRights> rights_;
  std::vector<std::string> present_;  // Services that have a contract here.
  std::vector<Node> nodes_{1};
  std::vector<Route> routes_;
  std::vector<std::string> refused_;
};

// Why a message's HTTP binding cannot be served, or nothing.
std::optional<std::string> binding_fault(const MessageDescription& message);
// The `{words}` of a template, from the left.
std::vector<std::string> template_parameters(std::string_view path);

}  // namespace bilten::gateway
