#include "gateway/metrics_page.h"

#include <array>
#include <map>
#include <optional>

#include "common/process/metrics.h"
#include "common/wire/mesh_admin.h"

namespace bilten::gateway {
namespace {

constexpr uint32_t kBudgetMs = 1'000;

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

// A name from outside must not end the label.
std::string labels_of(const MetricText& from) {
  std::string labels = "service=\"" + from.service + "\"";
  if (from.node.empty()) return labels;
  labels += ",node=\"";
  for (const char c : from.node) {
    const bool is_plain = c > ' ' && c < 0x7f && c != '"' && c != '\\';
    labels += is_plain ? c : '_';
  }
  return labels + "\"";
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

// "broker": the one that this gateway uses.
std::optional<MetricText> ask(const CallService& call, const std::string& service) {
  net::Call question;
  question.name = service == "broker" ? "$mesh.metrics" : service + ".$metrics";
  question.body = encode(Nothing{});
  question.budget_ms = kBudgetMs;
  question.request_class = Class::bulk;
  question.idempotent = true;
  const auto answer = call(std::move(question));
  auto told = answer.code == Code::ok ? decode<mesh::MetricsText>(answer.body)
                                      : Result<mesh::MetricsText>(answer.error);
  if (!told) return std::nullopt;
  return MetricText{service, std::move(told->text), std::move(told->node)};
}

}  // namespace

std::string gather_metrics(const Contracts& contracts, const CallService& call) {
  std::vector<MetricText> texts{{"gateway", metrics_text()}};
  auto services = contracts.reachable();
  std::erase(services, "gateway");
  services.push_back("broker");
  for (const auto& service : services) {
    if (auto text = ask(call, service)) texts.push_back(std::move(*text));
  }
  return merge_metrics(texts);
}

}  // namespace bilten::gateway
