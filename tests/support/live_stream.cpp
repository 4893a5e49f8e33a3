#include "tests/support/live_stream.h"

#include "tests/support/platform.h"

namespace bilten::test {
namespace {

// The value of a block's line that begins so; empty: there is none.
std::string line_of(const std::string& block, const std::string& name) {
  const auto at = ("\n" + block).find("\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return block.substr(from, block.find('\n', from) - from);
}

}  // namespace

LiveStream::LiveStream(const std::string& url, const std::string& token, std::string last_id)
    : client_(port_of(url)), last_id_(std::move(last_id)) {
  std::string request = "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n";
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  if (!last_id_.empty()) request += "Last-Event-ID: " + last_id_ + "\r\n";
  client_.send(request + "\r\n");
  status_ = client_.read().status;
  // It begins with where the reader stands: what happens from then on is told.
  if (status_ == 200) last_id_ = line_of(client_.read_until("\n\n"), "id");
}

std::optional<LiveFact> LiveStream::next(double seconds) {
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    const double left = seconds * time_scale() - seconds_since(began);
    const auto block = client_.read_until("\n\n", static_cast<int>(1000 * left));
    if (block.empty()) return std::nullopt;
    if (const auto id = line_of(block, "id"); !id.empty()) last_id_ = id;
    if (const auto event = line_of(block, "event"); !event.empty()) {
      return LiveFact{event, nlohmann::json::parse(line_of(block, "data"))["fact"]};
    }
  }
}

}  // namespace bilten::test
