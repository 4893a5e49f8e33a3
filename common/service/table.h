// A service's table, ready for use: handlers by name, whom it follows, and how a fact is applied.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/service/handlers.h"
#include "common/store/store.h"

namespace bilten {

// Immutable once made; any thread may ask. Handlers live as long as the table.
class Table {
 public:
  // Adds what every service follows and forgets (access.h). Two rows of one name, and a row of
  // another service's command, are mistakes of ours and end the process.
  explicit Table(Service service);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Nothing: there is no such row.
  const CommandRow* command(std::string_view name) const { return find(commands_, name); }
  const QueryRow* query(std::string_view name) const { return find(queries_, name); }
  const ReactionRow* reaction(std::string_view name) const { return find(reactions_, name); }
  const TimerRow* timer(std::string_view kind) const { return find(timers_, kind); }
  const SenderRow* sender(std::string_view kind) const { return find(senders_, kind); }
  bool has_senders() const { return !senders_.empty(); }

  const std::string& name() const { return service_.name; }
  // The services whose facts this one takes, in alphabetical order.
  const std::vector<std::string>& owners() const { return owners_; }
  bool follows(std::string_view owner) const;
  // The service as its table says it, and the hash by which peers see that it changed (16 bytes).
  const ServiceDescription& description() const { return description_; }
  std::string contract_hash() const;
  // Names of everything with a handler: commands, queries, facts taken, timers.
  std::vector<std::string> handled_names() const;

  // The one way from a fact to rows: live, in rebuilds and in tests.
  void apply(Rows& rows, std::string_view name, std::string_view body) const;
  ApplyFact applier() const;

 private:
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  template <class Row>
  using ByName = std::unordered_map<std::string, const Row*, NameHash, std::equal_to<>>;
  template <class Row>
  static const Row* find(const ByName<Row>& rows, std::string_view name) {
    const auto found = rows.find(name);
    return found == rows.end() ? nullptr : found->second;
  }
  void index(const TableRow& row);

  Service service_;
  ByName<CommandRow> commands_;
  ByName<QueryRow> queries_;
  ByName<ReactionRow> reactions_;
  ByName<TimerRow> timers_;
  ByName<SenderRow> senders_;
  std::vector<std::string> owners_;
  ServiceDescription description_;
};

}  // namespace bilten
