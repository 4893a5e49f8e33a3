#include "tests/unit/service/harness.h"

#include <catch2/catch.hpp>

namespace bilten::test {

namespace {

class FullBatch final : public ForwardingBatch {
 public:
  using ForwardingBatch::ForwardingBatch;
  CommitResult commit() override { return CommitResult::refused; }
};

}  // namespace

std::unique_ptr<Batch> FullStore::begin() {
  auto batch = store_->begin();
  return full ? std::make_unique<FullBatch>(std::move(batch)) : std::move(batch);
}

Harness::Harness(Service service, WriterOptions options) : table(std::move(service)) {
  crypto::init();
  StoreOptions where;
  where.vault_key = std::string(32, 'k');
  auto opened = Store::open(where, random);
  REQUIRE(opened);
  store = std::make_unique<FullStore>(std::move(*opened));
  restart(std::move(options));
}

void Harness::restart(WriterOptions options) {
  core = std::make_unique<WriterCore>(table, *store, random, watch, std::move(options));
}

void Harness::pass(int64_t milliseconds) {
  wall += milliseconds;
  steady += milliseconds * 1000;
}

WriterCore::Output Harness::step(WriterCore::Input input) {
  input.wall = wall;
  input.steady = steady;
  return core->step(std::move(input));
}

Request Harness::make(const std::string& name, std::string body, std::string key,
                      const Id& person) {
  Request request;
  request.from.id = ++next_id_;
  request.command = table.command(name);
  request.query = table.query(name);
  REQUIRE((request.command || request.query));
  request.request_hash = crypto::hash({name, body});
  request.body = std::move(body);
  request.key = std::move(key);
  request.expires_at = steady + 2'000'000;
  if (!person.is_nil()) {
    request.person.emplace();
    request.person->person_id = person;
    request.person->expires_at = {wall + 900'000};
  }
  return request;
}

Result<std::string> Harness::ask_request(Request request) {
  const uint64_t id = request.from.id;
  WriterCore::Input input;
  input.commands.push_back(std::move(request));
  const auto out = step(std::move(input));
  for (const auto& reply : out.replies) {
    if (reply.to.id == id) return reply.answer;
  }
  FAIL("the request was not answered at once");
  return std::string();
}

FeedFacts Harness::next_fact(const std::string& owner, std::string name, std::string body) {
  const uint64_t previous = feed_seq[owner];
  feed_seq[owner] = previous + 2;  // Positions have holes: private facts are not seen.
  FeedFacts facts{.owner = owner, .epoch = 99, .facts = {}};
  facts.facts.push_back({.seq = previous + 2,
                         .previous = previous,
                         .hash = {},
                         .name = std::move(name),
                         .body = std::move(body),
                         .traceparent = {}});
  return facts;
}

bool Harness::rebuilds() {
  const auto report = verify_rebuild(*store->snapshot(), table.applier());
  if (!report) UNSCOPED_INFO(report.error().detail);
  return static_cast<bool>(report);
}

std::vector<std::string> Harness::journal_names() {
  const auto facts = store->snapshot()->journal(0, 1 << 30, false);
  REQUIRE(facts);
  std::vector<std::string> names;
  for (const auto& fact : *facts) names.push_back(fact.name);
  return names;
}

std::string key16(int number) {
  std::string key = std::to_string(number);
  key.resize(16, '.');
  return key;
}

Result<std::string> reply_to(const WriterCore::Output& out, const Request& request) {
  for (const auto& reply : out.replies) {
    if (reply.to.id == request.from.id) return reply.answer;
  }
  return Error{Code::internal, "no_reply", "The step gave no reply."};
}

size_t replies_to(const WriterCore::Output& out, uint64_t id) {
  size_t count = 0;
  for (const auto& reply : out.replies) count += reply.to.id == id;
  return count;
}

std::string reason(const Result<std::string>& answer) {
  return answer ? "" : answer.error().reason;
}

}  // namespace bilten::test
