// Makes the n-th write or sync of this process fail, or be its last, LMDB's included: the test
// program's own pwrite(), writev(), fsync() and fdatasync() stand before the C library's.
#pragma once

#include <cstdint>

namespace bilten::test {

enum class FaultOf : uint8_t {
  nothing,
  write,
  short_write,
  sync,
  death,       // kill -9 before a write or sync.
  torn_death,  // kill -9 when half of a write is done.
};

struct Faults {
  FaultOf of = FaultOf::nothing;
  int error_number = 0;
  int after = 0;          // So many calls of that kind succeed first.
  bool for_good = false;  // All later ones fail too, not just one.
  int met = 0;            // How many calls failed.
};
Faults& faults();

// Writes that the disk itself cut short, which LMDB reports as EIO, and those that it refused.
struct DiskSaid {
  int short_writes = 0, no_space = 0;
};
DiskSaid& disk_said();

}  // namespace bilten::test
