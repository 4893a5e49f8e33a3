#include "tests/unit/store/faults.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace bilten::test {

Faults& faults() {
  static Faults faults;
  return faults;
}

DiskSaid& disk_said() {
  static DiskSaid said;
  return said;
}

namespace {

bool is_of_write(FaultOf of) {
  return of == FaultOf::write || of == FaultOf::short_write || of == FaultOf::torn_death;
}

// Whether this call is the one that the plan means.
bool is_meant(bool is_write) {
  auto& plan = faults();
  const bool counts = plan.of == FaultOf::death || (is_write && is_of_write(plan.of)) ||
                      (!is_write && plan.of == FaultOf::sync);
  if (!counts || (plan.met > 0 && !plan.for_good)) return false;
  if (plan.after > 0) {
    --plan.after;
    return false;
  }
  ++plan.met;
  errno = plan.error_number;
  if (plan.of == FaultOf::death) raise(SIGKILL);
  return true;
}

// `whole` and `half` make the call with all and with part of its bytes.
template <class Whole, class Half>
ssize_t write_or_fail(size_t bytes, Whole whole, Half half) {
  if (!is_meant(true)) {
    const ssize_t written = whole();
    disk_said().no_space += written < 0 && errno == ENOSPC;
    disk_said().short_writes += written >= 0 && static_cast<size_t>(written) < bytes;
    return written;
  }
  if (faults().of == FaultOf::write) return -1;
  const ssize_t written = half();
  if (faults().of == FaultOf::torn_death) raise(SIGKILL);
  return written;
}

}  // namespace
}  // namespace bilten::test

using bilten::test::is_meant;
using bilten::test::write_or_fail;

extern "C" {

ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  const auto write = [&](size_t part) { return syscall(SYS_pwrite64, file, bytes, part, at); };
  return write_or_fail(
      count, [&] { return write(count); }, [&] { return write(count / 2); });
}

ssize_t writev(int file, const iovec* parts, int count) {
  const auto write = [&](int some) { return syscall(SYS_writev, file, parts, some); };
  size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return write_or_fail(
      bytes, [&] { return write(count); }, [&] { return write(count / 2); });
}

int fsync(int file) {
  return is_meant(false) ? -1 : static_cast<int>(syscall(SYS_fsync, file));
}

int fdatasync(int file) {
  return is_meant(false) ? -1 : static_cast<int>(syscall(SYS_fdatasync, file));
}
}
