#include "gateway/routes.h"

#include <algorithm>

#include "gateway/parameters.h"

namespace bilten::gateway {
namespace {

constexpr size_t kSegmentsMax = 24;

// "/v1/orders/{id}" -> v1, orders, {id}
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_variable(std::string_view segment) {
  return segment.starts_with('{');
}

bool pattern_matches(std::string_view pattern, std::string_view path) {
  const bool is_open = pattern.ends_with('*');
  if (is_open) pattern.remove_suffix(1);
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(path);
  if (given.size() < wanted.size() || (!is_open && given.size() != wanted.size())) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const bool is_last_open = is_open && i + 1 == wanted.size();
    const bool fits = is_last_open ? given[i].starts_with(wanted[i]) : given[i] == wanted[i];
    if (!fits && !is_variable(wanted[i])) return false;
  }
  return true;
}

bool is_scalar(const Schema& schema) {
  return schema.type != Type::list && schema.type != Type::object && schema.type != Type::any;
}

const Property* property_of(const Schema& schema, std::string_view name) {
  for (const auto& property : schema.properties) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

bool is_template_segment(std::string_view segment) {
  const size_t open = segment.find('{');
  const size_t close = segment.find('}');
  if (open == std::string_view::npos) return close == std::string_view::npos && !segment.empty();
  return open == 0 && close != std::string_view::npos && close > 1 &&
         segment.find('{', 1) == std::string_view::npos &&
         segment.find('}', close + 1) == std::string_view::npos;
}

std::string list_of(const std::map<std::string, size_t, std::less<>>& methods) {
  std::string list;
  for (const auto& [method, route] : methods) list += method + ", ";
  if (methods.contains("GET")) list += "HEAD, ";
  return list + "OPTIONS";
}

bool fits_properties(const Schema& schema) {
  if (schema.properties.size() > kPropertiesMax) return false;
  return std::all_of(schema.properties.begin(), schema.properties.end(),
                     [](const Property& p) { return fits_properties(p.schema); }) &&
         std::all_of(schema.item.begin(), schema.item.end(), fits_properties);
}

}  // namespace

RouteRights::RouteRights(const std::vector<AccessRule>& rules) {
  for (const auto& rule : rules) {
    for (const auto& pattern : rule.routes) {
      if (pattern.starts_with('/')) rights_.push_back({pattern, rule.serve});
    }
  }
  std::stable_sort(rights_.begin(), rights_.end(), [](const Right& a, const Right& b) {
    return a.pattern.size() > b.pattern.size();
  });
}

const std::vector<std::string>* RouteRights::owners(std::string_view path) const {
  for (const auto& right : rights_) {
    if (pattern_matches(right.pattern, path)) return &right.services;
  }
  return nullptr;
}

bool RouteRights::may_claim(std::string_view service, std::string_view path_template) const {
  const auto* services = owners(path_template);
  return services && std::find(services->begin(), services->end(), service) != services->end();
}

std::vector<std::string> template_parameters(std::string_view path) {
  std::vector<std::string> names;
  for (const auto segment : segments_of(path)) {
    if (is_variable(segment)) names.emplace_back(segment.substr(1, segment.find('}') - 1));
  }
  return names;
}

std::optional<std::string> binding_fault(const MessageDescription& message) {
  const auto& http = message.http;
  for (const auto segment : segments_of(http.path)) {
    if (!is_template_segment(segment)) return "the path is no template";
  }
  if (!http.path.starts_with("/") || segments_of(http.path).size() > kSegmentsMax) {
    return "the path must begin with / and have at most 24 segments";
  }
  const auto is_one_of = [&](std::initializer_list<std::string_view> methods) {
    return std::find(methods.begin(), methods.end(), http.method) != methods.end();
  };
  if (!is_one_of({"GET", "POST", "PUT", "PATCH", "DELETE"})) return "the method is unknown";
  if (message.request.type != Type::object || !fits_properties(message.request)) {
    return "the request must be an object of at most 256 fields";
  }
  for (const auto& name : template_parameters(http.path)) {
    const auto* property = property_of(message.request, name);
    if (!property || !is_scalar(property->schema)) {
      return "the request has no simple field for {" + name + "}";
    }
  }
  for (const auto& name : template_parameters(http.location)) {
    if (!property_of(message.answer, name)) return "the answer has no field for {" + name + "}";
  }
  return std::nullopt;
}

Routes::Routes(const Services& services, std::shared_ptr<const RouteRights> rights)
    : rights_(std::move(rights)) {
  for (const auto& service : services) {
    present_.push_back(service->service);
    for (const auto& message : service->messages) {
      if (!message.http.method.empty() && message.caller != Caller::mesh) claim(service, message);
    }
  }
}

void Routes::claim(const std::shared_ptr<const ServiceDescription>& service,
                   const MessageDescription& message) {
  const auto refuse = [&](const std::string& why) {
    refused_.push_back(message.name + " (" + message.http.method + " " + message.http.path +
                       "): " + why);
  };
  if (!message.name.starts_with(service->service + ".")) return refuse("not its own message");
  if (const auto fault = binding_fault(message)) return refuse(*fault);
  if (!rights_->may_claim(service->service, message.http.path)) {
    return refuse("access.toml gives this route to another");
  }
  size_t node = 0;
  for (const auto segment : segments_of(message.http.path)) node = child(node, segment);
  if (!nodes_[node].methods.emplace(message.http.method, routes_.size()).second) {
    return refuse("the route is taken");
  }
  routes_.push_back({service, &message, template_parameters(message.http.path)});
}

size_t Routes::child(size_t node, std::string_view segment) {
  if (!is_variable(segment)) {
    const auto [found, is_new] =
        nodes_[node].literals.try_emplace(std::string(segment), nodes_.size());
    const size_t index = found->second;
    if (is_new) nodes_.emplace_back();
    return index;
  }
  const auto suffix = segment.substr(segment.find('}') + 1);
  for (const auto& variable : nodes_[node].variables) {
    if (variable.suffix == suffix) return variable.node;
  }
  const size_t index = nodes_.size();
  auto& variables = nodes_[node].variables;
  const auto place = std::find_if(variables.begin(), variables.end(), [&](const Variable& v) {
    return v.suffix.size() < suffix.size();
  });
  variables.insert(place, {std::string(suffix), index});
  nodes_.emplace_back();
  return index;
}

// Literals go before variables; a literal that leads nowhere gives way.
bool Routes::walk(size_t node, const std::vector<std::string>& segments, size_t at, size_t& found,
                  std::vector<std::string>& values) const {
  if (at == segments.size()) {
    found = node;
    return !nodes_[node].methods.empty();
  }
  const auto& here = nodes_[node];
  const auto literal = here.literals.find(segments[at]);
  if (literal != here.literals.end() && walk(literal->second, segments, at + 1, found, values)) {
    return true;
  }
  for (const auto& variable : here.variables) {
    const std::string_view segment = segments[at];
    if (segment.size() <= variable.suffix.size() || !segment.ends_with(variable.suffix)) continue;
    values.emplace_back(segment.substr(0, segment.size() - variable.suffix.size()));
    if (walk(variable.node, segments, at + 1, found, values)) return true;
    values.pop_back();
  }
  return false;
}

Match Routes::nowhere(std::string_view path) const {
  Match match;
  const auto* owners = rights_->owners(path);
  if (!owners) return match;
  const bool is_here = std::any_of(owners->begin(), owners->end(), [&](const std::string& owner) {
    return std::find(present_.begin(), present_.end(), owner) != present_.end();
  });
  if (!is_here) match.outcome = Match::Outcome::away;
  return match;
}

Match Routes::find(std::string_view method, std::string_view path) const {
  std::vector<std::string> segments;
  for (const auto segment : segments_of(path)) {
    auto decoded = percent_decode(segment, false);
    if (!decoded) return {.outcome = Match::Outcome::undecodable};
    segments.push_back(std::move(*decoded));
    if (segments.size() > kSegmentsMax) return nowhere(path);
  }
  Match match;
  size_t node = 0;
  if (!walk(0, segments, 0, node, match.values)) return nowhere(path);
  const auto& methods = nodes_[node].methods;
  const auto found = methods.find(method == "HEAD" ? "GET" : method);
  if (found == methods.end()) {
    match.allow = list_of(methods);
    match.outcome = Match::Outcome::wrong_method;
    return match;
  }
  match.route = &routes_[found->second];
  match.outcome = Match::Outcome::found;
  return match;
}

}  // namespace bilten::gateway
