#include "common/service/runtime.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "common/process/log.h"
#include "common/service/access.h"

namespace bilten {

namespace {

constexpr size_t kSignersMax = 1000;
constexpr size_t kQueueMax = 1024;  // Of each pool.
constexpr auto kDrainMax = std::chrono::seconds(5);

net::FeedCursor cursor_of(uint64_t epoch, uint64_t seq, const Hash32& hash) {
  return {epoch, seq, std::string(hash.begin(), hash.end())};
}

}  // namespace

Runtime::Runtime(const Table& table, Store& store, InHand& in_hand, const Clock& clock,
                 Random& random, RuntimeOptions options)
    : table_(table),
      store_(store),
      in_hand_(in_hand),
      clock_(clock),
      random_(random),
      options_(options),
      builtin_(table, store),
      metrics_(table),
      watches_([&] {
        std::vector<MessageWatch> watches;
        const size_t slots = 1 + options.readers + options.slow;
        CHECK_INVARIANT(slots <= InHand::kSlots);
        for (size_t slot = 0; slot < slots; ++slot) {
          watches.emplace_back(metrics_, in_hand, slot, clock);
        }
        return watches;
      }()),
      core_(table, store, random, watches_[0], {.poisonous = in_hand.poisonous()}),
      fact_spans_(table),
      tick_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      batches_(counter("bilten_batches_total", "Steps of the writer.")),
      batch_seconds_(histogram("bilten_batch_seconds", "Time of one step, with its commit.")),
      parked_(gauge("bilten_parked", "Requests that wait for another service's facts.")),
      writable_(gauge("bilten_store_writable", "0 while commits find no space.")),
      errands_(counter("bilten_errands_total", "Tasks given to the senders.")),
      errands_dropped_(counter("bilten_errands_dropped_total",
                               "Tasks that the senders had no room for; their timers repeat "
                               "them.")) {
  CHECK_INVARIANT(tick_fd_ >= 0);
}

Runtime::~Runtime() {
  stop();
  ::close(tick_fd_);
}

Status Runtime::start(const OnStart& on_start, net::Context& context, net::MeshOptions mesh) {
  const auto snapshot = store_.snapshot();
  std::vector<std::pair<std::string, Cursor>> owners;
  for (const auto& owner : table_.owners()) {
    owners.emplace_back(owner, snapshot->cursor(owner).value_or(Cursor{}));
    mesh.topics.push_back(owner + ".");
    mesh.topics.push_back("wm." + owner);
    feed_gauges_.emplace(
        owner,
        std::pair(
            gauge("bilten_feed_lag", "Public facts known and not taken yet.", {{"owner", owner}}),
            gauge("bilten_feed_stopped", "1 while an operator must decide.", {{"owner", owner}})));
  }
  // Its own watermark, heard back, tells the mesh that the way through bilten-events is open.
  mesh.topics.push_back("wm." + table_.name());
  feeds_ = std::make_unique<Feeds>(owners);
  mesh.services = {{.service = table_.name(),
                    .version = BILTEN_VERSION,
                    .credit = options_.credit,
                    .owner = true,
                    .epoch = options_.owner_epoch,
                    .folder_id = {store_.folder_id()},
                    .contract_hash = {table_.contract_hash()}}};

  on_start_ = on_start;
  last_turn_ = clock_.steady_us();
  readers_ = std::make_unique<Pool>(options_.readers, 1, kQueueMax);
  slow_ = std::make_unique<Pool>(options_.slow, 1 + options_.readers, kQueueMax);
  if (table_.has_senders()) senders_ = std::make_unique<Pool>(options_.senders, 0, kQueueMax);
  mesh_ = std::make_unique<net::Mesh>(
      context, std::move(mesh),
      net::Mesh::Handlers{
          .on_requests = [this](auto incoming) { on_requests(std::move(incoming)); },
          .on_publications =
              [this](auto publications) {
                with_feeds([&](Feeds& feeds, SteadyMicros now) {
                  feeds.on_publications(now, std::move(publications));
                });
              },
          .on_cancellations = [this](const auto& gone) { on_cancellations(gone); },
          .on_link =
              [this](bool connected) {
                connected_ = connected;
                wake_tick();
                log_info(connected ? "mesh_joined" : "mesh_lost");
              },
          .load = [this] { return load(); },
          .alive = [this] { return alive(); },
          .on_notice =
              [](const net::LinkNotice& notice) {
                log(notice.code == Code::ok ? LogLevel::info : LogLevel::warning, "mesh_link",
                    {{"broker", notice.broker},
                     {"code", word(notice.code)},
                     {"detail", notice.detail}});
              }},
      clock_, random_);
  publish_signers();
  write_once(0);
  if (auto started = mesh_->start(); !started) return started;
  writer_ = std::thread([this] { write(); });
  return Done{};
}

void Runtime::stop() {
  if (!mesh_) return;
  draining_ = true;
  mesh_->drain();
  if (senders_) senders_->finish();  // While the writer still records how they end.
  const auto until = std::chrono::steady_clock::now() + kDrainMax;
  while (in_flight_ > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  stopping_ = true;
  inbox_.add([](WriterCore::Input&) {});
  if (writer_.joinable()) writer_.join();
  readers_.reset();
  slow_.reset();
  // Not reset(), which forgets first: callbacks come, and need the mesh, until it is gone.
  delete mesh_.get();
  static_cast<void>(mesh_.release());
}

bool Runtime::alive() const {
  return clock_.steady_us() - last_turn_ < kStuckAfter;
}

Load Runtime::load() const {
  const auto in_flight = static_cast<uint32_t>(std::max<int64_t>(in_flight_, 0));
  const auto waiting = clock_.steady_us() - last_turn_;
  return {.queue_ms = inbox_.commands() > 0 ? static_cast<uint32_t>(waiting / 1000) : 0,
          .inflight = in_flight};
}

void Runtime::write() {
  int64_t wait_ms = 0;
  while (!stopping_) wait_ms = write_once(wait_ms);
}

// Where the request is recorded: how long it waited, and for how many it shares a commit.
void Runtime::note_queue(const WriterCore::Input& input) const {
  for (const auto& request : input.commands) {
    if (!request.from.span) continue;
    request.from.span->note("bilten.queue_us", input.steady - request.from.span->began_at());
    request.from.span->note("bilten.batch", static_cast<int64_t>(input.commands.size()));
  }
}

// Takes what has gathered through one batch; answers when the next is due without anything new.
int64_t Runtime::write_once(int64_t wait_ms) {
  auto input = inbox_.take(core_.batch_max(), wait_ms);
  input.wall = clock_.wall_ms();
  input.steady = clock_.steady_us();
  last_turn_ = input.steady;
  if (on_start_) input.on_start = &on_start_;
  note_queue(input);
  fact_spans_.begin(input.feeds);
  auto out = core_.step(std::move(input));
  fact_spans_.end(out);
  if (out.committed) on_start_ = {};
  const auto ended_at = clock_.steady_us();
  batches_.add();
  batch_seconds_.observe(static_cast<double>(ended_at - last_turn_) * 1e-6);
  last_turn_ = ended_at;
  wall_offset_ms_ = core_.wall_offset_ms();
  const int64_t wake_ms = out.wake_ms;
  carry_out(std::move(out));
  return wake_ms;
}

// Only here, after the commit, does anything leave the daemon.
void Runtime::carry_out(WriterCore::Output out) {
  report(out);
  reply(out.replies);
  publish(std::move(out.announced));
  if (out.keys_changed) publish_signers();
  for (auto& request : out.to_prepare) submit_prepare(std::move(request));
  for (auto& request : out.queries_again) submit_query(std::move(request));
  for (auto& errand : out.errands) submit_errand(std::move(errand));
  for (const auto& owner : out.questions) ask_head(owner);
  if (out.cursors.empty() && out.stopped.empty()) return;
  with_feeds([&](Feeds& feeds, SteadyMicros now) {
    for (const auto& stopped : out.stopped) feeds.poisoned(stopped.owner, stopped.seq);
    for (const auto& feed : out.cursors) feeds.written(now, feed.owner, feed.cursor, feed.handed);
  });
}

void Runtime::publish(std::vector<AnnouncedFact> facts) {
  if (facts.empty()) return;
  std::vector<std::string> frames;
  frames.reserve(facts.size());
  for (auto& fact : facts) {
    const auto previous = cursor_of(fact.epoch, fact.previous, fact.previous_hash);
    frames.push_back(net::fact_publication({.at = fact.at,
                                            .name = std::move(fact.name),
                                            .body = std::move(fact.body),
                                            .traceparent = std::move(fact.traceparent),
                                            .after = cursor_of(fact.epoch, fact.seq, fact.hash)},
                                           previous));
  }
  mesh_->publish(std::move(frames));
}

void Runtime::publish_watermark() {
  const auto head = public_head(store_.snapshot()->head());
  std::vector<std::string> frames;
  frames.push_back(net::event_frame("wm." + table_.name(), static_cast<uint64_t>(head.seq), Ext{},
                                    encode(head)));
  mesh_->publish(std::move(frames));
}

void Runtime::publish_signers() {
  const auto snapshot = store_.snapshot();
  auto known = std::make_shared<TokenChecker::Signers>();
  for (auto& [key_id, public_key] : signers(snapshot->rows(), kSignersMax)) {
    known->emplace(std::move(key_id), std::move(public_key));
  }
  tokens_.publish(std::move(known));
}

void Runtime::report(const WriterCore::Output& out) {
  for (const auto& alarm : out.alarms) log_warning("alarm", {{"alarm", alarm}});
  for (const auto& feed : out.stopped) {
    log_error("feed_stopped",
              {{"owner", feed.owner},
               {"why", "poison"},
               {"seq", feed.seq},
               {"next", "look at the fact, then " + table_.name() + ".feeds.skip passes over it"}});
  }
  parked_.set(static_cast<double>(core_.parked()));
  writable_.set(core_.healthy() ? 1 : 0);
}

void Runtime::tick() {
  uint64_t woken = 0;
  while (::read(tick_fd_, &woken, sizeof woken) > 0) {
  }
  const auto now = clock_.steady_us();
  if (now >= watermark_at_) {
    watermark_at_ = now + kWatermarkEvery * 1000;
    if (connected_) publish_watermark();
    show_feeds();
    mesh_metrics_.show(mesh_->counts());
  }
  with_feeds([](Feeds&, SteadyMicros) {});
}

int64_t Runtime::tick_wait_ms() const {
  const auto due = std::min(watermark_at_, feeds_wake_.load());
  return std::clamp<int64_t>((due - clock_.steady_us() + 999) / 1000, 0, kWatermarkEvery);
}

}  // namespace bilten
