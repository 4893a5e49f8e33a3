#include "tests/sim/daemon.h"

#include <algorithm>

#include "common/service/access.h"

namespace bilten::sim {

namespace {

constexpr uint32_t kHeadBudgetMs = 1000;
constexpr uint32_t kReadBudgetMs = 5000;
constexpr int64_t kMinuteMs = 60'000;
constexpr size_t kSignersMax = 100;
constexpr uint32_t kSlowCommitPerMille = 20;

net::Call call_to(std::string name, std::string body, uint32_t budget_ms) {
  net::Call call;
  call.name = std::move(name);
  call.body = std::move(body);
  call.budget_ms = budget_ms;
  call.idempotent = true;
  call.wait_for_service = false;
  return call;
}

std::vector<std::string> topics_of(const Table& table) {
  std::vector<std::string> topics;
  for (const auto& owner : table.owners()) {
    if (!table.reads_by_the_page(owner)) topics.push_back(owner + ".");
    topics.push_back("wm." + owner);
  }
  return topics;
}

net::FeedCursor cursor_of(uint64_t epoch, uint64_t seq, const Hash32& hash) {
  return {epoch, seq, std::string(hash.begin(), hash.end())};
}

bool is_empty(const WriterCore::Input& input) {
  return input.commands.empty() && input.queries.empty() && input.feeds.empty() &&
         input.heads.empty() && input.orders.empty() && input.stopped.empty();
}

}  // namespace

Daemon::Daemon(World& world, Network& network, const Table& table, std::vector<uint32_t> joins,
               uint32_t credit)
    : world_(world),
      table_(&table),
      next_table_(&table),
      credit_(credit),
      random_(world.chance.next()),
      disk_(random_),
      member_(world, network, table.name(), topics_of(table), std::move(joins),
              {.on_requests = [this](auto incoming) { on_requests(std::move(incoming)); },
               .on_publications =
                   [this](auto publications) {
                     with_feeds([&](Feeds& feeds, SteadyMicros now) {
                       feeds.on_publications(now, std::move(publications));
                     });
                   }}) {}

void Daemon::start() {
  if (is_up()) return;
  ++life_;
  table_ = next_table_;
  disk_.revive();
  std::vector<Feeds::Owner> owners;
  for (const auto& owner : table_->owners()) {
    owners.push_back({owner, disk_.snapshot()->cursor(owner).value_or(Cursor{}),
                      table_->reads_by_the_page(owner)});
  }
  feeds_ = std::make_unique<Feeds>(owners);
  builtin_ = std::make_unique<Builtin>(*table_, disk_);
  tokens_ = std::make_unique<TokenChecker>();
  Watch& watch = *this;
  core_ = std::make_unique<WriterCore>(*table_, disk_, random_, watch);
  inbox_ = {};
  started_ = writing_ = draining_ = false;
  write_at_ = feeds_at_ = kNever;
  publish_signers();
  member_.start(wall(), {{.service = table_->name(),
                          .version = BILTEN_VERSION,
                          .credit = credit_,
                          .owner = true,
                          .folder_id = {disk_.folder_id()},
                          .contract_hash = {table_->contract_hash()}}});
  wake_writer(0);
  with_feeds([](Feeds&, SteadyMicros) {});
  publish_watermark();
}

void Daemon::crash() {
  if (!is_up()) return;
  if (world_.telling()) world_.tell(table_->name() + " is killed");
  member_.crash();
  end_life();
}

void Daemon::end_life() {
  ++life_;
  core_.reset();
  feeds_.reset();
}

void Daemon::stop_for(SteadyMicros most, SteadyMicros down) {
  if (!is_up() || std::exchange(draining_, true)) return;
  member_.drain(most, [this, down] {
    end_life();
    world_.after(down, [this] { start(); });
  });
}

void Daemon::crash_for(SteadyMicros down) {
  crash();
  world_.after(down, [this] { start(); });
}

void Daemon::die_in_commit(bool before, SteadyMicros down) {
  if (!is_up() || disk_.dead()) return;
  down_ = down;
  disk_.set_fate(before ? Fate::dies_before : Fate::dies_after);
}

void Daemon::fill_disk(SteadyMicros until) {
  full_until_ = std::max(full_until_, until);
}

void Daemon::slow_disk(SteadyMicros until) {
  slow_until_ = std::max(slow_until_, until);
}

void Daemon::spare() {
  full_until_ = slow_until_ = 0;
  if (!disk_.dead()) disk_.set_fate(Fate::lasting);
}

void Daemon::end(std::string_view name, Code code) {
  if (world_.telling()) {
    world_.tell(table_->name() + " runs " + std::string(name) + ": " + std::string(word(code)));
  }
}

// What this process does later; nothing if it is dead by then.
void Daemon::later(SteadyMicros delay, std::function<void()> what) {
  world_.after(delay, [this, life = life_, what = std::move(what)] {
    if (life == life_) what();
  });
}

void Daemon::wake_writer(SteadyMicros delay) {
  if (writing_ || write_at_ <= world_.now() + delay) return;
  const auto due = write_at_ = world_.now() + delay;
  later(delay, [this, due] {
    if (!writing_ && write_at_ == due) write();
  });
}

bool Daemon::believes_clock() const {
  return std::abs(wall() - world_.now() / kMillisecond - wall_offset_ms_) < kMinuteMs;
}

// One step; what it lets out leaves when the commit is through, and the next step comes after.
void Daemon::write() {
  write_at_ = kNever;
  writing_ = true;
  if (disk_.fate() == Fate::lasting || disk_.fate() == Fate::refused) {
    disk_.set_fate(world_.now() < full_until_ ? Fate::refused : Fate::lasting);
  }
  auto input = std::exchange(inbox_, {});
  input.wall = wall();
  input.steady = world_.now();
  if (on_start && !started_) input.on_start = &on_start;
  const auto before = disk_.snapshot()->head();
  auto out = core_->step(std::move(input));
  const auto head = disk_.snapshot()->head();
  world_.trace(head.seq, {head.hash.data(), head.hash.size()});
  if (head.seq > before.seq && on_commit) on_commit();
  started_ = started_ || out.committed;
  if (disk_.dead()) return crash_for(down_);
  wall_offset_ms_ = core_->wall_offset_ms();
  later(commit_time(), [this, held = std::make_shared<WriterCore::Output>(std::move(out))] {
    const int64_t wake_ms = held->wake_ms;
    writing_ = false;
    carry_out(std::move(*held));
    wake_writer(is_empty(inbox_) ? wake_ms * kMillisecond : 20);
  });
}

SteadyMicros Daemon::commit_time() {
  if (world_.now() < slow_until_) return world_.between(kMillisecond, kSecond);
  if (world_.happens(kSlowCommitPerMille)) {
    return world_.between(5 * kMillisecond, 80 * kMillisecond);
  }
  return world_.between(50, 1500);
}

void Daemon::carry_out(WriterCore::Output out) {
  if (world_.telling()) {
    for (const auto& alarm : out.alarms) world_.tell(table_->name() + " alarm " + alarm);
  }
  reply(std::move(out.replies));
  publish(std::move(out.announced));
  if (out.keys_changed) publish_signers();
  for (auto& errand : out.errands) submit_errand(std::move(errand));
  for (auto& request : out.to_prepare) submit_prepare(std::move(request));
  for (auto& request : out.queries_again) submit_query(std::move(request));
  for (const auto& owner : out.questions) ask_head(owner);
  if (!out.stopped.empty()) world_.fail(table_->name() + "'s feed stopped at a poisonous fact");
  if (out.cursors.empty()) return;
  with_feeds([&](Feeds& feeds, SteadyMicros now) {
    for (const auto& feed : out.cursors) feeds.written(now, feed.owner, feed.cursor, feed.handed);
  });
}

void Daemon::publish(std::vector<AnnouncedFact> facts) {
  for (auto& fact : facts) {
    const auto previous = cursor_of(fact.epoch, fact.previous, fact.previous_hash);
    member_.publish(net::fact_publication({.at = fact.at,
                                           .name = std::move(fact.name),
                                           .body = std::move(fact.body),
                                           .traceparent = std::move(fact.traceparent),
                                           .after = cursor_of(fact.epoch, fact.seq, fact.hash)},
                                          previous));
  }
}

void Daemon::publish_watermark() {
  const auto head = public_head(disk_.snapshot()->head());
  member_.publish(net::event_frame("wm." + table_->name(), static_cast<uint64_t>(head.seq), Ext{},
                                   encode(head)));
  later(kSecond, [this] { publish_watermark(); });
}

void Daemon::publish_signers() {
  const auto snapshot = disk_.snapshot();
  auto known = std::make_shared<TokenChecker::Signers>();
  for (auto& [key_id, public_key] : signers(snapshot->rows(), kSignersMax)) {
    known->emplace(std::move(key_id), std::move(public_key));
  }
  tokens_->publish(std::move(known));
}

void Daemon::with_feeds(const std::function<void(Feeds&, SteadyMicros)>& use) {
  use(*feeds_, world_.now());
  auto out = feeds_->take(world_.now());
  for (const auto& owner : out.stopped) {
    world_.fail(table_->name() + " takes no more facts of " + owner + ", whose history it doubts");
  }
  for (auto& facts : out.facts) inbox_.feeds.push_back(std::move(facts));
  if (!out.facts.empty()) wake_writer(world_.between(0, 100));
  for (const auto& read : out.reads) read_journal_of(read);
  arm_feeds();
}

void Daemon::arm_feeds() {
  const auto due = feeds_->next_wake();
  if (due == kNever || due >= feeds_at_) return;
  feeds_at_ = due;
  later(std::max<SteadyMicros>(due - world_.now(), 50), [this, due] {
    if (feeds_at_ != due) return;
    feeds_at_ = kNever;
    with_feeds([](Feeds&, SteadyMicros) {});
  });
}

void Daemon::ask_head(const std::string& owner) {
  member_.call(call_to(owner + ".journal.head", encode(Nothing{}), kHeadBudgetMs), [this, owner](
                                                                                       net::Answer
                                                                                           answer) {
    auto head = answer.code == Code::ok ? decode<mesh::JournalHead>(answer.body)
                                        : Result<mesh::JournalHead>(answer.error);
    HeadAnswer heard{owner, std::nullopt};
    if (head) {
      heard.head = Cursor{static_cast<uint64_t>(head->epoch), static_cast<uint64_t>(head->seq), {}};
    }
    inbox_.heads.push_back(heard);
    wake_writer(0);
    if (!head) return;
    with_feeds([&](Feeds& feeds, SteadyMicros now) { feeds.on_head(now, owner, *head); });
  });
}

void Daemon::read_journal_of(const Feeds::Read& read) {
  member_.call(call_to(read.owner + ".journal.read", encode(read.body), kReadBudgetMs),
               [this, owner = read.owner](net::Answer answer) {
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

}  // namespace bilten::sim
