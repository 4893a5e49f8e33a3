#include "common/store/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/base/text.h"
#include "common/base/time.h"
#include "common/store/folder.h"
#include "common/store/view.h"

namespace bilten {
namespace {

namespace fs = std::filesystem;

Result<Head> head_of_copy(const std::string& folder) {
  StoreOptions options;
  options.folder = folder;
  auto engine = engine::open_lmdb(options, engine::Access::frozen);
  if (!engine) return engine.error();
  return read_head(*(*engine)->read());
}

std::string head_text(const Head& head) {
  return "epoch " + std::to_string(head.epoch) + "\nseq " + std::to_string(head.seq) + "\nhash " +
         hex(engine::view(head.hash)) + "\nat " + rfc3339(head.at) + "\n";
}

Status write_file(const std::string& path, std::string_view text) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return file_error("cannot make", path, errno);
  while (!text.empty()) {
    const auto written = write(file.number(), text.data(), text.size());
    if (written < 0) return file_error("cannot write", path, errno);
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(file.number()) != 0) return file_error("cannot sync", path, errno);
  return Done{};
}

Result<Head> fill(engine::Engine& engine, const std::string& folder) {
  if (auto status = engine.copy_to(folder); !status) return status.error();
  auto head = head_of_copy(folder);
  if (!head) return head;
  if (auto status = write_file(folder + "/HEAD", head_text(*head)); !status) return status.error();
  if (auto status = sync_path(folder); !status) return status.error();
  return head;
}

}  // namespace

Result<Head> back_up(engine::Engine& engine, const std::string& folder) {
  std::error_code ignored;
  if (fs::exists(folder, ignored)) {
    return Error{Code::conflict, "backup_exists", folder + " exists; name a new folder"};
  }
  // What a crash left of an earlier attempt is no backup.
  const std::string partial = folder + ".partial";
  fs::remove_all(partial, ignored);
  if (auto status = make_folder(partial); !status) return status.error();
  auto head = fill(engine, partial);
  if (!head) {
    fs::remove_all(partial, ignored);
    return head;
  }
  if (rename(partial.c_str(), folder.c_str()) != 0) {
    return file_error("cannot rename to", folder, errno);
  }
  const auto parent = fs::absolute(folder).lexically_normal().parent_path();
  if (auto status = sync_path(parent.string()); !status) return status.error();
  return head;
}

}  // namespace bilten
