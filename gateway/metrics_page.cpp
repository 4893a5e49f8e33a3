#include "gateway/metrics_page.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

#include "common/base/parallel.h"
#include "common/process/everybody.h"
#include "common/process/self_service.h"
#include "common/wire/mesh_admin.h"

namespace bilten::gateway {
namespace {

constexpr uint32_t kBudgetMs = 1'000;
constexpr SteadyMicros kGatherMicros = 5'000'000;
constexpr size_t kThreads = 8;  // That wait for answers at once.
constexpr size_t kWorkersMax = 500;
constexpr size_t kBytesMax = 16 << 20;

struct Family {
  std::string comments;  // HELP and TYPE, as the first service gave them.
  std::string samples;
};
using Families = std::map<std::string, Family, std::less<>>;

// "# TYPE name counter" -> name; empty: another comment.
std::string_view family_of_comment(std::string_view line) {
  if (!line.starts_with("# HELP ") && !line.starts_with("# TYPE ")) return {};
  line.remove_prefix(7);
  return line.substr(0, line.find(' '));
}

// A value from outside must not end the label.
std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  for (const char c : value) {
    const bool is_plain = c > ' ' && c < 0x7f && c != '"' && c != '\\';
    out += is_plain ? c : '_';
  }
  return out + '"';
}

std::string labels_of(const MetricText& from) {
  auto labels = label("service", from.service);
  if (!from.node.empty()) labels += "," + label("node", from.node);
  if (!from.worker.empty()) labels += "," + label("worker", from.worker);
  return labels;
}

// Samples follow the comments of their family, under its name with or without a suffix.
std::string labelled(std::string_view line, const std::string& label) {
  const size_t end = line.find_first_of("{ ");
  if (end == std::string_view::npos) return {};
  std::string out(line.substr(0, end));
  out += '{' + label;
  if (line[end] == ' ') {
    out += '}';
    return out.append(line.substr(end));
  }
  if (line.size() > end + 1 && line[end + 1] != '}') out += ',';
  return out.append(line.substr(end + 1));
}

void add(Families& families, const MetricText& from) {
  const auto labels = labels_of(from);
  std::string_view text = from.text;
  std::string_view current;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.starts_with('#')) {
      const auto family = family_of_comment(line);
      if (family.empty()) continue;
      current = family;
      auto& comments = families[std::string(family)].comments;
      const std::string whole = std::string(line) + "\n";
      if (comments.find(line.substr(0, 7)) == std::string::npos) comments += whole;
    } else if (!current.empty()) {
      const auto sample = labelled(line, labels);
      if (!sample.empty()) families[std::string(current)].samples += sample + "\n";
    }
  }
}

}  // namespace

std::string merge_metrics(const std::vector<MetricText>& texts) {
  Families families;
  for (const auto& text : texts) add(families, text);
  std::string out;
  for (const auto& [name, family] : families) out += family.comments + family.samples;
  return out;
}

namespace {

// Answers as they come, within the bounds of the page.
class Gathering {
 public:
  Gathering(const CallService& call, const Clock& clock)
      : call_(call), clock_(clock), until_(clock.steady_us() + kGatherMicros) {}

  // What of this question is left of the time; 0: it is over.
  uint32_t budget_ms() const {
    const auto left = (until_ - clock_.steady_us()) / 1000;
    return static_cast<uint32_t>(std::clamp<SteadyMicros>(left, 0, kBudgetMs));
  }
  std::optional<MetricText> ask(const std::string& service, net::Call question) {
    if (question.budget_ms == 0 || bytes_ > kBytesMax) return std::nullopt;
    const auto answer = call_(std::move(question));
    if (answer.code != Code::ok) return std::nullopt;
    auto told = decode<mesh::MetricsText>(answer.body);
    if (!told || (bytes_ += told->text.size()) > kBytesMax) return std::nullopt;
    return MetricText{service, std::move(told->text), std::move(told->node)};
  }
  std::optional<mesh::Services> services(uint32_t broker) {
    const auto answer = call_(of_broker("$mesh.services", broker));
    auto told = answer.code == Code::ok ? decode<mesh::Services>(answer.body)
                                        : Result<mesh::Services>(answer.error);
    return told ? std::optional(std::move(*told)) : std::nullopt;
  }
  net::Call of_broker(const std::string& name, uint32_t broker) const {
    net::Call question;
    question.name = name;
    question.body = encode(Nothing{});
    question.budget_ms = budget_ms();
    question.request_class = Class::bulk;
    question.idempotent = true;
    question.broker = broker;
    return question;
  }

 private:
  const CallService& call_;
  const Clock& clock_;
  const SteadyMicros until_;
  std::atomic<size_t> bytes_{0};
};

// Two of one service on one node would be one to whoever reads the page.
void tell_apart(std::vector<MetricText>& texts, const std::vector<Id>& instances) {
  std::map<std::pair<std::string, std::string>, int> count;
  for (const auto& text : texts) ++count[{text.service, text.node}];
  for (size_t i = 0; i < instances.size(); ++i) {
    auto& text = texts[i];
    if (count[{text.service, text.node}] > 1) text.worker = instances[i].text().substr(24);
  }
}

std::string silence(size_t count) {
  return "# HELP bilten_metrics_silent Processes that are there and have not told their figures.\n"
         "# TYPE bilten_metrics_silent gauge\nbilten_metrics_silent " +
         std::to_string(count) + "\n";
}

}  // namespace

std::string gather_metrics(const CallService& call, const Surroundings& around,
                           const Clock& clock) {
  Gathering gathering(call, clock);
  std::vector<std::optional<mesh::Services>> services(around.brokers);
  std::vector<std::optional<MetricText>> brokers(around.brokers);
  in_parallel(around.brokers, kThreads, [&](size_t i) {
    const auto broker = static_cast<uint32_t>(i);
    services[i] = gathering.services(broker);
    if (!services[i]) return;
    brokers[i] = gathering.ask("broker", gathering.of_broker("$mesh.metrics", broker));
  });
  auto workers = everybody(services);
  std::erase_if(workers, [&](const Worker& worker) { return worker.instance == around.self; });
  const size_t asked = std::min(workers.size(), kWorkersMax);
  std::vector<std::optional<MetricText>> told(asked);
  in_parallel(asked, kThreads, [&](size_t i) {
    auto question = question_to(workers[i], "$metrics", encode(Nothing{}), gathering.budget_ms());
    told[i] = gathering.ask(workers[i].service, std::move(question));
  });

  auto own = self_metrics();
  std::vector<MetricText> texts{{"gateway", std::move(own.text), std::move(own.node)}};
  std::vector<Id> instances{around.self};
  for (size_t i = 0; i < asked; ++i) {
    if (!told[i]) continue;
    texts.push_back(std::move(*told[i]));
    instances.push_back(workers[i].instance);
  }
  size_t silent = around.brokers + workers.size() + 1 - texts.size();
  tell_apart(texts, instances);
  for (auto& broker : brokers) {
    if (!broker) continue;
    texts.push_back(std::move(*broker));
    --silent;
  }
  texts[0].text += silence(silent);
  return merge_metrics(texts);
}

}  // namespace bilten::gateway
