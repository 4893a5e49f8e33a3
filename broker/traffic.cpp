#include "broker/traffic.h"

#include <algorithm>

#include "common/process/access.h"

namespace bilten::broker {
namespace {

using mesh::Rule;
using mesh::RuleKind;

bool is_neutral(const Rule& rule) {
  switch (rule.kind) {
    case RuleKind::weight: return rule.weight == 0U;
    case RuleKind::drain:  // Has a percentage, 0, only where it is to end.
    case RuleKind::canary:
    case RuleKind::mirror:
    case RuleKind::fault: return rule.percent == 0U;
    case RuleKind::limits: break;
  }
  return rule.inflight_max == 0U && rule.requests_per_second == 0U;
}

// Two rules with one target: the later replaces the earlier. A service has one canary, one mirror.
bool is_same_target(const Rule& a, const Rule& b) {
  if (a.kind != b.kind || a.service != b.service) return false;
  if (a.kind == RuleKind::canary || a.kind == RuleKind::mirror) return true;
  return a.version == b.version && a.worker == b.worker && a.name == b.name &&
         a.principal == b.principal;
}

Error fault_of(std::string_view field, std::string_view message) {
  Faults faults;
  const Path root;
  faults.add(Path{&root, field}, std::string(message));
  return invalid(std::move(faults));
}

bool is_pattern(std::string_view text) {
  return text.find('*') == std::string_view::npos || text.find('*') + 1 == text.size();
}

Status check(const Rule& rule) {
  if (!is_pattern(rule.version.value_or(""))) return fault_of("version", "may have a * only last");
  if (rule.kind == RuleKind::mirror && is_neutral(rule)) return Done{};
  if (rule.kind == RuleKind::mirror && !rule.version && !rule.worker) {
    return fault_of("version", "or worker must say where the copies go");
  }
  if (rule.commands.value_or(false) && !rule.version) {
    return fault_of("commands", "goes with a version only: a copied command changes state there");
  }
  if (rule.kind != RuleKind::fault || is_neutral(rule)) return Done{};
  if (!is_pattern(*rule.name)) return fault_of("name", "may have a * only last");
  if (rule.delay_ms.has_value() + rule.abort.has_value() + rule.drop.has_value() != 1) {
    return fault_of("delay_ms", "or abort or drop, exactly one, must say what happens");
  }
  if (rule.abort && !code_of(*rule.abort)) {
    return fault_of("abort", "must be the word of a code, such as no_capacity");
  }
  return Done{};
}

bool draws(uint32_t percent, Random& random) {
  return percent >= 100 || random.below(100) < percent;
}

}  // namespace

Result<uint32_t> Traffic::set(Rule rule) {
  if (auto checked = check(rule); !checked) return checked.error();
  const auto had =
      std::ranges::find_if(rules_, [&](const Rule& each) { return is_same_target(each, rule); });
  const bool is_new = had == rules_.end();
  if (is_neutral(rule)) {
    if (!is_new) rules_.erase(had);
    note_acting();
    return 0;
  }
  if (is_new && rules_.size() >= kRulesMax) {
    return Error{Code::exhausted, "too_many_rules", "100 rules stand; clear some first"};
  }
  rule.number = ++last_number_;
  if (is_new) {
    rules_.push_back(std::move(rule));
  } else {
    *had = std::move(rule);
  }
  note_acting();
  return last_number_;
}

bool Traffic::clear(uint32_t number) {
  const auto gone =
      std::erase_if(rules_, [&](const Rule& rule) { return number == 0 || rule.number == number; });
  note_acting();
  return gone > 0 || number == 0;
}

void Traffic::note_acting() {
  acts_ = std::ranges::any_of(rules_, [](const Rule& rule) {
    return rule.kind == RuleKind::canary || rule.kind == RuleKind::mirror ||
           rule.kind == RuleKind::fault;
  });
}

const Rule* Traffic::fault(const Subject& subject, Random& random) const {
  for (const auto& rule : rules_) {
    if (rule.kind == RuleKind::fault && matches(*rule.name, subject.name) &&
        draws(*rule.percent, random)) {
      return &rule;
    }
  }
  return nullptr;
}

Lean Traffic::lean(const Subject& subject, Random& random) const {
  if (subject.is_pinned) return Lean::none;
  for (const auto& rule : rules_) {
    if (rule.kind != RuleKind::canary || *rule.service != subject.service) continue;
    return draws(*rule.percent, random) ? Lean::towards : Lean::away;
  }
  return Lean::none;
}

std::string_view Traffic::canary(std::string_view service) const {
  for (const auto& rule : rules_) {
    if (rule.kind == RuleKind::canary && *rule.service == service) return *rule.version;
  }
  return {};
}

const Rule* Traffic::mirror(const Subject& subject, Random& random) const {
  for (const auto& rule : rules_) {
    if (rule.kind != RuleKind::mirror || *rule.service != subject.service) continue;
    if (subject.is_command && !rule.commands.value_or(false)) return nullptr;
    return draws(*rule.percent, random) ? &rule : nullptr;
  }
  return nullptr;
}

bool Traffic::drains(const WorkerTraits& worker) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.kind == RuleKind::drain && names(rule, worker);
  });
}

uint32_t Traffic::weight(const WorkerTraits& worker, uint32_t told) const {
  // The newest counts: an operator who sets another means that one.
  const Rule* newest = nullptr;
  for (const auto& rule : rules_) {
    if (rule.kind != RuleKind::weight || !names(rule, worker)) continue;
    if (newest == nullptr || rule.number > newest->number) newest = &rule;
  }
  return newest == nullptr ? told : *newest->weight;
}

const Rule* Traffic::limits(std::string_view principal) const {
  for (const auto& rule : rules_) {
    if (rule.kind == RuleKind::limits && *rule.principal == principal) return &rule;
  }
  return nullptr;
}

bool names(const Rule& rule, const WorkerTraits& worker) {
  return rule.service == worker.service &&
         (!rule.version || matches(*rule.version, worker.version)) &&
         (!rule.worker || *rule.worker == worker.instance);
}

}  // namespace bilten::broker
