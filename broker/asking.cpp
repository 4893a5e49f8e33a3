// $mesh.ask: a question to one worker among those that share a service's name. No choice, no queue,
// no second sending, no traffic rule: whoever asks wants this worker's word, now.
#include "broker/core.h"
#include "common/wire/mesh_admin.h"

namespace bilten::broker {
namespace {

// What a process says of itself, `gateway.$metrics`: the work of a service is not handed out so.
bool is_about_itself(std::string_view name) {
  const auto dot = name.find('.');
  return is_message_name(name) && dot != std::string_view::npos && name[dot + 1] == '$';
}

}  // namespace

// Why the worker may not be asked; nullptr: it did not join this broker.
Code Core::admission(const Peer& asker, const Frame& frame, std::string_view name,
                     const Claim* worker) const {
  const Principal& principal = *asker.principal;
  if (!matches_any(principal.rule.call, name)) return Code::denied;
  if (draining_) return Code::draining;
  if (frame.header.ttl_ms == 0) return Code::deadline_queued;
  if (worker == nullptr) return Code::no_service;
  // A rule that drains it leaves it free to speak of itself.
  if (worker->peer->draining) return Code::draining;
  if (worker->inflight >= worker->told.credit) return Code::no_capacity;
  return principal.inflight >= principal.inflight_max ? Code::rate_limited : Code::ok;
}

void Core::on_ask(Peer& peer, const Frame& frame) {
  const Header& header = frame.header;
  const auto wish = decode<mesh::Ask>(frame.body);
  if (!wish) return refuse(peer, header.id, wish.error());
  if (!is_about_itself(wish->name)) {
    Faults faults;
    const Path root;
    faults.add(Path{&root, "name"}, "must be about the worker itself, such as gateway.$metrics");
    return refuse(peer, header.id, invalid(std::move(faults)));
  }
  const auto service = wish->name.substr(0, wish->name.find('.'));
  Claim* worker = registry_.worker(service, wish->worker);
  auto verdict = admission(peer, frame, wish->name, worker);
  uint32_t retry_ms = retry_after_ms(verdict, registry_.find(service));
  if (verdict == Code::ok && (retry_ms = keep_pace(*peer.principal)) > 0) {
    verdict = Code::rate_limited;
  }
  const uint32_t slot = verdict == Code::ok ? requests_.take() : kNone;
  if (verdict == Code::ok && slot == kNone) verdict = Code::no_capacity;
  if (verdict == Code::denied) ++counters_.denied;
  if (verdict == Code::rate_limited) ++counters_.rate_limited;
  if (verdict != Code::ok) return refuse(peer, header.id, header.flags, verdict, retry_ms);

  take_on(slot, peer, header, *worker->service);
  requests_[slot].flags = header.flags & flag::kClassMask;
  Header asked;
  asked.command = Command::request;
  asked.principal = peer.principal->rule.number;
  net::Message message(build_frame(asked, wish->name, {}, wish->body.data));
  if (hand_over(slot, *worker, message) != net::Sent::ok) end_with(slot, Code::no_capacity);
}

}  // namespace bilten::broker
