// Runtime, the feeds: what the mesh brings of other services' facts, and what is asked of them.
#include <unistd.h>

#include "common/process/log.h"
#include "common/service/runtime.h"

namespace bilten {

namespace {

constexpr uint32_t kHeadBudgetMs = 1000;
constexpr uint32_t kReadBudgetMs = 5000;

net::Call call_to(std::string name, std::string body, uint32_t budget_ms) {
  net::Call call;
  call.name = std::move(name);
  call.body = std::move(body);
  call.budget_ms = budget_ms;
  call.idempotent = true;
  call.wait_for_service = false;  // The feed's own back-off knows better when to ask again.
  return call;
}

}  // namespace

void Runtime::with_feeds(const std::function<void(Feeds&, SteadyMicros)>& use) {
  Feeds::Output out;
  {
    std::lock_guard lock(feeds_mutex_);
    const auto now = clock_.steady_us();
    use(*feeds_, now);
    out = feeds_->take(now);
    wake_tick_at(feeds_->next_wake());
    // Still under the lock: the writer must get facts in the order in which they were taken.
    if (!out.facts.empty() || !out.orders.empty() || !out.stopped.empty()) {
      inbox_.add([&](WriterCore::Input& input) {
        for (auto& facts : out.facts) input.feeds.push_back(std::move(facts));
        for (auto& order : out.orders) input.orders.push_back(std::move(order));
        for (const auto& owner : out.stopped) input.stopped.push_back(owner);
      });
    }
  }
  for (const auto& owner : out.stopped) say_stopped(owner);
  for (const auto& read : out.reads) read_journal_of(read);
}

void Runtime::say_stopped(const std::string& owner) {
  std::string reason;
  {
    std::lock_guard lock(feeds_mutex_);
    for (const auto& state : feeds_->states()) {
      if (state.owner == owner) reason = state.stopped;
    }
  }
  log_error("feed_stopped",
            {{"owner", owner},
             {"reason", reason},
             {"next", "see " + table_.name() + ".feeds.list; an operator must decide"}});
}

void Runtime::wake_tick_at(SteadyMicros due) {
  if (feeds_wake_.exchange(due) > due) wake_tick();
}

void Runtime::wake_tick() {
  const uint64_t one = 1;
  // Full means that the main thread is being woken already.
  [[maybe_unused]] const auto written = ::write(tick_fd_, &one, sizeof one);
}

void Runtime::show_feeds() {
  std::lock_guard lock(feeds_mutex_);
  for (const auto& state : feeds_->states()) {
    auto& [lag, stopped] = feed_gauges_.at(state.owner);
    lag.set(static_cast<double>(state.lag));
    stopped.set(state.stopped.empty() ? 0 : 1);
  }
}

void Runtime::serve_feeds(const std::string& verb, const std::string& body,
                          const ReplyAddress& from) {
  if (verb == "list") {
    FeedList list;
    std::lock_guard lock(feeds_mutex_);
    for (const auto& state : feeds_->states()) {
      list.feeds.push_back({state.owner, state.stopped, static_cast<int64_t>(state.epoch),
                            static_cast<int64_t>(state.seq), static_cast<int64_t>(state.lag)});
    }
    return reply_one(from, encode(list));
  }
  const auto named = decode<FeedName>(body);
  if (!named) return reply_one(from, named.error());
  if (verb != "accept" && verb != "skip") {
    return reply_one(from, Error{Code::unsupported, "unknown_message",
                                 "Operators may call feeds.list, feeds.accept and feeds.skip."});
  }
  Status taken = Done{};
  with_feeds([&](Feeds& feeds, SteadyMicros now) {
    taken =
        verb == "accept" ? feeds.accept(now, named->owner, from) : feeds.skip(named->owner, from);
  });
  // Otherwise the writer answers, once the order is carried out.
  if (!taken) reply_one(from, taken.error());
}

void Runtime::ask_head(const std::string& owner) {
  const auto heard = [this, owner](const net::Answer& answer) {
    auto head = answer.code == Code::ok ? decode<mesh::JournalHead>(answer.body)
                                        : Result<mesh::JournalHead>(answer.error);
    HeadAnswer told{owner, std::nullopt};
    if (head) {
      told.head = Cursor{static_cast<uint64_t>(head->epoch), static_cast<uint64_t>(head->seq), {}};
    }
    inbox_.add([&](WriterCore::Input& input) { input.heads.push_back(told); });
    if (!head) return;
    with_feeds([&](Feeds& feeds, SteadyMicros now) { feeds.on_head(now, owner, *head); });
  };
  mesh_->call(call_to(owner + ".journal.head", encode(Nothing{}), kHeadBudgetMs), heard);
}

void Runtime::read_journal_of(const Feeds::Read& read) {
  mesh_->call(call_to(read.owner + ".journal.read", encode(read.body), kReadBudgetMs),
              [this, owner = read.owner](const net::Answer& answer) {
                auto page = answer.code == Code::ok ? decode<mesh::JournalPage>(answer.body)
                                                    : Result<mesh::JournalPage>(answer.error);
                with_feeds([&](Feeds& feeds, SteadyMicros now) {
                  if (page) {
                    feeds.on_page(now, owner, std::move(*page));
                  } else {
                    feeds.on_read_failed(now, owner, page.error());
                  }
                });
              });
}

}  // namespace bilten
