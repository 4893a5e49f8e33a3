// Any bytes as a journal record: they parse to what encodes to the same bytes again, or not at all.
#include "common/store/journal.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bilten;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  auto fact = parse_record(value);
  if (!fact) return 0;
  const auto again = encode_record(*fact, Hash32{});
  CHECK_INVARIANT(again.substr(sizeof(Hash32)) == value.substr(sizeof(Hash32)));
  CHECK_INVARIANT(decode_record(again, Hash32{}));
  return 0;
}
