// Any text as access.toml: refused with the line that is wrong, or read into rules that keep what
// the broker relies on.
#include <cstdint>
#include <set>

#include "common/base/check.h"
#include "common/process/access.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bilten;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rules = parse_access(text, "access.toml");
  if (!rules) {
    CHECK_INVARIANT(rules.error().detail.starts_with("access.toml:"));
    return 0;
  }
  std::set<uint32_t> numbers;
  std::set<std::string> names, routes;
  for (const auto& rule : *rules) {
    CHECK_INVARIANT(rule.number > 0 && numbers.insert(rule.number).second);
    CHECK_INVARIANT(!rule.principal.empty() && names.insert(rule.principal).second);
    for (const auto& route : rule.routes) {
      CHECK_INVARIANT(route.starts_with('/') && routes.insert(route).second);
    }
    for (const auto& pattern : rule.call) CHECK_INVARIANT(!pattern.empty());
    matches_any(rule.call, text);
  }
  return 0;
}
