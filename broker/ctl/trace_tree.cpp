// biltenctl trace: what every process did for one request.
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "broker/ctl/seeing.h"
#include "common/base/text.h"
#include "common/wire/mesh_admin.h"

namespace bilten::ctl {
namespace {

// Where several workers share a name, chance says who answers: asked so often for each, it is
// unlikely that one is never met.
constexpr size_t kAsksPerWorker = 4;

struct Hop {
  std::string program;
  Span span;
};
using Hops = std::map<std::string, Hop>;  // By span id.

std::optional<std::string> trace_id_of(std::string_view text) {
  if (text.size() == 55) text = text.substr(3, 32);
  return text.size() == 2 * kTraceIdBytes ? from_hex(text) : std::nullopt;
}

void ask_for_spans(Link& link, const std::string& name, const std::string& question, Hops& hops) {
  auto answer = ask<mesh::TraceAnswer>(link, name, question);
  if (!answer) return;
  for (auto& span : answer->spans) {
    const std::string id = span.span_id.data;
    hops.emplace(id, Hop{answer->program, std::move(span)});
  }
}

Result<Hops> gather(Link& link, const std::string& trace_id) {
  const auto services = ask<mesh::Services>(link, "$mesh.services");
  if (!services) return services.error();
  const auto question = encode(mesh::TraceQuestion{{trace_id}});
  Hops hops;
  for (const auto& service : services->services) {
    const size_t workers = service.workers.size();
    const size_t asks = workers > 1 ? workers * kAsksPerWorker : workers;
    for (size_t i = 0; i < asks; ++i) {
      ask_for_spans(link, service.service + ".$trace", question, hops);
    }
  }
  return hops;
}

// Every broker keeps its own: each is asked by itself.
void ask_brokers(const MeshSettings& mesh, const std::string& trace_id, Hops& hops) {
  for (const auto& broker : mesh.brokers) {
    MeshSettings alone = mesh;
    alone.brokers = {broker};
    const auto link = Link::open(alone);
    if (link) ask_for_spans(**link, "$mesh.trace", encode(mesh::TraceQuestion{{trace_id}}), hops);
  }
}

std::string millis(int64_t nanos) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", static_cast<double>(nanos) / 1e6);
  return text;
}

std::string notes_of(const Span& span) {
  std::string out(span.status == SpanStatus::error ? "ERROR" : "");
  for (const auto& each : span.attributes) {
    out += (out.empty() ? "" : " ") + each.key + "=";
    out += each.text ? *each.text : std::to_string(each.number.value_or(0));
  }
  return out;
}

// Spans by their start, each below its parent; one whose parent nobody kept stands at the edge.
class Tree {
 public:
  explicit Tree(const Hops& hops) {
    for (const auto& [id, hop] : hops) {
      const auto& parent = hop.span.parent_id.data;
      children_[hops.contains(parent) ? parent : std::string()].push_back(&hop);
      began_ = std::min(began_, hop.span.start_ns);
    }
    for (auto& [parent, list] : children_) {
      std::ranges::sort(list, {}, [](const Hop* hop) { return hop->span.start_ns; });
    }
  }

  void print() {
    add({}, 0);
    print_table(rows_);
  }

 private:
  // A chain of parents is no longer than there are spans: each is a child once.
  void add(const std::string& parent, size_t depth) {
    const auto found = children_.find(parent);
    if (found == children_.end()) return;
    for (const Hop* hop : found->second) {
      const auto& span = hop->span;
      rows_.push_back({millis(span.start_ns - began_), millis(span.end_ns - span.start_ns),
                       hop->program, std::string(2 * depth, ' ') + span.name,
                       std::string(word(span.kind)), notes_of(span)});
      add(span.span_id.data, depth + 1);
    }
  }

  std::map<std::string, std::vector<const Hop*>> children_;
  int64_t began_ = INT64_MAX;
  std::vector<std::vector<std::string>> rows_{
      {"AFTER", "TOOK", "PROGRAM", "SPAN", "KIND", "NOTES"}};
};

nlohmann::json json_of_hop(const Hop& hop) {
  const auto& span = hop.span;
  nlohmann::json out{{"program", hop.program},
                     {"span_id", hex(span.span_id.data)},
                     {"parent_id", hex(span.parent_id.data)},
                     {"name", span.name},
                     {"kind", word(span.kind)},
                     {"status", word(span.status)},
                     {"start_ns", span.start_ns},
                     {"end_ns", span.end_ns},
                     {"attributes", nlohmann::json::object()}};
  for (const auto& each : span.attributes) {
    if (each.text) out["attributes"][each.key] = *each.text;
    if (each.number) out["attributes"][each.key] = *each.number;
  }
  return out;
}

}  // namespace

int trace(const Session& session, const std::string& id) {
  const auto trace_id = trace_id_of(id);
  if (!trace_id) {
    return report(session, {Code::invalid, "invalid",
                            "A trace id has 32 hexadecimal digits: an answer's X-Request-Id."});
  }
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  auto hops = gather(**link, *trace_id);
  if (!hops) return report(session, hops.error());
  ask_brokers(session.mesh, *trace_id, *hops);
  if (hops->empty()) {
    return report(session, {Code::not_found, "not_found",
                            "No process keeps spans of it: it was not recorded ([trace] sample), "
                            "or is no longer among the latest."});
  }
  if (!session.as_json) {
    Tree(*hops).print();
    return kExitOk;
  }
  nlohmann::json out{{"trace_id", hex(*trace_id)}, {"spans", nlohmann::json::array()}};
  for (const auto& [span_id, hop] : *hops) out["spans"].push_back(json_of_hop(hop));
  print_json(out);
  return kExitOk;
}

}  // namespace bilten::ctl
