// What the broker counts; plain integers of the loop's thread, shown by $mesh.stats under these
// names.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bilten::broker {

struct Counters {
  uint64_t frames = 0;  // Received, whatever they were.
  uint64_t requests = 0;
  uint64_t forwarded = 0;             // Requests given to a worker, re-sends too.
  uint64_t forwarded_to_brokers = 0;  // Of these, to another broker's.
  uint64_t answers = 0;               // REPLY and ERROR frames passed to clients.
  uint64_t answers_dropped = 0;       // The client was gone, or took nothing more.
  uint64_t answers_unclaimed = 0;     // Late, repeated, or from one who does not hold the request.
  uint64_t errors = 0;                // ERROR frames that the broker made.
  uint64_t partials = 0;              // Pieces of answers passed to clients.
  uint64_t denied = 0;
  uint64_t rate_limited = 0;
  uint64_t queued = 0;
  uint64_t shed = 0;         // Refused early, because the queue stood.
  uint64_t expired = 0;      // Budgets that ended here or at a worker.
  uint64_t worker_lost = 0;  // Requests answered so.
  uint64_t resent = 0;
  uint64_t breakers_opened = 0;
  uint64_t mirrored = 0;  // Copies that a rule made; no request of a client.
  uint64_t faults = 0;    // Requests that a rule delayed, aborted or dropped.
  uint64_t bad_frames = 0;
  uint64_t bad_frame_alarms = 0;  // Peers parted with for three in ten seconds.
  uint64_t strangers = 0;         // Frames before a READY.
  uint64_t fenced = 0;
  uint64_t peers_joined = 0;
  uint64_t neighbours_refused =
      0;                    // Other brokers that this one would not link to, or that would not.
  uint64_t peers_lost = 0;  // Silent, or found gone.
  uint64_t handshakes_admitted = 0;
  uint64_t handshakes_refused = 0;  // Keys that are unknown, revoked or not of this door.
  uint64_t handshakes_broken = 0;   // Ended before a key was shown: no CURVE, or hung up.

  static constexpr auto list() {
    using Named = std::pair<std::string_view, uint64_t Counters::*>;
    return std::to_array<Named>({{"frames", &Counters::frames},
                                 {"requests", &Counters::requests},
                                 {"forwarded", &Counters::forwarded},
                                 {"forwarded_to_brokers", &Counters::forwarded_to_brokers},
                                 {"answers", &Counters::answers},
                                 {"answers_dropped", &Counters::answers_dropped},
                                 {"answers_unclaimed", &Counters::answers_unclaimed},
                                 {"errors", &Counters::errors},
                                 {"partials", &Counters::partials},
                                 {"denied", &Counters::denied},
                                 {"rate_limited", &Counters::rate_limited},
                                 {"queued", &Counters::queued},
                                 {"shed", &Counters::shed},
                                 {"expired", &Counters::expired},
                                 {"worker_lost", &Counters::worker_lost},
                                 {"resent", &Counters::resent},
                                 {"breakers_opened", &Counters::breakers_opened},
                                 {"mirrored", &Counters::mirrored},
                                 {"faults", &Counters::faults},
                                 {"bad_frames", &Counters::bad_frames},
                                 {"bad_frame_alarms", &Counters::bad_frame_alarms},
                                 {"strangers", &Counters::strangers},
                                 {"fenced", &Counters::fenced},
                                 {"peers_joined", &Counters::peers_joined},
                                 {"neighbours_refused", &Counters::neighbours_refused},
                                 {"peers_lost", &Counters::peers_lost},
                                 {"handshakes_admitted", &Counters::handshakes_admitted},
                                 {"handshakes_refused", &Counters::handshakes_refused},
                                 {"handshakes_broken", &Counters::handshakes_broken}});
  }
};

}  // namespace bilten::broker
