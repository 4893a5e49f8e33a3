// A daemon's writer on the memory store with a clock of its own: what a shell does, without
// threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/crypto.h"
#include "common/service/writer.h"
#include "tests/support/forwarding_store.h"
#include "tests/unit/service/raffle_core.h"
#include "tests/unit/service/raffle_service.h"

namespace bilten::test {

class QuietWatch final : public Watch {
 public:
  void begin(std::string_view name, std::string_view) override { ++begun[std::string(name)]; }
  void end(std::string_view, Code) override {}
  std::map<std::string, int> begun;
};

// Can refuse commits as a full disk does.
class FullStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::unique_ptr<Batch> begin() override;
  bool full = false;
};

class Harness {
 public:
  explicit Harness(Service service = raffle::service(), WriterOptions options = {});

  // A new core over the same store: what a restart is.
  void restart(WriterOptions options = {});
  void pass(int64_t milliseconds);
  WriterCore::Output step(WriterCore::Input input = {});

  // One request, not yet handed in; replies are found again by `from.id`.
  template <class Message>
  Request request(const Message& message, std::string key = {}, const Id& person = {}) {
    return make(std::string(Message::name), encode(message), std::move(key), person);
  }
  Request make(const std::string& name, std::string body, std::string key, const Id& person);
  // Hands in one request alone and answers its reply, which must come at once.
  template <class Message>
  Result<std::string> ask(const Message& message, std::string key = {}, const Id& person = {}) {
    return ask_request(request(message, std::move(key), person));
  }
  Result<std::string> ask_request(Request request);

  // The next fact of another owner, as its feed hands it in.
  template <class Fact>
  FeedFacts fact_of(const std::string& owner, const Fact& fact) {
    return next_fact(owner, std::string(Fact::name), encode(fact));
  }
  FeedFacts next_fact(const std::string& owner, std::string name, std::string body);

  // Rows that the journal rebuilds are the rows that stand.
  bool rebuilds();
  std::vector<std::string> journal_names();

  SeededRandom random{7};
  QuietWatch watch;
  Table table;
  std::unique_ptr<FullStore> store;
  std::unique_ptr<WriterCore> core;
  UnixMillis wall = 1'790'000'000'000;
  SteadyMicros steady = 5'000'000;
  std::map<std::string, uint64_t> feed_seq;

 private:
  uint64_t next_id_ = 0;
};

std::string key16(int number);
Result<std::string> reply_to(const WriterCore::Output& out, const Request& request);
size_t replies_to(const WriterCore::Output& out, uint64_t id);
std::string reason(const Result<std::string>& answer);  // "" for a good one.

}  // namespace bilten::test
