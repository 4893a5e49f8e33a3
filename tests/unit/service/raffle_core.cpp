#include "tests/unit/service/raffle_core.h"

#include "common/service/access.h"

namespace bilten::raffle {

namespace {

constexpr std::string_view kCloseTimer = "raffle.close";
constexpr size_t kJoinedMax = 20;

std::string open_key(const Id& organization_id, const Id& raffle_id) {
  return std::string(RowKey().id(organization_id).id(raffle_id));
}

// The secret number stands in the vault: facts reveal nothing.
std::string number_key(const Id& raffle_id) {
  return "number:" + raffle_id.text();
}

std::string email_key(const Id& raffle_id, int64_t entry) {
  return "email:" + raffle_id.text() + ":" + std::to_string(entry);
}

void apply(Rows& rows, const Opened& fact) {
  RaffleRow row;
  row.organization_id = fact.organization_id;
  row.closes_at = fact.closes_at;
  rows.save(fact.raffle_id.view(), row);
  rows.save(open_key(fact.organization_id, fact.raffle_id), OpenRaffle{});
  rows.set_timer(kCloseTimer, fact.raffle_id.view(), fact.closes_at.ms);
}

void apply(Rows& rows, const Entered& fact) {
  auto row = rows.find<RaffleRow>(fact.raffle_id.view());
  CHECK_INVARIANT(row && row->entries + 1 == fact.entry);
  row->entries = fact.entry;
  rows.save(fact.raffle_id.view(), *row);
}

void apply(Rows& rows, const GuessedWrong& fact) {
  auto row = rows.find<RaffleRow>(fact.raffle_id.view());
  CHECK_INVARIANT(row);
  ++row->wrong_guesses;
  rows.save(fact.raffle_id.view(), *row);
}

void apply(Rows& rows, const Closed& fact) {
  auto row = rows.find<RaffleRow>(fact.raffle_id.view());
  CHECK_INVARIANT(row && row->state == State::open);
  row->state = State::closed;
  row->winner = fact.winner;
  rows.save(fact.raffle_id.view(), *row);
  rows.erase<OpenRaffle>(open_key(row->organization_id, fact.raffle_id));
  rows.clear_timer(kCloseTimer, fact.raffle_id.view());
}

}  // namespace

RaffleView view(const Id& id, const RaffleRow& row) {
  RaffleView out{.id = id,
                 .organization_id = row.organization_id,
                 .state = row.state,
                 .entries = row.entries,
                 .winner = {}};
  if (row.winner > 0) out.winner = row.winner;
  return out;
}

Decided<RaffleView> decide_open(const Rows& rows, const Context& context, const Open& message) {
  if (message.closes_at.ms <= context.now) {
    return Error{Code::invalid, "closes_in_the_past", "Choose a closing time in the future."};
  }
  const auto role = role_of(rows, message.organization_id, context.person->person_id);
  if (!role || *role < api::user::Role::manager) {
    return rests_on("user", Error{Code::forbidden, "not_a_manager",
                                  "Only managers of the organisation may open raffles."});
  }
  const Id id = context.fresh_id();
  Decision<RaffleView> decision;
  decision.record(Opened{id, message.organization_id, message.closes_at});
  decision.keep(number_key(id), std::to_string(message.number));
  decision.answer = {.id = id, .organization_id = message.organization_id, .winner = {}};
  return decision;
}

Decided<Enter::Answer> decide_enter(const Rows& rows, const Context& context,
                                    const Enter& message) {
  const auto row = rows.find<RaffleRow>(message.raffle_id.view());
  if (!row) return Error{Code::not_found, "unknown_raffle", "There is no such raffle."};
  // Closed by time even before its timer has run.
  if (row->state == State::closed || row->closes_at.ms <= context.now ||
      row->entries >= kEntriesMax) {
    return Error{Code::conflict, "raffle_closed", "The raffle takes no more entries."};
  }
  Decision<Enter::Answer> decision;
  if (context.vault.get(number_key(message.raffle_id)) != std::to_string(message.guess)) {
    decision.record(GuessedWrong{message.raffle_id});
    decision.problem = Error{Code::forbidden, "wrong_guess", "That is not the number; try again."};
    return decision;
  }
  const int64_t entry = row->entries + 1;
  decision.record(Entered{message.raffle_id, row->organization_id, entry});
  decision.keep(email_key(message.raffle_id, entry), message.email);
  decision.answer = {entry};
  return decision;
}

Effects decide_joined(const Rows& rows, const Context&, const api::user::MemberJoined& fact) {
  Effects effects;
  rows.scan<OpenRaffle>(fact.organization_id.view(), "", kJoinedMax,
                        [&](std::string_view key, const OpenRaffle&) {
                          const auto id = Id::from_bytes(key.substr(16));
                          const auto row = rows.find<RaffleRow>(key.substr(16));
                          CHECK_INVARIANT(id && row);
                          if (row->entries < kEntriesMax) {
                            effects.record(Entered{*id, fact.organization_id, row->entries + 1});
                          }
                          return true;
                        });
  return effects;
}

Effects decide_close(const Rows& rows, const Context& context, std::string_view raffle_id) {
  const auto id = Id::from_bytes(raffle_id);
  const auto row = rows.find<RaffleRow>(raffle_id);
  CHECK_INVARIANT(id && row);
  const auto entries = static_cast<uint64_t>(row->entries);
  const uint64_t winner = entries == 0 ? 0 : context.random.below(entries) + 1;
  Effects effects;
  effects.record(Closed{*id, static_cast<int64_t>(winner)});
  return effects;
}

void evolve(Rows& rows, std::string_view name, std::string_view body) {
  evolve_named<Fact>(rows, name, body, [](Rows& into, const auto& fact) { apply(into, fact); });
}

}  // namespace bilten::raffle
