#include "common/service/table.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/crypto/crypto.h"
#include "common/service/access.h"

namespace bilten {

namespace {

std::string_view owner_of(std::string_view fact_name) {
  return fact_name.substr(0, fact_name.find('.'));
}

bool has_reaction(const std::vector<TableRow>& table, std::string_view name) {
  return std::any_of(table.begin(), table.end(), [&](const TableRow& row) {
    const auto* reaction = std::get_if<ReactionRow>(&row);
    return reaction && reaction->name == name;
  });
}

}  // namespace

Table::Table(Service service) : service_(std::move(service)) {
  if (service_.name != "user") {
    for (auto& row : access_reactions()) {
      // A service with a reaction of its own to such a fact has its rows kept all the same: apply
      // sees every fact.
      if (!has_reaction(service_.table, std::get<ReactionRow>(row).name)) {
        service_.table.push_back(std::move(row));
      }
    }
  }
  service_.table.push_back(access_timer());
  for (const auto& row : service_.table) index(row);
  std::sort(owners_.begin(), owners_.end());
  owners_.erase(std::unique(owners_.begin(), owners_.end()), owners_.end());
  description_ = describe(service_);
}

void Table::index(const TableRow& any) {
  const auto add = [&](auto& rows, const std::string& name, const auto& row) {
    CHECK_INVARIANT(rows.emplace(name, &row).second);
  };
  if (const auto* command = std::get_if<CommandRow>(&any)) {
    CHECK_INVARIANT(owner_of(command->description.name) == service_.name);
    add(commands_, command->description.name, *command);
  } else if (const auto* query = std::get_if<QueryRow>(&any)) {
    CHECK_INVARIANT(owner_of(query->description.name) == service_.name);
    add(queries_, query->description.name, *query);
  } else if (const auto* reaction = std::get_if<ReactionRow>(&any)) {
    CHECK_INVARIANT(owner_of(reaction->name) != service_.name);
    add(reactions_, reaction->name, *reaction);
    owners_.emplace_back(owner_of(reaction->name));
  } else if (const auto* timer = std::get_if<TimerRow>(&any)) {
    add(timers_, timer->kind, *timer);
  } else {
    const auto& sender = std::get<SenderRow>(any);
    add(senders_, sender.kind, sender);
  }
}

bool Table::follows(std::string_view owner) const {
  return std::binary_search(owners_.begin(), owners_.end(), owner);
}

std::string Table::contract_hash() const {
  const auto digest = crypto::hash({encode(description_)});
  return std::string(digest.data(), 16);
}

std::vector<std::string> Table::handled_names() const {
  std::vector<std::string> names;
  const auto add = [&](const auto& rows) {
    for (const auto& [name, row] : rows) names.push_back(name);
  };
  add(commands_);
  add(queries_);
  add(reactions_);
  add(timers_);
  return names;
}

void Table::apply(Rows& rows, std::string_view name, std::string_view body) const {
  note_user_fact(rows, name, body);
  if (service_.evolve) service_.evolve(rows, name, body);
}

ApplyFact Table::applier() const {
  return [this](Rows& rows, const JournalFact& fact) { apply(rows, fact.name, fact.body); };
}

}  // namespace bilten
