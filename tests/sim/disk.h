// A daemon's store as its process dies and its disk fills up: memory that keeps what was committed,
// and commits that can be refused, or be the last thing that the process does.
#pragma once

#include <memory>

#include "tests/support/forwarding_store.h"

namespace bilten::sim {

// How the next commit ends.
enum class Fate : uint8_t { lasting, refused, dies_before, dies_after };

class Disk final : public test::ForwardingStore {
 public:
  explicit Disk(Random& random);

  // dies_before and dies_after wait for a commit, and then dead() is true until revive().
  void set_fate(Fate fate) { fate_ = fate; }
  Fate fate() const { return fate_; }
  bool dead() const { return dead_; }
  void revive();
  CommitResult commit(Batch& batch);

  std::unique_ptr<Batch> begin() override;

 private:
  Fate fate_ = Fate::lasting;
  bool dead_ = false;
};

}  // namespace bilten::sim
