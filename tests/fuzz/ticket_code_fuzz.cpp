// Reads any text as a ticket code. What is read must be what its own bytes say, and nothing that
// was not signed may pass as genuine.
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "common/base/text.h"
#include "daemons/ticket/code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bilten;
  using namespace bilten::ticket;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)read_code(input);
  // Most inputs are no base45 text of the right length; this way round, all long ones are.
  if (size < kCodeBytes) return 0;
  const auto text = base45(input.substr(0, kCodeBytes));
  const auto shown = read_code(text);
  if (!shown) return 0;
  CHECK_INVARIANT(base45(shown->payload + shown->signature) == text);
  static const auto key = event_key("0123456789abcdef0123456789abcdef", {}, kFirstKey);
  CHECK_INVARIANT(!is_genuine(*shown, key));
  const auto again = read_code(write_code(shown->code, key));
  CHECK_INVARIANT(again && again->code == shown->code && is_genuine(*again, key));
  return 0;
}
