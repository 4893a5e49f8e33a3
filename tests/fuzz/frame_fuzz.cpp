// Any bytes are either refused as a frame or come apart into pieces that build the same frame
// again.
#include <cstdint>
#include <cstdlib>

#include "common/wire/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto frame = bilten::parse_frame(bytes);
  if (!frame) return 0;
  const auto again = bilten::build_frame(frame->header, frame->name, frame->ext, frame->body);
  if (again != bytes) std::abort();
  bilten::error_of(*frame);
  if (auto ext = bilten::Ext::parse(frame->ext)) {
    auto second = bilten::Ext::parse(ext->pack());
    if (!second || second->pack() != ext->pack()) std::abort();
  }
  return 0;
}
