// A service on the memory store, without threads or network: messages go through its table as the
// runtime would send them, one commit each.
#pragma once

#include <any>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/text.h"
#include "common/service/access.h"
#include "common/service/table.h"
#include "common/store/store.h"

namespace bilten::test {

// Rows that remember whatever was ever written to them.
class SpyRows final : public Rows {
 public:
  bool get(std::string_view table, std::string_view key, std::string& into) const override {
    return rows_->get(table, key, into);
  }
  void put(std::string_view table, std::string_view key, std::string_view value) override {
    written.append(key).append("\n").append(value).append("\n");
    value_max = std::max(value_max, value.size());
    rows_->put(table, key, value);
  }
  void remove(std::string_view table, std::string_view key) override { rows_->remove(table, key); }
  void walk(std::string_view table, std::string_view prefix, std::string_view after, size_t max,
            const Visit& visit) const override {
    rows_->walk(table, prefix, after, max, visit);
  }

  std::string written;
  size_t value_max = 0;

 private:
  std::unique_ptr<Rows> rows_ = memory_rows();
};

class ServiceBench {
 public:
  explicit ServiceBench(Service service, uint64_t seed = 1)
      : table(std::move(service)), random_(seed), ids_(random_) {
    auto opened = Store::open({.folder = "", .vault_key = std::string(32, 'k')}, random_);
    REQUIRE(opened);
    store = std::move(*opened);
  }
  // Under BILTEN_RECORD, a folder, the journal of each bench is left there: what golden journals
  // are picked from (tests/golden/README.md).
  ~ServiceBench() {
    if (const char* folder = std::getenv("BILTEN_RECORD"); folder && store) leave_journal(folder);
  }
  ServiceBench(const ServiceBench&) = delete;
  ServiceBench& operator=(const ServiceBench&) = delete;

  // Sends a message, as a person or as a guest.
  template <class Message>
  Result<typename Message::Answer> send(const Message& message, const Person* person = nullptr) {
    if (Message::contract.caller == Caller::person && !person) {
      return Error{Code::unauthenticated, "no_token", "Log in first."};
    }
    const auto body = encode(message);
    const auto answer = Message::contract.kind == Kind::query
                            ? ask(Message::name, body, person)
                            : command(Message::name, body, person);
    if (!answer) return answer.error();
    auto decoded = decode<typename Message::Answer>(*answer);
    REQUIRE(decoded);
    return std::move(*decoded);
  }
  // As above, of a message that must succeed.
  template <class Message>
  typename Message::Answer must(const Message& message, const Person* person = nullptr) {
    auto answer = send(message, person);
    if (!answer) FAIL(Message::name << ": " << answer.error().reason << describe(answer.error()));
    return std::move(*answer);
  }
  // The reason for which the message is refused; "" if it is not.
  template <class Message>
  std::string refusal(const Message& message, const Person* person = nullptr) {
    const auto before = head().seq;
    const auto answer = send(message, person);
    if (answer) return "";
    CHECK(head().seq == before);
    return answer.error().reason;
  }

  // Records effects that no message brought: a start, another service's fact.
  void take(const Effects& effects) {
    auto batch = store->begin();
    record(*batch, effects);
    REQUIRE(batch->commit() == CommitResult::done);
  }
  template <class Fact>
  void note(const Fact& fact) {
    Effects effects;
    effects.record(fact);
    take(effects);
  }

  // Brings another service's fact as its feed would: noted, then what follows from it.
  template <class Fact>
  void react(const Fact& fact) {
    const auto* row = table.reaction(Fact::name);
    REQUIRE(row);
    Effects noted;
    noted.record(fact);
    auto batch = store->begin();
    record(*batch, noted);
    record(*batch, row->decide(batch->rows(), context(*batch, nullptr, kNothing), encode(fact)));
    REQUIRE(batch->commit() == CommitResult::done);
  }

  // What the service records when its process starts.
  template <class Decide>
  void start(Decide decide) {
    auto batch = store->begin();
    record(*batch, decide(batch->rows(), context(*batch, nullptr, kNothing)));
    REQUIRE(batch->commit() == CommitResult::done);
  }

  // Runs every timer due at `now`; answers how many.
  size_t run_timers() {
    size_t count = 0;
    for (;;) {
      auto batch = store->begin();
      const auto due = due_timers(batch->rows(), now, 1);
      if (due.empty()) return count;
      const auto* row = table.timer(due[0].kind);
      REQUIRE(row);
      record(*batch, row->decide(batch->rows(), context(*batch, nullptr, kNothing), due[0].key));
      REQUIRE(batch->commit() == CommitResult::done);
      ++count;
    }
  }

  Head head() const { return store->snapshot()->head(); }
  std::vector<JournalFact> journal() const {
    auto facts = store->snapshot()->journal(0, SIZE_MAX, false);
    REQUIRE(facts);
    return std::move(*facts);
  }
  void leave_journal(const std::string& folder) const {
    static int count = 0;
    std::ofstream out(folder + "/" + table.name() + "-" + std::to_string(++count) + ".facts");
    for (const auto& fact : journal()) out << fact.name << ' ' << base64url(fact.body) << '\n';
  }
  std::vector<std::string> names_after(uint64_t seq) const {
    std::vector<std::string> names;
    for (const auto& fact : journal()) {
      if (fact.seq > seq) names.push_back(fact.name);
    }
    return names;
  }
  // The rows are what the journal makes of empty ones.
  void check_rebuild() const {
    const auto report = verify_rebuild(*store->snapshot(), table.applier());
    if (!report) FAIL(report.error().detail);
  }
  // Everything that facts, and the rows they make, ever held.
  std::string everything_written() const {
    SpyRows spy;
    std::string all;
    for (const auto& fact : journal()) {
      all += fact.name + "\n" + fact.body + "\n";
      table.apply(spy, fact.name, fact.body);
    }
    return all + spy.written;
  }

  static std::string describe(const Error& error) {
    std::string out;
    for (const auto& fault : error.fields) out += " " + fault.pointer + " " + fault.message + ";";
    return out;
  }

  UnixMillis now = 1'795'000'000'000;
  std::any instead_of_prepare;  // If set, commands find this in their context.
  Table table;
  std::unique_ptr<Store> store;

 private:
  static const inline std::any kNothing;

  Context context(const Batch& batch, const Person* person, const std::any& prepared) {
    return {.now = now,
            .person = person,
            .principal = 0,
            .ids = ids_,
            .random = random_,
            .vault = batch.vault(),
            .prepared = prepared};
  }

  Result<std::string> ask(std::string_view name, const std::string& body, const Person* person) {
    const auto* row = table.query(name);
    REQUIRE(row);
    const auto snapshot = store->snapshot();
    return row->answer({snapshot->rows(), snapshot->vault(), now, person, snapshot.get()}, body);
  }

  Result<std::string> command(std::string_view name, const std::string& body,
                              const Person* person) {
    const auto* row = table.command(name);
    REQUIRE(row);
    std::any prepared = instead_of_prepare;
    if (row->prepare && !prepared.has_value()) {
      const auto snapshot = store->snapshot();
      auto found = row->prepare({snapshot->rows(), snapshot->vault(), now, person}, body);
      if (!found) return found.error();
      prepared = std::move(*found);
    }
    auto batch = store->begin();
    const auto outcome = row->decide(batch->rows(), context(*batch, person, prepared), body);
    if (!outcome) return outcome.error();
    record(*batch, *outcome);
    REQUIRE(batch->commit() == CommitResult::done);
    if (outcome->problem) return *outcome->problem;
    return outcome->answer;
  }

  void record(Batch& batch, const Effects& effects) {
    for (const auto& fact : effects.facts) {
      JournalFact entry;
      entry.at = now;
      entry.name = fact.name;
      entry.body = fact.body;
      entry.is_public = fact.is_public;
      batch.append(entry);
      table.apply(batch.rows_for_evolve(), fact.name, fact.body);
    }
    for (const auto& write : effects.vault) {
      if (write.value.empty()) {
        batch.erase_vault(write.key);
      } else {
        batch.put_vault(write.key, write.value);
      }
    }
  }

  SeededRandom random_;
  IdSource ids_;
};

}  // namespace bilten::test
