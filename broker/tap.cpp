#include "broker/tap.h"

#include <algorithm>
#include <utility>

namespace bilten::broker {
namespace {

// What a header costs beside its name: as it travels in an answer.
constexpr size_t kHeaderCost = 200;
constexpr size_t kPageBytesMax = 800'000;

std::string_view word_of(Command command) {
  switch (command) {
    case Command::ready: return "ready";
    case Command::welcome: return "welcome";
    case Command::request: return "request";
    case Command::reply: return "reply";
    case Command::partial: return "partial";
    case Command::error: return "error";
    case Command::cancel: return "cancel";
    case Command::credit: return "credit";
    case Command::heartbeat: return "heartbeat";
    case Command::disconnect: return "disconnect";
    case Command::drain: return "drain";
    case Command::routes: return "routes";
    case Command::event: break;
  }
  return "event";
}

}  // namespace

mesh::TapPage Tap::look(SteadyMicros now, const mesh::TapQuestion& question) {
  if (!is_open(now)) {
    ring_.clear();
    missed_ = 0;
    paid_at_ = now;
    budget_left_ = question.bytes_per_s;
  }
  open_until_ = now + kOpenMicros;
  sample_ = question.sample;
  budget_per_s_ = question.bytes_per_s;
  mesh::TapPage page;
  page.missed = missed_;
  page.next = std::min(question.after, last_);
  size_t bytes = 0;
  for (const auto& header : ring_) {
    if (header.number <= question.after) continue;
    bytes += kHeaderCost + header.name.size();
    if (bytes > kPageBytesMax || page.headers.size() >= question.limit) break;
    page.headers.push_back(header);
    page.next = header.number;
  }
  return page;
}

bool Tap::pay(SteadyMicros now, size_t bytes) {
  const double seconds = static_cast<double>(now - paid_at_) / 1e6;
  paid_at_ = now;
  budget_left_ = std::min(budget_per_s_, budget_left_ + seconds * budget_per_s_);
  if (budget_left_ < static_cast<double>(bytes)) return false;
  budget_left_ -= static_cast<double>(bytes);
  return true;
}

void Tap::note(SteadyMicros now, UnixMillis wall, const Peer& from, const Frame& frame,
               Random& random) {
  if (!is_open(now)) return ring_.clear();
  constexpr double kWhole = 4294967296.0;  // 2^32
  if (sample_ < 1 && static_cast<double>(random.next() >> 32) >= sample_ * kWhole) return;
  if (!pay(now, kHeaderCost + frame.name.size())) {
    ++missed_;
    return;
  }
  const Header& header = frame.header;
  mesh::TapHeader kept;
  kept.number = ++last_;
  kept.at = {wall};
  kept.from = from.principal->rule.principal;
  kept.command = word_of(header.command);
  kept.name = frame.name;
  kept.code = header.code;
  kept.flags = header.flags;
  kept.ttl_ms = header.ttl_ms;
  kept.ext_bytes = static_cast<uint32_t>(frame.ext.size());
  kept.body_bytes = static_cast<uint32_t>(frame.body.size());
  if (ring_.size() >= kHeadersKept) ring_.pop_front();
  ring_.push_back(std::move(kept));
}

}  // namespace bilten::broker
