#include "common/service/message_watch.h"

namespace bilten {

MessageMetrics::MessageMetrics(const Table& table) {
  for (const auto& name : table.handled_names()) add(name);
}

void MessageMetrics::add(const std::string& name) {
  const auto of = [&](const char* outcome) {
    return counter("bilten_messages_total", "Messages handled, by name and outcome.",
                   {{"name", name}, {"outcome", outcome}});
  };
  by_name_.emplace(
      name, Of{of("ok"), of("refused"), of("failed"),
               histogram("bilten_message_seconds",
                         "Time in the message's handler, without the commit.", {{"name", name}})});
}

void MessageMetrics::count(std::string_view name, Code code, SteadyMicros took) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  auto& of = found->second;
  if (code == Code::ok) {
    of.ok.add();
  } else if (code == Code::internal || code == Code::unavailable) {
    of.failed.add();
  } else {
    of.refused.add();
  }
  of.seconds.observe(static_cast<double>(took) * 1e-6);
}

}  // namespace bilten
