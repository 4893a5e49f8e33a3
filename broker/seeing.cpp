// The core's half that lets operators see: how requests fare, the broker's own spans, the tap.
#include "broker/core.h"
#include "broker/metrics_text.h"

namespace bilten::broker {
namespace {

constexpr size_t kSpansMax = 4096;

}  // namespace

// The broker opens no body, but where the request is sampled it writes its own span into the
// traceparent, so that the worker's span is below it. A traceparent that does not stand first in
// ext is left alone: then both are children of the caller's.
void Core::begin_span(uint32_t slot, const Frame& frame, net::Message& message) {
  const auto ext = Ext::parse(frame.ext);
  if (!ext || !is_sampled(ext->traceparent) || spans_.size() >= kSpansMax) return;
  auto span = child_span(ext->traceparent, SpanKind::internal, frame.name, random_);
  if (char* const carried = traceparent_in(message.data())) {
    span.span_id.data.copy(carried + kTraceIdBytes, kSpanIdBytes);
  }
  spans_[requests_.token(slot)] = std::move(span);
}

// The request has its answer: by its worker, or by the broker in its place.
void Core::account(uint32_t slot, Code code) {
  const InFlight& request = requests_[slot];
  if (request.is_copy) return;
  if (code != Code::cancelled) {
    request.service->figures.add(now_, now_ - request.arrived_at, code);
  }
  if (!(request.flags & flag::kSampled)) return;
  const auto found = spans_.find(requests_.token(slot));
  if (found == spans_.end()) return;
  auto& span = found->second;
  if (request.resent) span.note("bilten.resent", int64_t{1});
  if (code != Code::ok) span.note("bilten.code", std::string(word(code)));
  span.status = span_status(code);
  outside_.keep(span, request.arrived_at, now_);
  spans_.erase(found);
}

mesh::Latency Core::latency() const {
  mesh::Latency answer;
  for (const auto& [name, service] : registry_.services()) {
    const auto& figures = service.figures;
    answer.services.push_back({.service = name,
                               .answered = static_cast<int64_t>(figures.answered),
                               .refused = static_cast<int64_t>(figures.refused),
                               .failed = static_cast<int64_t>(figures.failed),
                               .queued = service.queue.size(),
                               .p50_us = figures.recent_quantile(now_, 0.5),
                               .p99_us = figures.recent_quantile(now_, 0.99)});
  }
  return answer;
}

// Nothing: the message is no question of this kind.
std::optional<Result<std::string>> Core::seeing_answer(const Frame& frame) {
  if (frame.name == "$mesh.latency") return encode(latency());
  if (frame.name == "$mesh.trace") return outside_.trace(frame.body);
  if (frame.name == "$mesh.metrics") {
    const auto text =
        metrics_text(registry_, counters_, {.peers = peers_.size(), .inflight = requests_.used()});
    return encode(mesh::MetricsText{text + outside_.process_metrics(), options_.name});
  }
  if (frame.name != "$mesh.tap") return std::nullopt;
  const auto question = decode<mesh::TapQuestion>(frame.body);
  if (!question) return Result<std::string>(question.error());
  return encode(tap_.look(now_, *question));
}

}  // namespace bilten::broker
