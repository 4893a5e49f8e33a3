// What MeshCore does with frames from brokers, and with frames that a socket gave back.
#include "common/base/check.h"
#include "common/net/mesh_core.h"

namespace bilten::net {
namespace {

using State = MeshLink::State;

constexpr SteadyMicros kBacklogPauseUs = 2'000;

// How many parts a REPLY says went before it.
uint32_t chunks_of(const Frame& reply) {
  if (reply.ext.empty()) return 0;
  const auto ext = Ext::parse(reply.ext);
  return ext ? ext->chunk : 0;
}

}  // namespace

void MeshCore::receive(SteadyMicros now, uint32_t link, uint32_t generation,
                       std::string_view bytes) {
  CHECK_INVARIANT(link < links_.size());
  auto& from = links_[link];
  if (from.state() == State::closed || from.generation() != generation) return;
  auto frame = parse_frame(bytes);
  if (!frame) {
    ++counts_.bad_frames;
    return;
  }
  from.heard(now);
  const auto command = frame->header.command;
  if (command == Command::welcome) return on_welcome(now, link, *frame);
  if (command == Command::disconnect) {
    auto error = error_of(*frame);
    if (error.code == Code::ok) error.code = Code::draining;
    return lose(now, link, error.code, error.detail.empty() ? error.reason : error.detail);
  }
  if (from.state() != State::up) return;  // Of no use before WELCOME.
  switch (command) {
    case Command::reply:
    case Command::error: return on_answer(now, link, *frame);
    case Command::partial: return on_partial(now, link, *frame);
    case Command::request: return on_request(now, link, *frame);
    case Command::drain: return from.set_draining();
    case Command::cancel:
      output_.cancellations.push_back({link, generation, frame->header.id});
      return;
    case Command::heartbeat: return;
    default: ++counts_.bad_frames;
  }
}

void MeshCore::on_welcome(SteadyMicros now, uint32_t link, const Frame& frame) {
  const auto welcome = decode<Welcome>(frame.body);
  if (!welcome || welcome->version != kProtocolVersion) {
    ++counts_.bad_frames;
    return lose(now, link, Code::version, "WELCOME cannot be read; is the broker of this release?");
  }
  const bool was_up = links_[link].state() == State::up;
  if (links_[link].welcomed(now, *welcome, random_)) lose_calls(now, link);
  if (!was_up) output_.notices.push_back({links_[link].endpoint(), Code::ok, welcome->name});
  send_waiting(now);
}

void MeshCore::on_request(SteadyMicros now, uint32_t link, const Frame& frame) {
  const auto& header = frame.header;
  const auto refuse = [&](Code code, std::string detail) {
    send(now, link, build_error(header.id, {code, std::string(word(code)), std::move(detail)}));
  };
  if (draining_ || options_.ready.services.empty()) {
    return refuse(Code::draining, "this worker takes no more requests");
  }
  if (header.ttl_ms == 0) return refuse(Code::deadline_queued, "the budget is spent");
  auto ext = Ext::parse(frame.ext, header.flags);
  if (!ext) return refuse(Code::bad_frame, ext.error().detail);
  ++links_[link].owed;
  output_.requests.push_back({link, links_[link].generation(), header, std::string(frame.name),
                              std::move(*ext), std::string(frame.body),
                              now + int64_t{header.ttl_ms} * 1000});
}

// The call that the frame is for; null: it has ended, and the frame is counted as late.
PendingCall* MeshCore::answered_by(uint32_t link, const Frame& frame) {
  auto* call = calls_.find(frame.header.id);
  if (call && call->state == PendingCall::State::sent && call->link == link) return call;
  ++counts_.late_answers;
  return nullptr;
}

void MeshCore::on_partial(SteadyMicros now, uint32_t link, const Frame& frame) {
  auto* call = answered_by(link, frame);
  if (!call) return;
  if (!call->call.on_partial) {
    return break_stream(now, *call, "the answer comes in parts; ask with on_partial");
  }
  const auto ext = Ext::parse(frame.ext);
  if (!ext || ext->chunk != call->chunks + 1) {
    return break_stream(now, *call, "a part of the answer is missing");
  }
  call->chunks = ext->chunk;
  output_.parts.push_back({call->call.on_partial, std::string(frame.body)});
}

void MeshCore::break_stream(SteadyMicros now, PendingCall& call, std::string why) {
  ++counts_.broken_streams;
  send_cancel(now, call);
  calls_.end(call, Error{Code::broker_lost, "broken_stream", std::move(why)});
}

void MeshCore::on_answer(SteadyMicros now, uint32_t link, const Frame& frame) {
  auto* call = answered_by(link, frame);
  if (!call) return;
  if (frame.header.command == Command::reply) {
    if (call->chunks != chunks_of(frame)) {
      return break_stream(now, *call, "a part of the answer is missing");
    }
    Answer answer{static_cast<Code>(frame.header.code), std::string(frame.body), {}};
    if (answer.code != Code::ok) {
      answer.error = error_of(frame);
      answer.code = answer.error.code;
    }
    return calls_.end(*call, std::move(answer));
  }
  auto error = error_of(frame);
  // An ERROR frame that says ok contradicts itself; whether the request ran stays unknown.
  if (error.code == Code::ok) error.code = Code::internal;
  calls_.refuse(now, *call, std::move(error));
}

void MeshCore::refused(SteadyMicros now, Outgoing frame) {
  auto& link = links_[frame.link];
  if (link.state() == State::closed || link.generation() != frame.generation) return;
  const auto parsed = parse_frame(frame.frame);
  CHECK_INVARIANT(parsed);
  const auto command = parsed->header.command;
  const bool is_beat = command == Command::heartbeat;
  const bool is_lost = link.refused(now, command == Command::ready, is_beat);
  if (command == Command::request) {
    auto* call = calls_.find(parsed->header.id);
    if (call && call->state == PendingCall::State::sent && call->link == frame.link) {
      calls_.block(now, *call);
    }
  } else if (command != Command::ready && !is_beat && !is_lost) {
    if (frame.held || link.backlog.size() >= kBacklogMax) {
      ++counts_.dropped_replies;
    } else {
      link.backlog.push_back(std::move(frame.frame));
      backlog_at_ = std::min(backlog_at_, now + kBacklogPauseUs);
    }
  }
  if (is_lost) lose(now, frame.link, Code::broker_lost, "the connection takes nothing more");
}

void MeshCore::flush_backlog(MeshLink& link, uint32_t index) {
  for (auto& frame : link.backlog) {
    output_.frames.push_back({index, link.generation(), std::move(frame), true});
  }
  link.backlog.clear();
}

void MeshCore::broken(SteadyMicros now, uint32_t link, std::string_view why) {
  ++counts_.bad_frames;
  if (links_[link].state() != State::closed) lose(now, link, Code::bad_frame, why);
}

}  // namespace bilten::net
