// What the store asks of the file system beside its engine: folders that last, and who owns one.
#pragma once

#include <string>

#include "common/base/result.h"

namespace bilten {

// A descriptor that is closed with its holder.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

// "cannot open /x/y: Permission denied", as Code::unavailable, reason store_unreadable.
Error file_error(std::string_view what, const std::string& path, int error_number);

// Makes the folder (mode 0700) if it is missing, and its name last.
Status make_folder(const std::string& folder);
// The file or folder is on disk when this answers.
Status sync_path(const std::string& path);

// One process's hold on a folder, and inside the process one store's: LMDB's own locks break when a
// process opens the same files twice.
class FolderHold {
 public:
  FolderHold() = default;
  ~FolderHold();
  FolderHold(FolderHold&& other) noexcept = default;
  FolderHold& operator=(FolderHold&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  // `exclusive`: refused (Code::conflict, reason store_locked) while another process owns the
  // folder.
  static Result<FolderHold> take(const std::string& folder, bool exclusive);

 private:
  Descriptor descriptor_;
};

}  // namespace bilten
