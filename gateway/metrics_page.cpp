#include "gateway/metrics_page.h"

#include <array>
#include <map>

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

// Samples follow the comments of their family, under its name with or without a suffix.
std::string labelled(std::string_view line, std::string_view service) {
  const std::string label = "service=\"" + std::string(service) + "\"";
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

void add(Families& families, std::string_view service, std::string_view text) {
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
      const auto sample = labelled(line, service);
      if (!sample.empty()) families[std::string(current)].samples += sample + "\n";
    }
  }
}

}  // namespace

std::string merge_metrics(const MetricTexts& texts) {
  Families families;
  for (const auto& [service, text] : texts) add(families, service, text);
  std::string out;
  for (const auto& [name, family] : families) out += family.comments + family.samples;
  return out;
}

std::string gather_metrics(const Contracts& contracts, const CallService& call) {
  MetricTexts texts{{"gateway", metrics_text()}};
  auto others = contracts.reachable();
  std::erase(others, "gateway");
  others.push_back("$mesh");
  for (const auto& service : others) {
    const bool is_broker = service == "$mesh";
    net::Call question;
    question.name = is_broker ? "$mesh.metrics" : service + ".$metrics";
    question.body = encode(Nothing{});
    question.budget_ms = kBudgetMs;
    question.request_class = Class::bulk;
    question.idempotent = true;
    const auto answer = call(std::move(question));
    if (answer.code != Code::ok) continue;
    if (auto text = decode<mesh::MetricsText>(answer.body)) {
      texts.emplace_back(is_broker ? "broker" : service, std::move(text->text));
    }
  }
  return merge_metrics(texts);
}

}  // namespace bilten::gateway
