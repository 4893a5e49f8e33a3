// A daemon's table: from each message, fact and timer to the function that handles it.
//
//   decide(const Rows&, const Context&, const Message&) -> Decided<Answer>   reads
//   evolve(Rows&, const Fact&)                                               writes
//   query(const Reader&, const Message&) -> Result<Answer>                   reads a snapshot
#pragma once

#include <any>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/api/user.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/random.h"
#include "common/base/result.h"
#include "common/store/store.h"
#include "common/wire/contract.h"

namespace bilten {

// The person on whose behalf a message comes: checked claims of a signed token.
using Person = api::user::Claims;

// What decide may know besides rows. Nothing in it can be asked twice with two answers.
struct Context {
  UnixMillis now = 0;              // Of the batch; never below the last fact's time.
  const Person* person = nullptr;  // Null: a guest.
  uint32_t principal = 0;          // Which process asks, as the broker stamped it.
  IdSource& ids;
  Random& random;
  const Vault& vault;
  const std::any& prepared;  // What the message's prepare found; empty if it has none.

  Id fresh_id() const { return ids.next(now); }
};

// What a query or a prepare may know: one committed snapshot.
struct Reader {
  const Rows& rows;
  const Vault& vault;
  UnixMillis now = 0;
  const Person* person = nullptr;
  const Snapshot* snapshot = nullptr;  // Of a query: for its head and journal.
};

// A fact ready for the journal.
struct PackedFact {
  std::string_view name;
  std::string body;
  bool is_public = false;
};

// Something to be done outside, once what was decided with it is committed.
struct Errand {
  std::string sender, key;  // A sender of the table, and what it is handed.
};

// What a command decided: facts to record, vault entries to write or erase (value empty), and the
// answer. `problem` set: the facts are recorded, and the caller is told the problem instead (a
// wrong password, a refused scan).
struct Effects {
  struct VaultWrite {
    std::string key;
    std::string value;  // Empty: erase.
  };
  std::vector<PackedFact> facts;
  std::vector<VaultWrite> vault;
  std::vector<Errand> errands;
  std::optional<Error> problem;

  template <class Fact>
  Effects& record(const Fact& fact) {
    facts.push_back({Fact::name, encode(fact), Fact::audience != Audience::internal});
    return *this;
  }
  Effects& keep(std::string key, std::string value) {
    vault.push_back({std::move(key), std::move(value)});
    return *this;
  }
  Effects& forget(std::string key) { return keep(std::move(key), {}); }
  // Hands `key` to a sender after the commit. A crash forgets it: whoever decides this sets, by a
  // fact beside it, a timer that sends again until it is known how it ended.
  Effects& send(std::string_view sender, std::string_view key) {
    errands.push_back({std::string(sender), std::string(key)});
    return *this;
  }
};

template <class Answer>
struct Decision : Effects {
  Answer answer{};
};

// A decision, or a refusal that leaves no trace.
template <class Answer>
using Decided = Result<Decision<Answer>>;

// A refusal that rests on rows replicated from `owner`: it is given only once this daemon has taken
// all that owner had recorded when the request came. Until then the request is parked.
inline Error rests_on(std::string_view owner, Error error) {
  error.rests_on = owner;
  return error;
}

// ---- the rows of the table ----

struct CommandRow {
  MessageDescription description;
  // Runs before the command is queued, on the slow pool (critical: the readers'); may be empty.
  std::function<Result<std::any>(const Reader&, std::string_view body)> prepare;
  struct Outcome : Effects {
    std::string answer;
  };
  std::function<Result<Outcome>(const Rows&, const Context&, std::string_view body)> decide;
};

struct QueryRow {
  MessageDescription description;
  bool slow = false;  // Runs on the slow pool instead of the reader pool.
  std::function<Result<std::string>(const Reader&, std::string_view body)> answer;
};

// Another service's fact. `decide` may be empty: then the fact is only noted, and evolve sees it.
struct ReactionRow {
  std::string name;  // "event.published"
  std::function<Effects(const Rows&, const Context&, std::string_view body)> decide;
};

// `decide` must record a fact whose evolve clears or moves the timer.
struct TimerRow {
  std::string kind;
  std::function<Effects(const Rows&, const Context&, std::string_view key)> decide;
};

// Asks a service of the mesh, this one included, and waits for the answer.
using Ask = std::function<Result<std::string>(std::string_view message, std::string body)>;

// Where a service meets the outside world: on the senders' threads, after the commit of what wants
// it. `plan` reads a snapshot and answers what to do; that runs with the snapshot closed, for as
// long as it takes, and answers the command of this service that records how it ended. It may be
// done twice and must bear that.
struct SenderRow {
  struct Ended {
    std::string command, body;
  };
  using Job = std::function<std::optional<Ended>(const Ask& ask)>;
  std::string kind;
  std::function<Job(const Reader&, std::string_view key)> plan;  // Empty: nothing to do any more.
};

// A literal that must equal the name its message type declares: the table stays readable and
// greppable, and cannot disagree with the contract.
template <class Message>
struct NameOf {
  consteval NameOf(const char* literal) : text(literal) {
    if (text != Message::name) throw "the name differs from the message's own";
  }
  std::string_view text;
};

using TableRow = std::variant<CommandRow, QueryRow, ReactionRow, TimerRow, SenderRow>;

template <class Message, class Decide>
TableRow command(NameOf<Message>, Decide decide) {
  CommandRow row{.description = describe_message<Message>(), .prepare = {}, .decide = {}};
  row.decide = [decide](const Rows& rows, const Context& context,
                        std::string_view body) -> Result<CommandRow::Outcome> {
    auto message = decode<Message>(body);
    if (!message) return message.error();
    Decided<typename Message::Answer> decided = decide(rows, context, *message);
    if (!decided) return decided.error();
    CommandRow::Outcome outcome;
    static_cast<Effects&>(outcome) = std::move(static_cast<Effects&>(*decided));
    if (!outcome.problem) outcome.answer = encode(decided->answer);
    return outcome;
  };
  return row;
}

// As above, with work that is too slow for a batch (argon2): `prepare(const Reader&, const
// Message&)
// -> Result<Prepared>` runs first, and decide finds its result in context.prepared.
template <class Message, class Prepare, class Decide>
TableRow command(NameOf<Message> name, Prepare prepare, Decide decide) {
  auto row = std::get<CommandRow>(command<Message>(name, decide));
  row.prepare = [prepare](const Reader& reader, std::string_view body) -> Result<std::any> {
    auto message = decode<Message>(body);
    if (!message) return message.error();
    auto prepared = prepare(reader, *message);
    if (!prepared) return prepared.error();
    return std::any(std::move(*prepared));
  };
  return row;
}

template <class Message, class Answer>
TableRow query(NameOf<Message>, Answer answer) {
  return QueryRow{describe_message<Message>(), false,
                  [answer](const Reader& reader, std::string_view body) -> Result<std::string> {
                    auto message = decode<Message>(body);
                    if (!message) return message.error();
                    Result<typename Message::Answer> found = answer(reader, *message);
                    if (!found) return found.error();
                    return encode(*found);
                  }};
}

// As above, for what takes too long for the readers (a page to print): on the slow pool.
template <class Message, class Answer>
TableRow slow_query(NameOf<Message> name, Answer answer) {
  auto row = std::get<QueryRow>(query<Message>(name, answer));
  row.slow = true;
  return row;
}

// Takes another service's fact into this journal as it is; this daemon's evolve must know it.
template <class Fact>
TableRow follow(NameOf<Fact> name) {
  return ReactionRow{std::string(name.text), {}};
}

// `decide(const Rows&, const Context&, const Fact&) -> Effects`: what follows from it here. The
// fact itself is noted first, so evolve sees it before the facts that decide adds. It has no way to
// refuse: what another service announces has happened.
template <class Fact, class Decide>
TableRow reaction(NameOf<Fact> name, Decide decide) {
  return ReactionRow{
      std::string(name.text),
      [decide](const Rows& rows, const Context& context, std::string_view body) -> Effects {
        auto fact = decode<Fact>(body);
        CHECK_INVARIANT(fact);  // Poison: the feed stops, an operator decides.
        return decide(rows, context, *fact);
      }};
}

template <class Decide>
TableRow timer(std::string_view kind, Decide decide) {
  return TimerRow{std::string(kind), decide};
}

// `plan(const Reader&, key) -> std::function<std::optional<Message>(const Ask&)>`; `Message` is the
// command that records how it ended.
template <class Message, class Plan>
TableRow sender(std::string_view kind, NameOf<Message> ends_in, Plan plan) {
  SenderRow row{std::string(kind), {}};
  row.plan = [plan, command = std::string(ends_in.text)](const Reader& reader,
                                                         std::string_view key) -> SenderRow::Job {
    std::function<std::optional<Message>(const Ask&)> job = plan(reader, key);
    if (!job) return {};
    return [job, command](const Ask& ask) -> std::optional<SenderRow::Ended> {
      const auto message = job(ask);
      if (!message) return std::nullopt;
      return SenderRow::Ended{command, encode(*message)};
    };
  };
  return row;
}

// How a daemon's evolve reaches the facts of a variant by name. Facts outside the variant are
// skipped: a journal may hold what only a newer release knows, and noted facts of others.
template <class Variant, size_t Index = 0, class Evolve>
bool evolve_named(Rows& rows, std::string_view name, std::string_view body, Evolve evolve) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    return false;
  } else {
    using Fact = std::variant_alternative_t<Index, Variant>;
    if (Fact::name != name) return evolve_named<Variant, Index + 1>(rows, name, body, evolve);
    auto fact = decode<Fact>(body);
    CHECK_INVARIANT(fact);
    evolve(rows, *fact);
    return true;
  }
}

// What a daemon is: its name, its facts, its table.
struct Service {
  std::string name;
  std::string doc;
  std::vector<FactDescription> facts;
  std::vector<TableRow> table;
  // Applies one fact, of this service or noted from another, to the rows.
  std::function<void(Rows&, std::string_view name, std::string_view body)> evolve;
};

ServiceDescription describe(const Service& service);

}  // namespace bilten
