#include "common/store/data_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

namespace bilten::engine {
namespace {

constexpr const char* kMark = "/STORE";
constexpr uint64_t kFullBelow = uint64_t{1} << 20;  // No batch is known to fit in less.

}  // namespace

Error damaged(const std::string& what) {
  return {Code::internal, "store_damaged", what + "; restore the folder from a backup"};
}

bool is_marked_as_store(const std::string& folder) {
  return access((folder + kMark).c_str(), F_OK) == 0;
}

Status mark_as_store(const std::string& folder) {
  if (is_marked_as_store(folder)) return Done{};
  const std::string path = folder + kMark;
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return file_error("cannot make", path, errno);
  return sync_path(folder);  // The data file's name, too.
}

void remove_unmade(const std::string& folder) {
  const std::string data = folder + kData;
  struct stat file = {};
  if (is_marked_as_store(folder) || stat(data.c_str(), &file) != 0) return;
  if (file.st_size < 2 * sysconf(_SC_PAGESIZE)) unlink(data.c_str());
}

Status stretch(const std::string& folder, uint64_t bytes) {
  const std::string data = folder + kData;
  struct stat file = {};
  if (stat(data.c_str(), &file) != 0) return file_error("cannot look at", data, errno);
  if (static_cast<uint64_t>(file.st_size) >= bytes) return Done{};
  if (truncate(data.c_str(), static_cast<off_t>(bytes)) == 0) return Done{};
  return file_error("cannot stretch", data, errno);
}

bool heads_are_neighbours(const Descriptor& data, size_t page_bytes) {
  constexpr size_t kNumberAt = 144;  // Behind the page's header (16) and MDB_meta up to mm_txnid.
  uint64_t first = 0, second = 0;
  if (pread(data.number(), &first, sizeof first, kNumberAt) != sizeof first ||
      pread(data.number(), &second, sizeof second, static_cast<off_t>(page_bytes + kNumberAt)) !=
          sizeof second) {
    return false;
  }
  return first + 1 == second || second + 1 == first || (first == 0 && second == 0);
}

bool disk_is_full(const Descriptor& data) {
  struct statvfs status = {};
  if (fstatvfs(data.number(), &status) != 0) return false;
  return uint64_t{status.f_bavail} * status.f_frsize < kFullBelow;
}

}  // namespace bilten::engine
