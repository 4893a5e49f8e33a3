// WriterCore, the timers: due ones run before new messages, and one that stays due is put off.
#include <algorithm>

#include "common/service/writer_turn.h"

namespace bilten {

namespace {

constexpr int64_t kPutOffFirstMs = 1000;
constexpr int64_t kPutOffMaxMs = 300'000;

std::string timer_id(const DueTimer& due) {
  return ("t" + due.kind + ":" + due.key).substr(0, 96);
}

}  // namespace

void WriterCore::run_timers(Turn& turn) {
  if (!healthy_ && turn.now() < retry_at_) return;
  // Those put off stand first in line; they must not keep the others from running.
  const size_t max = options_.timers_max + put_off_.size();
  std::vector<DueTimer> ran;
  for (auto& due : due_timers(turn.rows(), turn.now(), max)) {
    const auto found = put_off_.find({due.kind, due.key});
    if (found != put_off_.end() && found->second.at == due.at && turn.now() < found->second.until) {
      continue;
    }
    if (run_timer(turn, due)) ran.push_back(std::move(due));
    if (turn.recording.failed()) return;
  }
  if (ran.empty()) return;
  const auto still = due_timers(turn.rows(), turn.now(), max);
  for (const auto& due : ran) {
    const bool stuck = std::any_of(still.begin(), still.end(), [&](const DueTimer& other) {
      return other.at == due.at && other.kind == due.kind && other.key == due.key;
    });
    if (stuck) {
      put_off(turn, due, "timer_left_due");
    } else {
      put_off_.erase({due.kind, due.key});
    }
  }
}

// False: it did not run, and is put off.
bool WriterCore::run_timer(Turn& turn, const DueTimer& due) {
  const TimerRow* row = table_.timer(due.kind);
  const auto id = timer_id(due);
  if (!row || options_.poisonous.contains(id)) {
    put_off(turn, due, row ? "poisonous_timer" : "unknown_timer");
    return false;
  }
  watch_.begin(due.kind, id);
  turn.recording.record(row->decide(turn.rows(), context(turn, nullptr), due.key), {});
  watch_.end(due.kind, Code::ok);
  return true;
}

void WriterCore::put_off(Turn& turn, const DueTimer& due, std::string_view why) {
  auto& entry = put_off_[{due.kind, due.key}];
  entry.wait_ms = std::clamp(entry.wait_ms * 2, kPutOffFirstMs, kPutOffMaxMs);
  entry.at = due.at;
  entry.until = turn.now() + entry.wait_ms;
  turn.out.alarms.push_back(std::string(why) + " " + due.kind);
}

// Those put off wake the writer by its regular turn, so that the next of the others is looked for.
void WriterCore::plan_next_timer(const Rows& rows) {
  if (put_off_.empty()) {
    next_timer_ = next_timer(rows);
    return;
  }
  UnixMillis soonest = INT64_MAX;
  for (const auto& [timer, entry] : put_off_) soonest = std::min(soonest, entry.until);
  next_timer_ = soonest;
  for (const auto& due : due_timers(rows, INT64_MAX, put_off_.size() + 1)) {
    if (put_off_.contains({due.kind, due.key})) continue;
    next_timer_ = std::min(soonest, due.at);
    return;
  }
}

}  // namespace bilten
