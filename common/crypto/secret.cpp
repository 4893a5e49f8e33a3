// A secret in a file that only its owner may read.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "common/crypto/secret_text.h"

namespace bilten::crypto {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

Error unavailable(const std::string& path, const char* what) {
  const int reason = errno;
  return {Code::unavailable, "secret_unavailable",
          path + ": cannot " + what + ": " + std::generic_category().message(reason)};
}

Error refused(const std::string& path, const std::string& why) {
  return {Code::invalid, "secret_refused", path + ": " + why};
}

// Reads up to the end of the file or of the text, and through interruptions.
bool read_all(int file, std::string& into) {
  size_t at = 0;
  while (at < into.size()) {
    const ssize_t got = ::read(file, into.data() + at, into.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    at += static_cast<size_t>(got);
  }
  into.resize(at);
  return true;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

// systemd grants a credential to the service's user by an access list on a file of root's, and the
// list's mask shows as "group may read".
bool is_private(const struct stat& status) {
  if (status.st_uid == ::geteuid()) return (status.st_mode & 077) == 0;
  return status.st_uid == 0 && (status.st_mode & 037) == 0;
}

// At most `bytes_max`, and one more where there is more.
Result<std::string> read_private(int file, const std::string& path, size_t bytes_max) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return unavailable(path, "look at the file");
  if (!S_ISREG(status.st_mode)) return refused(path, "is not a regular file");
  if (!is_private(status)) {
    return refused(path, "is open to others: make it the service user's own, with chmod 600");
  }
  std::string secret(bytes_max + 1, '\0');
  if (!read_all(file, secret)) return unavailable(path, "read");
  return secret;
}

Result<std::string> read_secret(int file, const std::string& path, size_t bytes) {
  auto secret = read_private(file, path, bytes);
  if (secret && secret->size() != bytes) {
    return refused(path,
                   "must hold exactly " + std::to_string(bytes) +
                       " bytes: restore it from a backup, what it protects needs this secret");
  }
  return secret;
}

std::string_view trimmed(std::string_view line) {
  static constexpr std::string_view kSpace = " \t\r";
  const auto first = line.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

int open_existing(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

Status write_synced(const std::string& path, std::string_view secret) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return unavailable(path, "create");
  if (!write_all(file.get(), secret)) return unavailable(path, "write");
  if (::fsync(file.get()) != 0) return unavailable(path, "sync");
  return Done{};
}

Status sync_folder(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return unavailable(folder, "sync the folder");
  return Done{};
}

// The file gets its name only when it is whole, so that a crash leaves no short secret behind; the
// name is linked, not renamed, so that of two starts at once the first one's secret stays.
Status make_secret(const std::string& path, size_t bytes, Random& random) {
  std::string secret(bytes, '\0');
  random.fill(secret.data(), bytes);
  char chance[8];
  random.fill(chance, sizeof chance);
  const std::string draft = path + "." + hex({chance, sizeof chance});

  auto written = write_synced(draft, secret);
  if (written && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    written = unavailable(path, "create");
  }
  ::unlink(draft.c_str());
  if (!written) return written;
  const auto folder = std::filesystem::path(path).parent_path();
  return sync_folder(folder.empty() ? "." : folder.string());
}

}  // namespace

Result<std::string> load_or_make_secret(const std::string& path, size_t bytes, Random& random) {
  const Descriptor existing(open_existing(path));
  if (existing) return read_secret(existing.get(), path, bytes);
  if (errno != ENOENT) return unavailable(path, "open");

  if (auto made = make_secret(path, bytes, random); !made) return made.error();
  const Descriptor fresh(open_existing(path));
  if (!fresh) return unavailable(path, "open");
  return read_secret(fresh.get(), path, bytes);
}

Result<std::string> load_secret_text(const std::string& path, size_t bytes_max) {
  const Descriptor file(open_existing(path));
  if (!file) return unavailable(path, "open");
  auto text = read_private(file.get(), path, bytes_max);
  if (text && text->size() > bytes_max) {
    return refused(path, "is longer than " + std::to_string(bytes_max) + " bytes");
  }
  return text;
}

Result<std::vector<std::string>> load_secret_lines(const std::string& path) {
  constexpr size_t kBytesMax = 4096, kLinesMax = 8;
  const auto text = load_secret_text(path, kBytesMax);
  if (!text) return text.error();
  std::vector<std::string> lines;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!is_printable(line)) return refused(path, "has characters that no key has");
    if (!line.empty()) lines.emplace_back(line);
  }
  if (lines.empty() || lines.size() > kLinesMax) return refused(path, "must have 1 to 8 lines");
  return lines;
}

}  // namespace bilten::crypto
