#include "common/service/inbox.h"

#include <iterator>
#include <utility>

namespace bilten {

WriterCore::Input Inbox::take(size_t commands_max, int64_t wait_ms) {
  std::unique_lock lock(mutex_);
  condition_.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return woken_; });
  woken_ = false;
  auto taken = std::exchange(input_, {});
  if (taken.commands.size() > commands_max) {
    const auto rest = taken.commands.begin() + static_cast<std::ptrdiff_t>(commands_max);
    input_.commands.assign(std::make_move_iterator(rest),
                           std::make_move_iterator(taken.commands.end()));
    taken.commands.erase(rest, taken.commands.end());
    woken_ = true;
  }
  return taken;
}

size_t Inbox::commands() const {
  std::lock_guard lock(mutex_);
  return input_.commands.size();
}

}  // namespace bilten
