#include "gateway/trace.h"

#include "common/base/text.h"

namespace bilten::gateway {
namespace {

bool is_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// The 16 bytes of trace id and the flags, or nothing (Trace Context, section 3.2).
std::optional<std::string> trace_and_flags(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const auto version = from_hex(text.substr(0, 2));
  const auto trace = from_hex(text.substr(3, 32));
  const auto span = from_hex(text.substr(36, 16));
  const auto flags = from_hex(text.substr(53, 2));
  if (!version || !trace || !span || !flags || is_zero(*trace) || is_zero(*span)) return {};
  const bool is_version_0 = *version == std::string(1, '\0');
  if (*version == "\xff" || (is_version_0 && text.size() != 55)) return {};
  if (text.size() > 55 && text[55] != '-') return {};
  return *trace + *flags;
}

}  // namespace

Trace begin_trace(std::string_view traceparent, Random& random) {
  std::string span(8, '\0');
  random.fill(span.data(), span.size());
  if (is_zero(span)) span[7] = 1;
  auto given = trace_and_flags(traceparent);
  if (!given) {
    given.emplace(17, '\0');
    random.fill(given->data(), 16);
    (*given)[15] = static_cast<char>((*given)[15] | 1);
  }
  return {given->substr(0, 16) + span + given->substr(16),
          hex(std::string_view(*given).substr(0, 16))};
}

std::string Trace::header() const {
  const std::string_view bytes = binary;
  return "00-" + request_id + "-" + hex(bytes.substr(16, 8)) + "-" + hex(bytes.substr(24));
}

}  // namespace bilten::gateway
