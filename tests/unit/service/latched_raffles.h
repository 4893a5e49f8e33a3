// Raffles whose writer waits for the test: commands gather behind it.
#pragma once

#include <atomic>

#include "tests/unit/service/raffle_core.h"
#include "tests/unit/service/raffle_service.h"

namespace bilten::small_mesh {

// Where a handler waits until the test lets it go on.
class Latch {
 public:
  void pass() {
    reached_ = true;
    open_.wait(false);
  }
  bool is_reached() const { return reached_; }
  void open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  std::atomic<bool> reached_ = false, open_ = false;
};

// Raffles whose writer waits at the latch for who enters by this address.
inline constexpr const char* kLatched = "latched@example.org";
inline Service latched_raffles(Latch& latch) {
  auto service = raffle::service();
  for (auto& any : service.table) {
    const auto* row = std::get_if<CommandRow>(&any);
    if (row == nullptr || row->description.name != api::raffle::Enter::name) continue;
    any = command<api::raffle::Enter>(
        "raffle.enter",
        [&latch](const Rows& rows, const Context& context, const api::raffle::Enter& message) {
          if (message.email == kLatched) latch.pass();
          return raffle::decide_enter(rows, context, message);
        });
  }
  return service;
}

}  // namespace bilten::small_mesh
