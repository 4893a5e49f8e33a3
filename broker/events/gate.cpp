#include "broker/events/gate.h"

#include <algorithm>
#include <array>

#include "common/wire/frame.h"

namespace bilten::events {
namespace {

constexpr std::array<std::string_view, 3> kOperations = {"ops.", "metric.", "log."};

bool is_topic(std::string_view topic) {
  return !topic.empty() && topic.size() <= kTopicMax && std::ranges::all_of(topic, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

bool is_event(std::string_view topic, std::string_view bytes) {
  const auto frame = parse_frame(bytes);
  return frame && frame->header.command == Command::event && frame->name == topic;
}

// "" where the publication is not well formed.
std::string_view topic_of(std::string_view publication) {
  const size_t end = publication.find('\0');
  const auto topic = publication.substr(0, end);
  const bool good = end != std::string_view::npos && is_topic(topic) &&
                    is_event(topic, publication.substr(end + 1));
  return good ? topic : std::string_view();
}

Verdict audience_of(std::string_view topic) {
  const bool operations = std::ranges::any_of(
      kOperations, [&](std::string_view prefix) { return topic.starts_with(prefix); });
  return operations ? Verdict::operations : Verdict::fact;
}

}  // namespace

bool speaks_for(const std::vector<std::string>& prefixes, std::string_view topic) {
  return std::ranges::any_of(prefixes, [&](const std::string& prefix) {
    return prefix.ends_with('.') ? topic.starts_with(prefix) : topic == prefix;
  });
}

void Gate::set_access(const std::vector<AccessRule>& rules) {
  may_publish_.clear();
  for (const auto& rule : rules) may_publish_[rule.principal] = rule.publish;
}

Verdict Gate::judge_relayed(std::string_view publication) {
  const auto topic = topic_of(publication);
  ++(topic.empty() ? malformed_ : relayed_);
  return topic.empty() ? Verdict::malformed : audience_of(topic);
}

Verdict Gate::judge(std::string_view principal, std::string_view publication) {
  const auto topic = topic_of(publication);
  if (topic.empty()) {
    ++malformed_;
    return Verdict::malformed;
  }
  const auto rights = may_publish_.find(principal);
  if (rights == may_publish_.end() || !speaks_for(rights->second, topic)) {
    ++strangers_[std::string(principal)];
    return Verdict::stranger;
  }
  ++passed_;
  return audience_of(topic);
}

uint64_t Gate::strangers() const {
  uint64_t sum = 0;
  for (const auto& [principal, count] : strangers_) sum += count;
  return sum;
}

}  // namespace bilten::events
