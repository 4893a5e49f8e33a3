// Any bytes as a page of facts or a contract, the largest bodies that daemons send each other.
#include <cstdint>

#include "common/wire/mesh_admin.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_round_trip<bilten::mesh::JournalPage>(bytes);
  check_round_trip<bilten::ServiceDescription>(bytes);
  return 0;
}
