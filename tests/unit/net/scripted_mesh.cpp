#include "tests/unit/net/scripted_mesh.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace bilten::net {
namespace {

MeshCore::Options options_for(size_t brokers, bool worker, const bool& stuck) {
  MeshCore::Options options;
  for (size_t i = 0; i < brokers; ++i) options.brokers.push_back("b" + std::to_string(i));
  options.ready.instance.bytes[15] = 7;
  if (worker) {
    options.ready.role = PeerRole::worker;
    ServiceClaim claim;
    claim.service = "echo";
    claim.credit = 100;
    options.ready.services = {claim};
  }
  options.load = [&stuck]() -> std::optional<Load> {
    if (stuck) return std::nullopt;
    return Load{3, 4};
  };
  return options;
}

}  // namespace

ScriptedMesh::ScriptedMesh(size_t count, bool worker, uint64_t seed)
    : brokers(count),
      random(seed),
      core(options_for(count, worker, stuck), random),
      open_(count),
      beat_at_(count) {}

void ScriptedMesh::run(SteadyMicros duration) {
  run_until(now + duration);
}

void ScriptedMesh::run_until(SteadyMicros until) {
  for (;;) {
    core.tick(now);
    carry_out();
    // A core that wants to be woken for what it has just done would keep a processor busy.
    spins_ = core.next_wake() <= now ? spins_ + 1 : 0;
    CHECK_INVARIANT(spins_ < 5);
    auto next = std::min(until, std::max(now + 1, core.next_wake()));
    for (uint32_t link = 0; link < brokers.size(); ++link) {
      if (open_[link] && brokers[link].beats) next = std::min(next, beat_at_[link]);
    }
    if (now >= until) return;
    now = std::max(now + 1, next);
    for (uint32_t link = 0; link < brokers.size(); ++link) {
      if (!open_[link] || !brokers[link].beats || now < beat_at_[link]) continue;
      beat_at_[link] = now + 1'000'000;
      if (brokers[link].reachable) receive(link, control(Command::heartbeat));
    }
  }
}

int ScriptedMesh::call(Call call) {
  const int number = calls_++;
  outcomes[number];
  core.call(now, std::move(call), [this, number](Answer answer) {
    auto& outcome = outcomes[number];
    outcome.answer = std::move(answer);
    outcome.at = now;
    ++outcome.times;
  });
  carry_out();
  return number;
}

void ScriptedMesh::receive(uint32_t link, const std::string& frame) {
  core.receive(now, link, core.generation(link), frame);
  carry_out();
}

void ScriptedMesh::disconnect(uint32_t link, Code code) {
  receive(link, control(Command::disconnect, {}, code));
}

void ScriptedMesh::answer(const Seen& request, const std::string& body) {
  core.receive(now, request.link, request.generation, reply_frame(request.header.id, body));
  carry_out();
}

void ScriptedMesh::refuse(const Seen& request, Code code, uint32_t retry_after_ms) {
  Error error{code, std::string(word(code)), "scripted"};
  error.retry_after_ms = retry_after_ms;
  core.receive(now, request.link, request.generation, build_error(request.header.id, error));
  carry_out();
}

void ScriptedMesh::carry_out() {
  auto& output = core.output();
  while (!output.sockets.empty() || !output.frames.empty()) {
    for (const auto& wish : std::exchange(output.sockets, {})) {
      open_[wish.link] = wish.open;
      beat_at_[wish.link] = now + 1'000'000;
      if (wish.open) opened.push_back(wish.link);
    }
    for (auto& frame : std::exchange(output.frames, {})) take(std::move(frame));
  }
  for (auto& request : std::exchange(output.requests, {})) requests.push_back(std::move(request));
  for (const auto& each : std::exchange(output.cancellations, {})) cancellations.push_back(each);
  for (auto& [to, body] : std::exchange(output.parts, {})) to(std::move(body));
  for (auto& notice : std::exchange(output.notices, {})) notices.push_back(std::move(notice));
  for (auto& [done, answer] : std::exchange(core.ended(), {})) done(std::move(answer));
}

void ScriptedMesh::take(MeshCore::Outgoing frame) {
  auto& broker = brokers[frame.link];
  if (!open_[frame.link] || frame.generation != core.generation(frame.link)) return;
  if (!broker.reachable) return core.refused(now, std::move(frame));
  const auto parsed = parse_frame(frame.frame);
  CHECK_INVARIANT(parsed);
  seen.push_back({frame.link, frame.generation, now, parsed->header, std::string(parsed->name),
                  std::string(parsed->ext), std::string(parsed->body)});
  if (parsed->header.command != Command::ready || !broker.welcomes) return;
  Welcome welcome;
  welcome.incarnation = broker.incarnation;
  core.receive(now, frame.link, frame.generation, control(Command::welcome, encode(welcome)));
}

std::vector<Seen> ScriptedMesh::sent(Command command) const {
  std::vector<Seen> found;
  std::copy_if(seen.begin(), seen.end(), std::back_inserter(found),
               [&](const Seen& each) { return each.header.command == command; });
  return found;
}

std::string control(Command command, const std::string& body, Code code) {
  Header header;
  header.command = command;
  header.code = static_cast<uint8_t>(code);
  return build_frame(header, {}, {}, body);
}

Call call_of(const std::string& name, uint32_t budget_ms, bool idempotent) {
  Call call;
  call.name = name;
  call.budget_ms = budget_ms;
  call.idempotent = idempotent;
  return call;
}

}  // namespace bilten::net
