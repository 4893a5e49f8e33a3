#include "gateway/shared_answers.h"

#include <algorithm>

namespace bilten::gateway {
namespace {

constexpr size_t kShardMax = 256;  // Answers; targets are the clients' to make up.
constexpr SteadyMicros kMilli = 1000, kSecond = 1'000'000;

Response with_age(const Response& answer, SteadyMicros age) {
  Response response = answer;
  response.add("Age", std::to_string(age / kSecond));
  return response;
}

}  // namespace

SharedAnswers::SharedAnswers(SharedTimes times, const Clock& clock)
    : times_(times),
      clock_(clock),
      fresh_(counter("http_shared_answers_total", "Answers given from those that guests share.",
                     {{"age", "fresh"}})),
      kept_(counter("http_shared_answers_total", "Answers given from those that guests share.",
                    {{"age", "kept"}})) {}

Response SharedAnswers::find_or_ask(const std::string& target,
                                    const std::function<Response()>& ask) {
  const auto now = clock_.steady_us();
  Entry known;
  const bool asks = begin(target, now, known);
  if (!asks && known.answer) {
    fresh_.add();
    return *known.answer;
  }
  Response response = ask();
  keep(target, now, response);
  if (response.status < 500 || !known.answer || !is_kept(known, now)) return response;
  kept_.add();
  return with_age(*known.answer, now - known.at);
}

std::optional<Response> SharedAnswers::find_kept(const std::string& target) {
  const auto now = clock_.steady_us();
  auto& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(target);
  if (found == shard.entries.end() || !is_kept(found->second, now)) return std::nullopt;
  kept_.add();
  return with_age(*found->second.answer, now - found->second.at);
}

SharedAnswers::Shard& SharedAnswers::shard_of(const std::string& target) {
  return shards_[std::hash<std::string>()(target) % shards_.size()];
}

bool SharedAnswers::begin(const std::string& target, SteadyMicros now, Entry& known) {
  auto& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(target);
  if (found == shard.entries.end()) return true;
  known = found->second;
  if (is_fresh(known, now)) return false;
  // One asks; the others do not wait for it.
  if (known.asking && is_kept(known, now)) return false;
  found->second.asking = true;
  return true;
}

void SharedAnswers::keep(const std::string& target, SteadyMicros now, const Response& response) {
  auto& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(target);
  if (response.status >= 500 || response.stream) {
    if (found != shard.entries.end()) found->second.asking = false;
    return;
  }
  if (response.status != 200) {  // It is gone, or hidden.
    if (found != shard.entries.end()) shard.entries.erase(found);
    return;
  }
  if (found == shard.entries.end() && shard.entries.size() >= kShardMax) forget_old(shard, now);
  shard.entries[target] = {std::make_shared<const Response>(response), now, false};
}

void SharedAnswers::forget_old(Shard& shard, SteadyMicros now) const {
  std::erase_if(shard.entries, [&](const auto& item) { return !is_fresh(item.second, now); });
  if (shard.entries.size() >= kShardMax) shard.entries.clear();
}

bool SharedAnswers::is_fresh(const Entry& entry, SteadyMicros now) const {
  return now - entry.at <= times_.fresh_ms * kMilli;
}

bool SharedAnswers::is_kept(const Entry& entry, SteadyMicros now) const {
  return now - entry.at <= times_.kept_s * kSecond;
}

}  // namespace bilten::gateway
