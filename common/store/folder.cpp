#include "common/store/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>

namespace bilten {
namespace {

using Place = std::pair<dev_t, ino_t>;

std::mutex held_mutex;
std::set<Place>& held_places() {
  static std::set<Place> places;
  return places;
}

std::optional<Place> place_of(const Descriptor& descriptor) {
  struct stat status = {};
  if (fstat(descriptor.number(), &status) != 0) return std::nullopt;
  return Place{status.st_dev, status.st_ino};
}

Error locked(const std::string& folder, const char* by) {
  return {Code::conflict, "store_locked",
          folder + " is in use by " + by + "; stop it first, or give this one a folder of its own"};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

Error file_error(std::string_view what, const std::string& path, int error_number) {
  return {Code::unavailable, "store_unreadable",
          std::string(what) + " " + path + ": " + std::generic_category().message(error_number)};
}

Status make_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return Done{};
    return file_error("cannot make", folder, errno);
  }
  const auto parent = std::filesystem::absolute(folder).lexically_normal().parent_path();
  return sync_path(parent.string());
}

Status sync_path(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error("cannot open", path, errno);
  if (fsync(file.number()) != 0) return file_error("cannot sync", path, errno);
  return Done{};
}

Result<FolderHold> FolderHold::take(const std::string& folder, bool exclusive) {
  Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) return file_error("cannot open", folder, errno);
  const auto place = place_of(descriptor);
  if (!place) return file_error("cannot look at", folder, errno);
  const std::lock_guard lock(held_mutex);
  if (held_places().contains(*place)) return locked(folder, "another store of this process");
  if (exclusive && flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return locked(folder, "another process");
    return file_error("cannot lock", folder, errno);
  }
  held_places().insert(*place);
  FolderHold hold;
  hold.descriptor_ = std::move(descriptor);
  return hold;
}

FolderHold::~FolderHold() {
  if (!descriptor_) return;
  const std::lock_guard lock(held_mutex);
  if (const auto place = place_of(descriptor_)) held_places().erase(*place);
}

}  // namespace bilten
