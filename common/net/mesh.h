// A process's place in the mesh: one thread, one DEALER to each broker, a SUB for facts and a PUB
// for its own. Any thread may call; callbacks run on the mesh thread and must not block.
// The rules (deadlines, retries, failover, heartbeats, READY) live in MeshCore (mesh_core.h), a
// state machine that the simulator drives as well.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/net/keys.h"
#include "common/net/socket.h"
#include "common/wire/control.h"
#include "common/wire/frame.h"

namespace bilten::net {

struct MeshOptions {
  std::vector<std::string> brokers;  // "tcp://127.0.0.1:5570", one to five.
  std::string events_publish;    // XSUB of bilten-events; empty: this process publishes nothing.
  std::string events_subscribe;  // XPUB of bilten-events; empty: hears nothing.
  KeyRing keys;                  // public_keys must hold "broker" and "events".
  std::vector<ServiceClaim> services;  // Empty: a client only.
  std::vector<std::string> topics;     // Prefixes to subscribe to: "ticket.", "wm.ticket".
  std::string build;
  uint32_t heartbeat_ms = 1000;
};

// Names a call under way, for Mesh::cancel(). Its content is the mesh thread's.
struct CallHandle {
  uint64_t id = 0;
};
// One part of an answer that comes in several; on the mesh thread, in order, before OnAnswer.
using OnPartial = std::function<void(std::string body)>;

// A call to another service.
struct Call {
  std::string name;  // "ticket.order"
  std::string body;  // MessagePack map.
  Ext ext;           // claims, traceparent, idempotency key ...
  uint32_t budget_ms = 2000;
  uint32_t shard = 0;
  Class request_class = Class::normal;
  bool idempotent = false;  // May be sent again after a loss.
  // Waits a few seconds, within the budget, for a service that is away (restarting).
  bool wait_for_service = true;
  // By this broker alone, given by its place in MeshOptions::brokers; not linked: the call ends as
  // broker_lost. Absent: by whichever is used.
  std::optional<uint32_t> broker = {};
  // For methods that answer in parts; without it such an answer ends the call as an error. The
  // budget bounds them all together.
  OnPartial on_partial = {};
  std::shared_ptr<CallHandle> handle = {};  // Given: the call can be cancelled.
};
struct Answer {
  Code code = Code::ok;
  std::string body;
  Error error;  // When code is not ok.
};
using OnAnswer = std::function<void(Answer)>;

// A request that a broker handed to this worker. Answer it once, from any thread.
struct Incoming {
  uint32_t link = 0;        // Which broker; with `generation`, what the reply needs.
  uint32_t generation = 0;  // Of the connection: replies to an older one are dropped.
  Header header;
  std::string name;
  Ext ext;
  std::string body;
  SteadyMicros expires_at = 0;
};

// The caller of this request wants its answer no more. Best effort: one that runs may run on, and
// is answered as ever; one that has not begun is answered `cancelled`.
struct Cancellation {
  uint32_t link = 0, generation = 0;
  uint64_t id = 0;
};

// A publication as it came; `topic` without its final 0 byte.
struct Publication {
  std::string topic;
  uint64_t seq = 0;
  Ext ext;
  std::string body;
};

// What an operator should hear of a link: a lost broker, a refused claim. `code` fenced: another
// process owns a service of ours.
struct LinkNotice {
  std::string broker;    // Its endpoint.
  Code code = Code::ok;  // ok: connected.
  std::string detail;
};

struct MeshCounts {
  uint64_t calls = 0;
  uint64_t resent = 0;           // After a lost link or a refusal that did not run.
  uint64_t late_answers = 0;     // Dropped: the call had ended.
  uint64_t dropped_replies = 0;  // To a connection that is gone, or twice refused by the socket.
  uint64_t bad_frames = 0;       // And publications.
  uint64_t cancelled = 0;        // Calls that this process gave up by cancel().
  uint64_t broken_streams = 0;   // Calls ended because a part of their answer was missing.
};

class Mesh {
 public:
  struct Handlers {
    std::function<void(std::vector<Incoming>)> on_requests;  // All that one wake-up gathered.
    std::function<void(std::vector<Publication>)> on_publications;
    std::function<void(std::vector<Cancellation>)> on_cancellations = {};  // May be empty.
    std::function<void(bool connected)> on_link;            // To at least one broker, or none.
    std::function<Load()> load;                             // For heartbeats.
    std::function<bool()> alive;                            // False: stop beating (writer stuck).
    std::function<void(const LinkNotice&)> on_notice = {};  // For the log; may be empty.
  };
  Mesh(Context& context, MeshOptions options, Handlers handlers, const Clock& clock,
       Random& random);
  ~Mesh();  // Drains: DRAIN, waits for what is in flight (at most 5 s), DISCONNECT.
  // An error names the address or key that does not work. Unreachable brokers are no error.
  Status start();

  // Every call is answered exactly once, soon after its budget at the latest.
  void call(Call call, OnAnswer done);
  // The call ends at once as `cancelled` (whether it ran is not known), and its worker is told.
  // One that has ended already is left alone.
  void cancel(std::shared_ptr<CallHandle> handle);
  // Blocks the calling thread (never the mesh thread) until the answer or the deadline.
  Answer call_and_wait(Call call);

  struct Reply {
    uint32_t link = 0, generation = 0;
    uint64_t id = 0;
    std::string frame;     // A whole frame: partial_frame, reply_frame below, or build_error.
    bool is_part = false;  // A PARTIAL: the answer is still owed.
  };
  void reply(std::vector<Reply> replies);  // One wake-up for the whole batch.
  void publish(std::vector<std::string> frames);
  // Subscribes to these prefixes, and to no others any more, instead of MeshOptions::topics.
  void hear(std::vector<std::string> topics);
  void set_credit(const std::string& service, uint32_t credit);
  void drain();  // Say DRAIN to all brokers; requests in hand are still answered.
  bool connected() const;
  const Id& instance() const;  // As READY has it: this process among its service's workers.
  MeshCounts counts() const;

 private:
  class Shell;
  std::unique_ptr<Shell> shell_;
};

// The final answer. A body beyond kBodyMax becomes an ERROR frame (internal, "answer_too_large").
// `chunks`: how many parts went before it, so that the caller can tell that none is missing.
std::string reply_frame(uint64_t id, std::string_view body, uint32_t chunks = 0);
// Part `chunk` of an answer, counted from 1; body at most kBodyMax. Send the parts in order, and
// then a REPLY that says how many they were, or an ERROR.
std::string partial_frame(uint64_t id, uint32_t chunk, std::string_view body);
// An EVENT frame with its topic in front, as the event sockets carry it.
std::string event_frame(std::string_view topic, uint64_t seq, const Ext& ext,
                        std::string_view body);
Result<Publication> parse_event_frame(std::string_view bytes);

}  // namespace bilten::net
