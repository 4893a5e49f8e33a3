// The one place every message passes: it is noted as in hand, counted and timed by its name.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/process/metrics.h"
#include "common/service/in_hand.h"
#include "common/service/table.h"
#include "common/service/writer.h"

namespace bilten {

// The counters of all messages of a table; made once, used by all threads.
class MessageMetrics {
 public:
  explicit MessageMetrics(const Table& table);
  void count(std::string_view name, Code code, SteadyMicros took);

 private:
  struct Of {
    Counter ok, refused, failed;  // `failed` is our fault, `refused` is part of the contract.
    Histogram seconds;
  };
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  void add(const std::string& name);

  std::unordered_map<std::string, Of, NameHash, std::equal_to<>> by_name_;
};

// One for each thread that handles messages.
class MessageWatch final : public Watch {
 public:
  MessageWatch(MessageMetrics& metrics, InHand& in_hand, size_t slot, const Clock& clock)
      : metrics_(metrics), in_hand_(in_hand), slot_(slot), clock_(clock) {}

  void begin(std::string_view, std::string_view id) override {
    in_hand_.begin(slot_, id);
    began_at_ = clock_.steady_us();
  }
  void end(std::string_view name, Code code) override {
    in_hand_.end(slot_);
    metrics_.count(name, code, clock_.steady_us() - began_at_);
  }

 private:
  MessageMetrics& metrics_;
  InHand& in_hand_;
  const size_t slot_;
  const Clock& clock_;
  SteadyMicros began_at_ = 0;
};

}  // namespace bilten
