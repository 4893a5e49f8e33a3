// A MeshCore among scripted brokers on a virtual clock: the test says what each broker does.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/net/mesh_core.h"

namespace bilten::net {

// A frame that the core sent, as a broker sees it.
struct Seen {
  uint32_t link = 0;
  uint32_t generation = 0;
  SteadyMicros at = 0;
  Header header;
  std::string name, ext, body;
};

class ScriptedMesh {
 public:
  struct Broker {
    bool reachable = true;  // Its socket takes frames.
    bool welcomes = true;   // Answers READY.
    bool beats = true;      // Speaks whenever the core has been silent for an interval.
    int64_t incarnation = 1;
  };
  struct Outcome {
    Answer answer;
    SteadyMicros at = 0;
    int times = 0;
  };

  explicit ScriptedMesh(size_t brokers, bool worker = false, uint64_t seed = 1);

  // Lets virtual time pass, waking the core when it asks for it.
  void run(SteadyMicros duration);
  void run_until(SteadyMicros at);
  // The core's number of this call, by which `outcomes` knows it.
  int call(Call call);
  void receive(uint32_t link, const std::string& frame);
  void disconnect(uint32_t link, Code code);
  void answer(const Seen& request, const std::string& body);
  void refuse(const Seen& request, Code code, uint32_t retry_after_ms = 0);
  void carry_out();

  // Frames of one kind, in the order they were sent.
  std::vector<Seen> sent(Command command) const;
  const Outcome& outcome(int call) { return outcomes[call]; }
  bool ended(int call) { return outcomes[call].times > 0; }

  SteadyMicros now = 1'000'000;
  std::vector<Broker> brokers;
  std::vector<Seen> seen;
  std::vector<Incoming> requests;
  std::vector<Cancellation> cancellations;
  std::vector<LinkNotice> notices;
  std::map<int, Outcome> outcomes;
  std::vector<uint32_t> opened;  // Links, each time a socket was opened.
  bool stuck = false;            // The process must not claim to live.
  SeededRandom random;
  MeshCore core;

 private:
  void take(MeshCore::Outgoing frame);

  std::vector<bool> open_;
  std::vector<SteadyMicros> beat_at_;
  int calls_ = 0;
  int spins_ = 0;
};

std::string control(Command command, const std::string& body = {}, Code code = Code::ok);
Call call_of(const std::string& name, uint32_t budget_ms = 2000, bool idempotent = false);

}  // namespace bilten::net
