#include "common/service/parking.h"

#include <algorithm>

namespace bilten {

namespace {

// Moves the items that `leaves` picks out of `from`, keeping the order of both.
template <class Item, class Leaves, class Take>
void take_out(std::vector<Item>& from, Leaves leaves, Take take) {
  const auto first = std::stable_partition(from.begin(), from.end(),
                                           [&](const Item& item) { return !leaves(item); });
  for (auto item = first; item != from.end(); ++item) take(std::move(*item));
  from.erase(first, from.end());
}

}  // namespace

bool Parking::park(std::string_view owner, Parked parked) {
  if (size_ >= max_) return false;
  ++size_;
  auto found = owners_.find(owner);
  if (found == owners_.end()) found = owners_.emplace(owner, Waiting{}).first;
  found->second.unasked.push_back(std::move(parked));
  return true;
}

std::vector<std::string> Parking::questions(SteadyMicros now) {
  std::vector<std::string> ask;
  for (auto& [owner, waiting] : owners_) {
    if (waiting.asking || waiting.unasked.empty() || now < waiting.ask_at) continue;
    waiting.asking = true;
    waiting.asked = std::move(waiting.unasked);
    waiting.unasked.clear();
    ask.push_back(owner);
  }
  return ask;
}

void Parking::answered(const HeadAnswer& answer, SteadyMicros now) {
  const auto found = owners_.find(answer.owner);
  if (found == owners_.end() || !found->second.asking) return;
  auto& waiting = found->second;
  waiting.asking = false;
  if (answer.head) {
    for (auto& parked : waiting.asked)
      waiting.aimed.push_back({answer.head->seq, std::move(parked)});
  } else {
    waiting.ask_at = now + kAskAgain;
    for (auto& parked : waiting.asked) waiting.unasked.push_back(std::move(parked));
  }
  waiting.asked.clear();
}

std::vector<Request> Parking::reached(std::string_view owner, const Cursor& cursor) {
  std::vector<Request> ready;
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return ready;
  take_out(
      found->second.aimed, [&](const Aimed& aimed) { return aimed.seq <= cursor.seq; },
      [&](Aimed aimed) {
        aimed.parked.request.settled.emplace_back(owner);
        ready.push_back(std::move(aimed.parked.request));
      });
  size_ -= ready.size();
  return ready;
}

std::vector<Parked> Parking::expired(SteadyMicros now) {
  return take_where(
      [&](const Parked& parked) { return parked.request.expires_at <= now + kMargin; });
}

std::vector<Parked> Parking::cancelled(const std::vector<ReplyAddress>& addresses) {
  if (addresses.empty() || size_ == 0) return {};
  return take_where([&](const Parked& parked) {
    return std::ranges::find(addresses, parked.request.from) != addresses.end();
  });
}

std::vector<Parked> Parking::take_where(const std::function<bool(const Parked&)>& leaves) {
  std::vector<Parked> gone;
  const auto take = [&](Parked parked) { gone.push_back(std::move(parked)); };
  for (auto& [owner, waiting] : owners_) {
    take_out(waiting.unasked, leaves, take);
    take_out(waiting.asked, leaves, take);
    take_out(
        waiting.aimed, [&](const Aimed& aimed) { return leaves(aimed.parked); },
        [&](Aimed aimed) { take(std::move(aimed.parked)); });
  }
  size_ -= gone.size();
  return gone;
}

std::vector<Parked> Parking::given_up(std::string_view owner) {
  std::vector<Parked> gone;
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return gone;
  auto& waiting = found->second;
  for (auto* list : {&waiting.unasked, &waiting.asked}) {
    for (auto& parked : *list) gone.push_back(std::move(parked));
    list->clear();
  }
  for (auto& aimed : waiting.aimed) gone.push_back(std::move(aimed.parked));
  waiting.aimed.clear();
  size_ -= gone.size();
  return gone;
}

void Parking::unsettle() {
  for (auto& [owner, waiting] : owners_) {
    for (auto* list : {&waiting.unasked, &waiting.asked}) {
      for (auto& parked : *list) parked.request.settled.clear();
    }
    for (auto& aimed : waiting.aimed) aimed.parked.request.settled.clear();
  }
}

}  // namespace bilten
