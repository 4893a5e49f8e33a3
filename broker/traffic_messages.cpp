// Between the messages that set rules and the rules as they are kept.
#include "broker/traffic.h"

namespace bilten::broker {
namespace {

using mesh::Rule;
using mesh::RuleKind;

std::optional<std::string> if_any(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

Rule rule_of(mesh::Drain&& drain) {
  Rule rule;
  rule.kind = RuleKind::drain;
  rule.service = std::move(drain.service);
  rule.version = if_any(std::move(drain.version));
  rule.worker = drain.worker;
  if (!drain.on) rule.percent = 0;
  return rule;
}

Rule rule_of(mesh::Weight&& weight) {
  Rule rule;
  rule.kind = RuleKind::weight;
  rule.service = std::move(weight.service);
  rule.version = if_any(std::move(weight.version));
  rule.worker = weight.worker;
  rule.weight = weight.weight;
  return rule;
}

Rule rule_of(mesh::Canary&& canary) {
  Rule rule;
  rule.kind = RuleKind::canary;
  rule.service = std::move(canary.service);
  rule.version = std::move(canary.version);
  rule.percent = canary.percent;
  return rule;
}

Rule rule_of(mesh::Mirror&& mirror) {
  Rule rule;
  rule.kind = RuleKind::mirror;
  rule.service = std::move(mirror.service);
  rule.version = if_any(std::move(mirror.version));
  rule.worker = mirror.worker;
  rule.percent = mirror.percent;
  rule.commands = mirror.commands;
  return rule;
}

Rule rule_of(mesh::Fault&& fault) {
  Rule rule;
  rule.kind = RuleKind::fault;
  rule.name = std::move(fault.name);
  rule.percent = fault.percent;
  if (fault.delay_ms > 0) rule.delay_ms = fault.delay_ms;
  rule.abort = if_any(std::move(fault.abort));
  if (fault.drop) rule.drop = true;
  return rule;
}

Rule rule_of(mesh::Limits&& limits) {
  Rule rule;
  rule.kind = RuleKind::limits;
  rule.principal = std::move(limits.principal);
  rule.inflight_max = limits.inflight_max;
  rule.requests_per_second = limits.requests_per_second;
  return rule;
}

template <class Message>
Result<Rule> read(std::string_view body) {
  auto message = decode<Message>(body);
  if (!message) return message.error();
  return rule_of(std::move(*message));
}

}  // namespace

std::optional<Result<Rule>> read_rule(std::string_view name, std::string_view body) {
  if (name == "$mesh.drain") return read<mesh::Drain>(body);
  if (name == "$mesh.weight") return read<mesh::Weight>(body);
  if (name == "$mesh.canary") return read<mesh::Canary>(body);
  if (name == "$mesh.mirror") return read<mesh::Mirror>(body);
  if (name == "$mesh.fault") return read<mesh::Fault>(body);
  if (name == "$mesh.limits") return read<mesh::Limits>(body);
  return std::nullopt;
}

std::string describe(const Rule& rule) {
  std::string text(word(rule.kind));
  for (const auto& part : {rule.service, rule.name, rule.principal, rule.version, rule.abort}) {
    if (part) text += " " + *part;
  }
  if (rule.worker) text += " " + rule.worker->text();
  const auto add = [&](std::string_view label, const std::optional<uint32_t>& value) {
    if (value) text.append(" ").append(label).append(" ").append(std::to_string(*value));
  };
  add("weight", rule.weight);
  add("percent", rule.percent);
  add("delay_ms", rule.delay_ms);
  add("inflight_max", rule.inflight_max);
  add("requests_per_second", rule.requests_per_second);
  if (rule.drop) text += " drop";
  if (rule.commands.value_or(false)) text += " with commands";
  return text;
}

std::optional<Code> code_of(std::string_view text) {
  for (int number = 1; number <= static_cast<int>(Code::internal); ++number) {
    const auto code = static_cast<Code>(number);
    // Numbers without a meaning read as internal.
    if (word(code) == text && (code == Code::internal || text != word(Code::internal))) return code;
  }
  return std::nullopt;
}

}  // namespace bilten::broker
