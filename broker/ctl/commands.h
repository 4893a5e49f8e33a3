// The subcommands of biltenctl that ask the mesh. Each answers its exit code.
#pragma once

#include <string>

#include "broker/ctl/session.h"

namespace bilten::ctl {

// Every service with its workers, as all the brokers of the configured list see them.
int services(const Session& session);
// The same again whenever a worker comes, goes or rests, until Ctrl-C.
int watch_services(const Session& session, Process& process);
// Each broker itself: name, uptime, peers, what is in flight, its counters.
int status(const Session& session);
// `biltenctl call event get '{"event_id": "..."}'`: the message typed as JSON, the answer as JSON.
int call(const Session& session, const std::string& service, const std::string& method,
         const std::string& json, uint32_t budget_ms);
// Facts whose name matches the pattern ("ticket.*"), as they happen, until Ctrl-C; `from_seq` set:
// from that position of each owner's journal on, without a gap. Where no owner answers at first, it
// ends.
int tail(const Session& session, Process& process, const std::string& pattern,
         std::optional<uint64_t> from_seq);

}  // namespace bilten::ctl
