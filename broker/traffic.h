// Traffic rules that operators set at run time: which workers rest, where a canary's share goes,
// what is mirrored, which faults are played, what a principal may ask. Rules as data, and the
// questions that the core asks of them; nothing here sends or waits.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "broker/inflight.h"
#include "common/base/random.h"
#include "common/wire/mesh_admin.h"

namespace bilten::broker {

// What a rule recognises a worker by.
struct WorkerTraits {
  std::string_view service, version;
  const Id& instance;
};

// The request on which a rule may act.
struct Subject {
  std::string_view name, service;
  bool is_command = false;  // It changes state: it carries an idempotency key.
  bool is_pinned = false;   // Its client chose a version itself.
};

class Traffic {
 public:
  static constexpr size_t kRulesMax = 100;

  // Sets the rule, or takes it away where it is neutral; the number of what stands now. A refusal
  // names the field.
  Result<uint32_t> set(mesh::Rule rule);
  // 0: all of them. False: there is none of that number.
  bool clear(uint32_t number);
  const std::vector<mesh::Rule>& rules() const { return rules_; }

  // Whether any rule acts on single requests. The price of having none.
  bool acts_on_requests() const { return acts_; }
  // The first fault whose pattern fits and that chance picks, or nullptr.
  const mesh::Rule* fault(const Subject& subject, Random& random) const;
  // Which side of the service's canary chance picks; a pin of the client's counts for more.
  Lean lean(const Subject& subject, Random& random) const;
  // The version of the service's canary, "" for none.
  std::string_view canary(std::string_view service) const;
  // The mirror of the service if chance picks this request, or nullptr.
  const mesh::Rule* mirror(const Subject& subject, Random& random) const;

  bool drains(const WorkerTraits& worker) const;
  // What a rule says instead of the worker's own weight.
  uint32_t weight(const WorkerTraits& worker, uint32_t told) const;
  // The rule about the principal's limits, or nullptr.
  const mesh::Rule* limits(std::string_view principal) const;

 private:
  void note_acting();

  std::vector<mesh::Rule> rules_;
  uint32_t last_number_ = 0;
  bool acts_ = false;
};

// Whether the worker is one that the rule names, by version, by instance or as any.
bool names(const mesh::Rule& rule, const WorkerTraits& worker);

// The rule that a `$mesh.` message sets, by its name and body; nullopt: the name sets none.
std::optional<Result<mesh::Rule>> read_rule(std::string_view name, std::string_view body);
// For the log: "canary mail 2.0.* 10%".
std::string describe(const mesh::Rule& rule);
// The code of that word, or nullopt.
std::optional<Code> code_of(std::string_view word);

}  // namespace bilten::broker
