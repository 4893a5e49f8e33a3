// Any bytes are refused or decode into a control message that encodes to a value which decodes
// alike.
#include <cstdint>
#include <cstdlib>

#include "common/wire/contract.h"
#include "common/wire/control.h"
#include "common/wire/mesh_admin.h"

namespace {

template <bilten::Described T>
void check(std::string_view bytes) {
  auto value = bilten::decode<T>(bytes);
  if (!value) return;
  const auto packed = bilten::encode(*value);
  auto again = bilten::decode<T>(packed);
  if (!again || bilten::encode(*again) != packed) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check<bilten::Ready>(bytes);
  check<bilten::Welcome>(bytes);
  check<bilten::mesh::JournalPage>(bytes);
  check<bilten::ServiceDescription>(bytes);
  return 0;
}
