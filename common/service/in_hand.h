// The message in hand, noted where an abort leaves it: a small mapped file. What was in hand when
// the process crashed is poison, and is not run again. kill -9 and power cuts accuse nobody: only
// the crash signals do, in whose handler the crashing thread's slot is marked.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace bilten {

class InHand {
 public:
  static constexpr size_t kIdMax = 96;      // Longer ids are cut.
  static constexpr size_t kSlots = 32;      // Threads that handle messages; 0 is the writer.
  static constexpr size_t kPoisonMax = 64;  // The oldest is forgotten for the 65th.

  // Takes over what the process before left. One for each process: a crash accuses the last opened.
  static Result<std::unique_ptr<InHand>> open(const std::string& path);
  ~InHand();

  const std::set<std::string, std::less<>>& poisonous() const { return poisonous_; }

  // On the thread of the slot.
  void begin(size_t slot, std::string_view id);
  void end(size_t slot);

 private:
  struct Mapped;
  explicit InHand(Mapped* mapped) : mapped_(mapped) {}
  void take_over();
  static void on_crash(int signal);

  Mapped* mapped_;
  std::set<std::string, std::less<>> poisonous_;
};

}  // namespace bilten
