// The text of a live stream: positions and events.
#include <algorithm>
#include <charconv>

#include "gateway/stream.h"
#include "gateway/transcode.h"

namespace bilten::gateway {
namespace {

constexpr size_t kOwnersMax = 64;

Error bad_position() {
  return {Code::invalid, "bad_last_event_id",
          "Last-Event-ID must be one that this stream gave, such as event:45,ticket:123."};
}

bool is_service_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

std::string positions_text(const Positions& positions) {
  std::string text;
  for (const auto& [owner, seq] : positions) {
    if (!text.empty()) text += ',';
    text += owner + ":" + std::to_string(seq);
  }
  return text;
}

Result<Positions> parse_positions(std::string_view text) {
  Positions positions;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    const auto one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = one.find(':');
    if (colon == std::string_view::npos || positions.size() == kOwnersMax) return bad_position();
    const auto owner = one.substr(0, colon);
    const auto digits = one.substr(colon + 1);
    uint64_t seq = 0;
    const auto last = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), last, seq);
    if (!is_service_name(owner) || digits.empty() || read.ec != std::errc() || read.ptr != last ||
        seq > uint64_t{INT64_MAX} || !positions.emplace(owner, seq).second) {
      return bad_position();
    }
  }
  return positions;
}

std::optional<StreamFact> stream_fact(const Catalogue& catalogue, std::string_view owner,
                                      uint64_t seq, UnixMillis at, std::string_view name,
                                      std::string_view body) {
  const auto known = catalogue.facts.find(name);
  if (known == catalogue.facts.end()) return std::nullopt;
  const auto document = Document::parse(body);
  if (!document) return std::nullopt;
  const auto& description = known->second;
  StreamFact fact{
      std::string(owner), seq, addressee_of(description.audience, document->root()), {}};
  if (fact.addressee.audience == Audience::internal) return std::nullopt;
  std::string& out = fact.event;
  out += "event: " + std::string(name) + "\ndata: {\"at\":\"" + rfc3339(at) + "\",\"fact\":";
  if (!append_json(out, document->root(), description.body)) return std::nullopt;
  out += "}\n";
  return fact;
}

}  // namespace bilten::gateway
