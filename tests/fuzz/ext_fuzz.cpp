// Any bytes as a frame's ext area: refused, or read into what packs and reads alike; and a refusal
// that carries them is still told to its client.
#include <cstdint>

#include "common/base/check.h"
#include "common/wire/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bilten;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto ext = Ext::parse(bytes)) {
    const auto packed = ext->pack();
    const auto again = Ext::parse(packed);
    CHECK_INVARIANT(again && again->pack() == packed);
  }
  if (size > kExtMax) return 0;
  Header header;
  header.command = Command::error;
  header.code = static_cast<uint8_t>(Code::invalid);
  const auto frame_bytes = build_frame(header, {}, bytes);
  const auto frame = parse_frame(frame_bytes);
  CHECK_INVARIANT(frame && frame->ext == bytes);
  const auto error = error_of(*frame);
  CHECK_INVARIANT(error.code == Code::invalid && !error.reason.empty());
  const auto passed_on = build_error(7, error);
  CHECK_INVARIANT(parse_frame(passed_on));
  return 0;
}
