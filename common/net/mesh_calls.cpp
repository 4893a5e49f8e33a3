#include "common/net/mesh_calls.h"

#include <algorithm>

#include "common/base/check.h"

namespace bilten::net {
namespace {

using CallState = PendingCall::State;

// Alarms ring to about 4 ms: finer would only make the map larger.
constexpr SteadyMicros kSliceUs = 4096;
constexpr SteadyMicros kFirstPauseUs = 20'000;
constexpr SteadyMicros kPauseMaxUs = 160'000;
constexpr SteadyMicros kBlockedPauseUs = 15'000;

Error error_for(Code code, std::string detail) {
  return {code, std::string(word(code)), std::move(detail)};
}

// What is wrong with a call that no broker needs to be asked about.
std::optional<Error> fault_of(const Call& call, const std::string& ext) {
  if (!is_message_name(call.name)) {
    return error_for(Code::bad_frame, "'" + call.name.substr(0, kNameMax) +
                                          "' is no message name; use service.message");
  }
  if (call.body.size() > kBodyMax) return error_for(Code::too_large, "the body is beyond 1 MiB");
  if (ext.size() > kExtMax) return error_for(Code::too_large, "the extension is beyond 4 KiB");
  return std::nullopt;
}

}  // namespace

MeshCalls::MeshCalls(size_t links, Random& random)
    : random_(random), sent_on_(links), next_turn_(random.below(1U << 30) + 1) {}

void MeshCalls::move_to(PendingCall& call, CallState state) {
  if (call.state == CallState::sent) --sent_on_[call.link];
  if (state == CallState::sent) ++sent_on_[call.link];
  call.state = state;
}

PendingCall* MeshCalls::add(SteadyMicros now, Call call, OnAnswer done) {
  // Lets the owner tell a late copy of this call from a new one under the same key.
  if (!call.ext.idempotency_key.empty()) call.ext.call = next_turn_;
  auto ext = call.ext.pack();
  auto fault = fault_of(call, ext);
  if (!fault && free_.empty() && slots_.size() == kMax) {
    fault = error_for(Code::no_capacity, "too many calls are under way here; try again later");
  }
  if (fault) {
    const Code code = fault->code;
    ended_.push_back({std::move(done), {code, {}, std::move(*fault)}});
    return nullptr;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  auto& pending = slots_[free_.back()];
  pending.id = next_turn_++ * kMax + free_.back();
  free_.pop_back();
  pending.state = CallState::waiting;
  pending.call = std::move(call);
  if (pending.call.handle) pending.call.handle->id = pending.id;
  pending.ext = std::move(ext);
  pending.done = std::move(done);
  pending.started_at = now;
  pending.deadline =
      now + int64_t{std::clamp(pending.call.budget_ms, uint32_t{1}, kTtlMaxMs)} * 1000;
  pending.refused_at = 0;
  pending.chunks = 0;
  pending.sends = 0;
  pending.maybe_ran = false;
  sleep_until(pending, pending.deadline);
  return &pending;
}

PendingCall* MeshCalls::find(uint64_t id) {
  const auto slot = id % kMax;
  if (slot >= slots_.size()) return nullptr;
  auto& call = slots_[slot];
  return call.id == id && call.state != CallState::ended ? &call : nullptr;
}

void MeshCalls::end(PendingCall& call, Answer answer) {
  CHECK_INVARIANT(call.state != CallState::ended);
  ended_.push_back({std::move(call.done), std::move(answer)});
  move_to(call, CallState::ended);
  call.done = nullptr;
  call.call = {};
  call.ext.clear();
  free_.push_back(static_cast<uint32_t>(call.id % kMax));
}

void MeshCalls::end(PendingCall& call, Error error) {
  // A later send that did not run says nothing about the one that was lost.
  if (call.maybe_ran && ran(error.code) == Ran::no) {
    error = error_for(Code::broker_lost,
                      "the link was lost under an earlier send, and the last one ended as " +
                          error.reason + "; repeat with the same idempotency key");
  }
  const Code code = error.code;
  end(call, Answer{code, {}, std::move(error)});
}

void MeshCalls::refuse(SteadyMicros now, PendingCall& call, Error error) {
  if (const auto pause = pause_before_retry(now, call, error)) {
    if (ran(error.code) == Ran::unknown) call.maybe_ran = true;
    move_to(call, CallState::resting);
    call.refused_at = 0;
    sleep_until(call, now + *pause);
  } else {
    end(call, std::move(error));
  }
}

void MeshCalls::block(SteadyMicros now, PendingCall& call) {
  if (call.refused_at == 0) call.refused_at = now;
  --call.sends;
  if (now - call.refused_at >= kRefusedUs) {
    return end(call, error_for(Code::no_capacity, "the broker takes no more from us just now"));
  }
  move_to(call, CallState::resting);
  sleep_until(call, std::min(call.deadline, now + kBlockedPauseUs));
}

bool MeshCalls::lose(PendingCall& call) {
  if (call.state != CallState::sent) return true;
  // Parts that were handed on cannot be taken back, so that a second answer would be mixed with
  // them.
  if (!call.call.idempotent || call.chunks > 0 || call.sends >= kSendsMax) {
    end(call, error_for(Code::broker_lost, "the link to the broker was lost under the call"));
    return false;
  }
  call.maybe_ran = true;
  move_to(call, CallState::waiting);
  call.refused_at = 0;
  if (call.wake_at != call.deadline) sleep_until(call, call.deadline);
  return true;
}

void MeshCalls::mark_sent(PendingCall& call, uint32_t link) {
  call.link = link;
  move_to(call, CallState::sent);
  ++call.sends;
}

void MeshCalls::sleep_until(PendingCall& call, SteadyMicros at) {
  call.wake_at = at;
  alarms_[at / kSliceUs + 1].push_back(call.id);
}

void MeshCalls::expire(PendingCall& call) {
  if (call.state == CallState::sent || call.maybe_ran) {
    end(call, error_for(Code::deadline_inflight, "no answer came within the budget"));
  } else {
    end(call, error_for(Code::deadline_queued, "no broker took the call within the budget"));
  }
}

std::vector<PendingCall*> MeshCalls::wake(SteadyMicros now) {
  std::vector<PendingCall*> due;
  while (!alarms_.empty() && alarms_.begin()->first * kSliceUs <= now) {
    const auto ids = std::move(alarms_.begin()->second);
    alarms_.erase(alarms_.begin());
    for (const auto id : ids) {
      auto* call = find(id);
      if (!call || call->wake_at > now) continue;
      if (call->state == CallState::sent && now < call->deadline + kGraceUs) {
        sleep_until(*call, call->deadline + kGraceUs);
      } else if (call->state == CallState::resting && now < call->deadline) {
        move_to(*call, CallState::waiting);
        sleep_until(*call, call->deadline);
        due.push_back(call);
      } else {
        expire(*call);
      }
    }
  }
  return due;
}

SteadyMicros MeshCalls::next_wake() const {
  return alarms_.empty() ? INT64_MAX : alarms_.begin()->first * kSliceUs;
}

std::optional<SteadyMicros> MeshCalls::pause_before_retry(SteadyMicros now, const PendingCall& call,
                                                          const Error& error) {
  const bool away = error.code == Code::no_service;
  switch (error.code) {
    case Code::no_service:
      if (!call.call.wait_for_service || now - call.started_at >= kServiceWaitUs) return {};
      break;
    // Under one key it has its effect once, however often it arrives.
    case Code::worker_lost:
      if (!call.call.idempotent) return {};
      break;
    // The broker has made it wait already: once more, then its caller should know.
    case Code::no_capacity:
      if (call.sends >= kSendsWhenShed) return {};
      break;
    case Code::draining:
    case Code::circuit_open:
    case Code::fenced: break;
    default: return {};
  }
  if (call.chunks > 0) return {};
  if (!away && call.sends >= kSendsMax) return {};
  const SteadyMicros longest =
      std::min(kPauseMaxUs, kFirstPauseUs << std::min<int>(call.sends - 1, 5));
  SteadyMicros pause =
      longest / 2 + static_cast<SteadyMicros>(random_.below(static_cast<uint64_t>(longest) / 2));
  pause = std::max(pause, int64_t{error.retry_after_ms} * 1000);
  // Resting past the deadline would turn a clear refusal into a time-out.
  if (now + pause + kFirstPauseUs >= call.deadline) return {};
  return pause;
}

}  // namespace bilten::net
