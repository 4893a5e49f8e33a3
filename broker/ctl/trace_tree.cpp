// biltenctl trace: what every process did for one request.
#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "broker/ctl/brokers.h"
#include "broker/ctl/seeing.h"
#include "common/base/text.h"
#include "common/process/everybody.h"

namespace bilten::ctl {
namespace {

constexpr uint32_t kAnswerBudgetMs = 1000;  // Of one process to answer.
constexpr size_t kAskedAtOnce = 16;
constexpr size_t kWorkersMax = 1000;

struct Hop {
  std::string program;
  Span span;
};
using Hops = std::map<std::string, Hop>;  // By span id.

std::optional<std::string> trace_id_of(std::string_view text) {
  if (text.size() == 55) text = text.substr(3, 32);
  return text.size() == 2 * kTraceIdBytes ? from_hex(text) : std::nullopt;
}

// What all of them keep; who did not answer is said.
class Gathering {
 public:
  void take(const Result<mesh::TraceAnswer>& answer, const std::string& from) {
    const std::lock_guard lock(mutex_);
    // A process of another make need not keep spans.
    if (!answer && answer.error().code == Code::unsupported) return;
    if (!answer) silent_.push_back(from + " " + why_silent(answer.error()));
    if (!answer) return;
    for (const auto& span : answer->spans) {
      hops_.emplace(span.span_id.data, Hop{answer->program, span});
    }
  }
  const Hops& hops() const { return hops_; }
  void say_silent() const {
    for (const auto& line : silent_) std::fprintf(stderr, "biltenctl: %s\n", line.c_str());
  }

 private:
  std::mutex mutex_;
  Hops hops_;
  std::vector<std::string> silent_;
};

Result<mesh::TraceAnswer> trace_of(Link& link, net::Call question) {
  question.broker.reset();  // The link has but one.
  const auto answer = link.mesh().call_and_wait(std::move(question));
  if (answer.code != Code::ok) return answer.error;
  return decode<mesh::TraceAnswer>(answer.body);
}

// Every broker, which keeps spans of its own, and every worker of any of them.
Status gather(Brokers& brokers, const std::string& trace_id, Gathering& gathering) {
  const auto question = encode(mesh::TraceQuestion{{trace_id}});
  std::vector<std::optional<mesh::Services>> services(brokers.size());
  const auto traces = brokers.each<mesh::TraceAnswer>([&](size_t broker) {
    auto told = brokers.ask_one<mesh::TraceAnswer>(broker, "$mesh.trace", question);
    if (!told) return told;
    auto found = brokers.ask_one<mesh::Services>(broker, "$mesh.services");
    if (found) services[broker] = std::move(*found);
    return told;
  });
  for (size_t i = 0; i < traces.size(); ++i) gathering.take(traces[i], brokers.address(i));
  const bool any = std::ranges::any_of(traces, [](const auto& each) { return bool(each); });
  if (!any) return traces[0].error();
  auto workers = everybody(services);
  if (workers.size() > kWorkersMax) workers.resize(kWorkersMax);
  in_parallel(workers.size(), kAskedAtOnce, [&](size_t i) {
    const auto& worker = workers[i];
    auto asked = question_to(worker, "$trace", question, kAnswerBudgetMs);
    gathering.take(trace_of(brokers.link(worker.broker), std::move(asked)),
                   worker.service + " " + worker.instance.text());
  });
  return Done{};
}

std::string millis_of(int64_t nanos) {
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
      rows_.push_back({millis_of(span.start_ns - began_), millis_of(span.end_ns - span.start_ns),
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
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  Gathering gathering;
  const auto gathered = gather(*brokers, *trace_id, gathering);
  if (!gathered) return report(session, gathered.error());
  gathering.say_silent();
  const auto& hops = gathering.hops();
  if (hops.empty()) {
    return report(session, {Code::not_found, "not_found",
                            "No process keeps spans of it: it was not recorded ([trace] sample), "
                            "or is no longer among the latest."});
  }
  if (!session.as_json) {
    Tree(hops).print();
    return kExitOk;
  }
  nlohmann::json out{{"trace_id", hex(*trace_id)}, {"spans", nlohmann::json::array()}};
  for (const auto& [span_id, hop] : hops) out["spans"].push_back(json_of_hop(hop));
  print_json(out);
  return kExitOk;
}

}  // namespace bilten::ctl
