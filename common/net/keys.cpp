#include "common/net/keys.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "common/base/check.h"

namespace bilten::net {
namespace {

constexpr size_t kKeyCharacters = 40;
constexpr size_t kNameMax = 32;
constexpr size_t kFileMax = 64 * 1024;
constexpr std::string_view kSuffix = ".key";

Error failed(const char* reason, std::string detail) {
  return {Code::unavailable, reason, std::move(detail)};
}

Error failed_on(const char* what, const std::string& path) {
  return failed("key_file", std::string("cannot ") + what + " " + path + ": " +
                                std::generic_category().message(errno) +
                                "; make keys with biltenctl keys gen");
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string key_path(const std::string& folder, const std::string& name) {
  return folder + "/" + name + std::string(kSuffix);
}

// Z85 text that decodes to 32 bytes.
bool is_key(const std::string& text) {
  std::array<uint8_t, 32> raw;
  return text.size() == kKeyCharacters && zmq_z85_decode(raw.data(), text.c_str()) != nullptr;
}

// `secret`: a file that group or others may touch is refused, unread.
Result<std::string> read_file(const std::string& path, bool secret) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (file.fd() < 0 || fstat(file.fd(), &facts) != 0) return failed_on("open", path);
  if (secret && (facts.st_mode & 077) != 0) {
    return failed("key_exposed", path + " holds a secret that others may read; chmod 600 it");
  }
  std::string text(kFileMax + 1, '\0');
  size_t filled = 0;
  for (;;) {
    const ssize_t got = read(file.fd(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed_on("read", path);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  if (filled > kFileMax) return failed("key_file", path + " is larger than a key file can be");
  text.resize(filled);
  return text;
}

// Both kinds of file are lines of `word = "key"`: the small part of TOML that they need.
std::optional<std::pair<std::string, std::string>> parse_line(std::string_view line) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  std::string_view word = line.substr(0, equals);
  while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
  std::string_view value = line.substr(equals + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (value.size() != kKeyCharacters + 2 || value.front() != '"' || value.back() != '"') return {};
  std::pair<std::string, std::string> pair(word, value.substr(1, kKeyCharacters));
  if (!is_name(pair.first) || !is_key(pair.second)) return {};
  return pair;
}

Result<std::map<std::string, std::string>> read_table(const std::string& path, bool secret) {
  const auto text = read_file(path, secret);
  if (!text) return text.error();
  std::map<std::string, std::string> table;
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    auto pair = parse_line(line);
    if (!pair || !table.insert(std::move(*pair)).second) {
      return failed("key_file", path + ":" + std::to_string(number) +
                                    ": is not one new name = \"40 characters of Z85\"");
    }
  }
  return table;
}

Result<KeyPair> read_pair(const std::string& folder, const std::string& name) {
  const auto path = key_path(folder, name);
  const auto table = read_table(path, true);
  if (!table) return table.error();
  const auto own = table->find("public");
  const auto secret = table->find("secret");
  if (table->size() != 2 || own == table->end() || secret == table->end()) {
    return failed("key_file", path + " must hold exactly `public` and `secret`");
  }
  std::array<char, kKeyCharacters + 1> derived{};
  if (zmq_curve_public(derived.data(), secret->second.c_str()) != 0 ||
      own->second != derived.data()) {
    return failed("key_file", path +
                                  ": the public key is not that of the secret; remove the file "
                                  "and run biltenctl keys gen");
  }
  return KeyPair{own->second, secret->second};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0;
}

// All or nothing: a cut in between leaves the old file.
Status write_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());  // Of a run that was cut short.
  const File file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.fd() < 0) return failed_on("create", fresh);
  // The mode asked for, whatever the umask is.
  if (fchmod(file.fd(), mode) != 0 || !write_all(file.fd(), text) ||
      rename(fresh.c_str(), path.c_str()) != 0) {
    const auto error = failed_on("write", path);
    unlink(fresh.c_str());
    return error;
  }
  return Done{};
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  DIR* open_folder = opendir(folder.c_str());
  if (open_folder == nullptr) return failed_on("open", folder);
  std::vector<std::string> names;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own.
  while (const dirent* entry = readdir(open_folder)) {
    const std::string_view file = entry->d_name;
    if (!file.ends_with(kSuffix)) continue;
    const auto name = file.substr(0, file.size() - kSuffix.size());
    if (is_name(name)) names.emplace_back(name);
  }
  closedir(open_folder);
  std::ranges::sort(names);
  return names;
}

Status make_missing(const std::string& folder, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (!is_name(name)) {
      return failed("bad_name",
                    "\"" + name + "\" is not a principal's name: [a-z0-9_-], at most 32");
    }
    if (access(key_path(folder, name).c_str(), F_OK) == 0) continue;
    const auto pair = make_key_pair();
    auto written = write_file(key_path(folder, name),
                              "# The key pair of \"" + name + "\". Keep it secret.\npublic = \"" +
                                  pair.public_key + "\"\nsecret = \"" + pair.secret_key + "\"\n",
                              0600);
    if (!written) return written;
  }
  return Done{};
}

}  // namespace

KeyPair make_key_pair() {
  std::array<char, kKeyCharacters + 1> own{}, secret{};
  CHECK_INVARIANT(zmq_curve_keypair(own.data(), secret.data()) == 0);
  return {own.data(), secret.data()};
}

Result<KeyRing> load_keys(const std::string& folder, const std::string& name) {
  if (!is_name(name)) return failed("bad_name", "\"" + name + "\" is not a principal's name");
  auto pair = read_pair(folder, name);
  if (!pair) return pair.error();
  auto table = read_table(folder + "/public.toml", false);
  if (!table) return table.error();
  const auto own = table->find(name);
  if (own == table->end() || own->second != pair->public_key) {
    return failed("key_file", folder + "/public.toml has another key for " + name +
                                  " than its key file, or none; run biltenctl keys gen");
  }
  return KeyRing{name, std::move(*pair), std::move(*table)};
}

Status generate_keys(const std::string& folder, const std::vector<std::string>& names) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return failed_on("create", folder);
  auto made = make_missing(folder, names);
  if (!made) return made;
  const auto all = names_in(folder);
  if (!all) return all.error();
  std::string text = "# The public key of each principal, made by biltenctl keys gen.\n";
  for (const auto& name : *all) {
    const auto pair = read_pair(folder, name);
    if (!pair) return pair.error();
    text.append(name).append(" = \"").append(pair->public_key).append("\"\n");
  }
  return write_file(folder + "/public.toml", text, 0644);
}

}  // namespace bilten::net
