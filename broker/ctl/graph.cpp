// biltenctl graph: who serves, calls and hears whom.
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "broker/ctl/json.h"
#include "broker/ctl/merging.h"
#include "broker/ctl/seeing.h"
#include "common/process/access.h"
#include "common/process/toml.h"

namespace bilten::ctl {
namespace {

constexpr const char* kUsualAccess = "/etc/bilten/access.toml";

struct Serving {
  std::string principal, service;
  size_t workers = 0;  // 0: access.toml allows it, and nobody is there.
};
struct Calling {
  std::string from, to, messages;  // `messages`: the patterns, "user.journal.*".
};
struct Hearing {
  std::string reader, owner;  // No owner: it may hear, and does not say what.
};
struct Graph {
  std::vector<Serving> serves;
  std::vector<Calling> calls;
  std::vector<Hearing> hears;
};

Result<std::string> access_path(const Session& session, const GraphOptions& options) {
  if (!options.access.empty() || session.config.empty()) {
    return options.access.empty() ? kUsualAccess : options.access;
  }
  auto sections = toml_file::read(session.config);
  if (!sections) return sections.error();
  for (const auto& section : *sections) {
    if (section.name != "broker") continue;
    for (const auto& entry : section.entries) {
      const auto document = Document::parse(entry.packed);
      if (entry.key == "access" && document) return std::string(document->root().text());
    }
  }
  return std::string(kUsualAccess);
}

// Of a worker at another broker nobody says the principal here: whoever may serve it.
std::string server_of(const mesh::WorkerInfo& worker, const std::string& service,
                      const std::vector<AccessRule>& rules) {
  if (!worker.principal.empty()) return worker.principal;
  for (const auto& rule : rules) {
    if (matches_any(rule.serve, service)) return rule.principal;
  }
  return service;
}

void add_serves(Graph& graph, const std::vector<AccessRule>& rules,
                const std::vector<MergedService>& live) {
  for (const auto& service : live) {
    std::map<std::string, size_t> workers;
    for (const auto& worker : service.workers) {
      ++workers[server_of(worker.info, service.service, rules)];
    }
    for (const auto& [principal, count] : workers) {
      graph.serves.push_back({principal, service.service, count});
    }
  }
  for (const auto& rule : rules) {
    for (const auto& service : rule.serve) {
      const bool is_there = std::ranges::any_of(graph.serves, [&](const Serving& serving) {
        return serving.principal == rule.principal && serving.service == service;
      });
      if (!is_there) graph.serves.push_back({rule.principal, service, 0});
    }
  }
}

// "user.journal.*" calls user; "*" calls whatever there is.
void add_calls(Graph& graph, const std::vector<AccessRule>& rules) {
  std::set<std::string> services;
  for (const auto& serving : graph.serves) services.insert(serving.service);
  for (const auto& rule : rules) {
    std::map<std::string, std::string> messages;
    for (const auto& pattern : rule.call) {
      for (const auto& service : services) {
        const auto dot = pattern.find('.');
        const bool reaches = dot == std::string::npos ? matches(pattern, service + ".")
                                                      : pattern.substr(0, dot) == service;
        if (!reaches) continue;
        auto& known = messages[service];
        known += (known.empty() ? "" : " ") + pattern;
      }
    }
    for (const auto& [service, patterns] : messages) {
      graph.calls.push_back({rule.principal, service, patterns});
    }
  }
}

void add_hears(Graph& graph, const std::vector<AccessRule>& rules, Link& link) {
  std::set<std::string> known;
  for (const auto& serving : graph.serves) {
    if (serving.workers == 0 || known.contains(serving.principal)) continue;
    const auto answer = link.call(serving.service + ".feeds.list", Packer().map(0).take(), 1000);
    if (answer.code != Code::ok) continue;
    known.insert(serving.principal);
    const auto list = json_of(answer.body, Schema{});
    for (const auto& feed : list.value("feeds", nlohmann::json::array())) {
      graph.hears.push_back({serving.service, feed.value("owner", "")});
    }
  }
  for (const auto& rule : rules) {
    if (rule.hears(Stream::facts) && !known.contains(rule.principal))
      graph.hears.push_back({rule.principal, ""});
  }
}

void print_text(const Graph& graph) {
  std::vector<std::vector<std::string>> rows{{"SERVICE", "SERVED BY", "WORKERS"}};
  for (const auto& serving : graph.serves) {
    rows.push_back({serving.service, serving.principal,
                    serving.workers == 0 ? "away" : std::to_string(serving.workers)});
  }
  print_table(rows);
  rows = {{"CALLER", "CALLS", "MESSAGES"}};
  for (const auto& calling : graph.calls)
    rows.push_back({calling.from, calling.to, calling.messages});
  std::printf("\n");
  print_table(rows);
  rows = {{"READER", "HEARS FACTS OF"}};
  for (const auto& hearing : graph.hears) {
    rows.push_back({hearing.reader, hearing.owner.empty() ? "(any)" : hearing.owner});
  }
  std::printf("\n");
  print_table(rows);
}

enum class Line : uint8_t { call, serve, hear };

void draw_mermaid(Line line, const std::string& from, const std::string& to,
                  const std::string& label) {
  const char* const arrow = line == Line::call ? "-->" : line == Line::serve ? "==>" : "-.->";
  std::printf("  %s %s|\"%s\"| %s\n", from.c_str(), arrow, label.c_str(), to.c_str());
}

void draw_dot(Line line, const std::string& from, const std::string& to, const std::string& label) {
  const char* const style = line == Line::call ? "solid" : line == Line::serve ? "bold" : "dotted";
  std::printf("  \"%s\" -> \"%s\" [label=\"%s\", style=%s];\n", from.c_str(), to.c_str(),
              label.c_str(), style);
}

// Principals and services of one name are one node; facts flow from their owner to the reader.
void print_drawing(const Graph& graph, bool is_dot) {
  const auto draw = is_dot ? draw_dot : draw_mermaid;
  std::printf(is_dot ? "digraph mesh {\n  rankdir=LR;\n" : "flowchart LR\n");
  for (const auto& serving : graph.serves) {
    if (serving.principal == serving.service || serving.workers == 0) continue;
    draw(Line::serve, serving.principal, serving.service, "serves");
  }
  for (const auto& calling : graph.calls) {
    if (calling.from != calling.to) draw(Line::call, calling.from, calling.to, calling.messages);
  }
  for (const auto& hearing : graph.hears) {
    draw(Line::hear, hearing.owner.empty() ? "events" : hearing.owner, hearing.reader, "facts");
  }
  if (is_dot) std::printf("}\n");
}

nlohmann::json json_of_graph(const Graph& graph) {
  nlohmann::json out{{"serves", nlohmann::json::array()},
                     {"calls", nlohmann::json::array()},
                     {"hears", nlohmann::json::array()}};
  for (const auto& [principal, service, workers] : graph.serves) {
    out["serves"].push_back({{"principal", principal}, {"service", service}, {"workers", workers}});
  }
  for (const auto& [from, to, messages] : graph.calls) {
    out["calls"].push_back({{"from", from}, {"to", to}, {"messages", messages}});
  }
  for (const auto& [reader, owner] : graph.hears) {
    out["hears"].push_back({{"reader", reader}, {"owner", owner}});
  }
  return out;
}

}  // namespace

int graph(const Session& session, const GraphOptions& options) {
  const auto path = access_path(session, options);
  if (!path) return report(session, path.error());
  const auto rules = load_access(*path);
  if (!rules) return report(session, rules.error());
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  const auto told = ask_reports(*brokers);
  const auto guide = first_answer(told);
  if (!guide) return report(session, guide.error());
  say_silent(told);
  Graph graph;
  add_serves(graph, *rules, merge_services(told));
  add_calls(graph, *rules);
  add_hears(graph, *rules, brokers->link(*guide));
  if (session.as_json) {
    print_json(json_of_graph(graph));
  } else if (options.format == "text") {
    print_text(graph);
  } else {
    print_drawing(graph, options.format == "dot");
  }
  return kExitOk;
}

}  // namespace bilten::ctl
