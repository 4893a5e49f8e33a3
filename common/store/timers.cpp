// Timers are rows in two tables of their own: when a timer is due, by (kind, key), and the same by
// time, so that the earliest is the first row.
#include "common/store/records.h"

namespace bilten {
namespace {

constexpr std::string_view kTimers = "$timer";      // kind 0 key -> at
constexpr std::string_view kByTime = "$timer_due";  // at kind 0 key -> nothing

std::string timer_key(std::string_view kind, std::string_view key) {
  CHECK_INVARIANT(!kind.empty() && kind.find('\0') == kind.npos);
  return std::string(kind).append(1, '\0').append(key);
}

std::string due_key(std::string_view at, std::string_view timer) {
  return std::string(at).append(timer);
}

DueTimer parse_due(std::string_view key) {
  engine::Takes takes(key);
  DueTimer due;
  due.at = static_cast<UnixMillis>(takes.number());
  const auto timer = takes.rest();
  const auto end_of_kind = timer.find('\0');
  CHECK_INVARIANT(end_of_kind != timer.npos);
  due.kind = timer.substr(0, end_of_kind);
  due.key = timer.substr(end_of_kind + 1);
  return due;
}

}  // namespace

void Rows::set_timer(std::string_view kind, std::string_view key, UnixMillis at) {
  CHECK_INVARIANT(at >= 0);
  clear_timer(kind, key);
  const auto timer = timer_key(kind, key);
  const auto when = engine::number_key(static_cast<uint64_t>(at));
  put(kTimers, timer, when);
  put(kByTime, due_key(when, timer), {});
}

void Rows::clear_timer(std::string_view kind, std::string_view key) {
  const auto timer = timer_key(kind, key);
  std::string when;
  if (!get(kTimers, timer, when)) return;
  remove(kTimers, timer);
  remove(kByTime, due_key(when, timer));
}

std::vector<DueTimer> due_timers(const Rows& rows, UnixMillis now, size_t max) {
  std::vector<DueTimer> due;
  rows.walk(kByTime, {}, {}, max, [&](std::string_view key, std::string_view) {
    auto timer = parse_due(key);
    if (timer.at > now) return false;
    due.push_back(std::move(timer));
    return true;
  });
  return due;
}

std::optional<UnixMillis> next_timer(const Rows& rows) {
  std::optional<UnixMillis> next;
  rows.walk(kByTime, {}, {}, 1, [&](std::string_view key, std::string_view) {
    next = parse_due(key).at;
    return false;
  });
  return next;
}

}  // namespace bilten
