#include "common/service/writer.h"

#include <algorithm>

#include "common/service/writer_turn.h"

namespace bilten {

namespace {

constexpr int64_t kStoreRetryMs = 1000;
constexpr size_t kAnswersForgottenAtOnce = 64;
constexpr int64_t kParkedWakeMs = 25;  // While requests wait: their deadlines are looked at.
// The stored answer that a store without space is tried with; real keys have 16 bytes.
constexpr std::string_view kProbeKey = "probe";

Error store_full() {
  return {.code = Code::unavailable,
          .reason = "unavailable",
          .detail = "The service cannot write just now; nothing was done. Try again later.",
          .retry_after_ms = 2000};
}

const std::any kNothingPrepared;

}  // namespace

WriterCore::WriterCore(const Table& table, Store& store, Random& random, Watch& watch,
                       WriterOptions options)
    : table_(table),
      store_(store),
      random_(random),
      watch_(watch),
      options_(std::move(options)),
      ids_(random),
      parking_(options_.parked_max),
      careful_(options_.poisonous.empty() ? 0 : kCarefulSteps) {}

WriterCore::Output WriterCore::step(Input input) {
  Output before;
  const UnixMillis believed = believed_now(input, before);
  stopped_.insert(input.stopped.begin(), input.stopped.end());
  for (const auto& head : input.heads) parking_.answered(head, input.steady);
  auto expired = parking_.expired(input.steady);
  if (!must_write(input, believed) && expired.empty()) {
    plan_next_step(before, believed, input.steady);
    return before;
  }

  auto batch = store_.begin();
  const UnixMillis now = std::max(believed, batch->head().at);
  Turn turn{Recording(table_, std::move(batch), now), input.steady, std::move(before), {}, {}};
  if (input.on_start && *input.on_start) {
    turn.recording.record((*input.on_start)(turn.rows(), context(turn, nullptr)), {});
  }
  run_timers(turn);
  for (const auto& order : input.orders) obey(turn, order);
  for (const auto& feed : input.feeds) take_feed(turn, feed);
  for (const auto& head : input.heads) turn.touched.insert(head.owner);
  give_up(turn, expired, expired_in_queue());
  cancel(turn, input.cancelled);
  start_waiting(turn, std::move(input.queries));
  resume(turn);
  for (auto& request : input.commands) take_command(turn, std::move(request));
  settle(turn);
  return std::move(turn.out);
}

UnixMillis WriterCore::believed_now(const Input& input, Output& out) {
  const auto look = clock_.look(input.wall, input.steady);
  if (look.verdict == ClockGuard::Verdict::jumped) {
    out.alarms.push_back("clock_jump_not_believed");
  } else if (look.verdict == ClockGuard::Verdict::confirmed) {
    out.alarms.push_back("clock_jump_confirmed");
  }
  wall_offset_ms_ = look.now - input.steady / 1000;
  return look.now;
}

void WriterCore::plan_next_step(Output& out, UnixMillis now, SteadyMicros steady) {
  out.questions = parking_.questions(steady);
  out.wake_ms = parking_.size() > 0 ? kParkedWakeMs : kWakeMax;
  if (next_timer_ && healthy_) {
    out.wake_ms = std::clamp<int64_t>(*next_timer_ - now, 0, out.wake_ms);
  }
}

bool WriterCore::must_write(const Input& input, UnixMillis now) const {
  if (!input.commands.empty() || !input.queries.empty() || !input.feeds.empty() ||
      !input.heads.empty() || !input.orders.empty() || !input.stopped.empty() || input.on_start) {
    return true;
  }
  if (!input.cancelled.empty() && (parking_.size() > 0 || !running_.empty())) return true;
  if (!healthy_) return now >= retry_at_;
  return next_timer_ && *next_timer_ <= now;
}

Context WriterCore::context(Turn& turn, const Request* request) {
  const bool prepared = request && request->prepared && *request->prepared;
  return {.now = turn.now(),
          .person = request && request->person ? &*request->person : nullptr,
          .principal = request ? request->principal : 0,
          .ids = ids_,
          .random = random_,
          .vault = turn.recording.batch().vault(),
          .prepared = prepared ? **request->prepared : kNothingPrepared};
}

void WriterCore::settle(Turn& turn) {
  auto& recording = turn.recording;
  if (!healthy_ && !recording.wrote() && turn.now() >= retry_at_) {
    StoredAnswer probe;
    probe.at = turn.now();
    recording.put_answer(kProbeKey, probe);
  }
  if (recording.wrote()) {
    recording.forget_answers(turn.now() - kAnswersKept, kAnswersForgottenAtOnce);
  }
  if (!recording.failed()) plan_next_timer(recording.rows());
  if (recording.failed() || (recording.wrote() && recording.commit() == CommitResult::refused)) {
    take_back(turn);
  } else {
    if (recording.wrote() && !healthy_) {
      healthy_ = true;
      turn.out.alarms.push_back("store_writable_again");
    }
    turn.out.announced = recording.take_announced();
    turn.out.errands = recording.take_errands();
    turn.out.keys_changed = recording.keys_changed();
  }
  if (careful_ > 0) --careful_;
  plan_next_step(turn.out, turn.now(), turn.steady);
}

// Nothing of the batch happened: whoever was answered is told so instead.
void WriterCore::take_back(Turn& turn) {
  if (healthy_) turn.out.alarms.push_back("store_refuses_writes");
  healthy_ = false;
  retry_at_ = turn.now() + kStoreRetryMs;
  next_timer_ = 0;
  turn.out.committed = false;
  for (auto& reply : turn.out.replies) reply.answer = store_full();
  for (const auto& key : turn.refused) refusals_.forget(key);
  for (auto& request : turn.out.queries_again) {
    turn.out.replies.push_back({request.from, store_full()});
  }
  turn.out.queries_again.clear();
  parking_.unsettle();
  for (auto& request : turn.out.to_prepare) request.settled.clear();
  const auto snapshot = store_.snapshot();
  for (auto& feed : turn.out.cursors) {
    feed.cursor = snapshot->cursor(feed.owner).value_or(Cursor{});
  }
}

}  // namespace bilten
