#include "common/net/key_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>

namespace bilten::net {
namespace {

constexpr size_t kNameMax = 32;
constexpr size_t kFileMax = 64 * 1024;
constexpr std::string_view kSuffix = ".key";

Error failed_on(const char* what, const std::string& path) {
  return key_error("key_file", std::string("cannot ") + what + " " + path + ": " +
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

// Z85 text that decodes to 32 bytes.
bool is_key(const std::string& text) {
  std::array<uint8_t, 32> raw;
  return text.size() == kKeyCharacters && zmq_z85_decode(raw.data(), text.c_str()) != nullptr;
}

bool is_credential(const std::string& path) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && *folder != '\0' && path.starts_with(std::string(folder) + "/");
}

bool is_private(const std::string& path, const struct stat& facts) {
  if (!is_credential(path)) return (facts.st_mode & 077) == 0;
  return (facts.st_uid == 0 || facts.st_uid == geteuid()) && (facts.st_mode & 037) == 0;
}

// `secret`: a file that others may touch is refused, unread.
Result<std::string> read_file(const std::string& path, bool secret) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (file.fd() < 0 || fstat(file.fd(), &facts) != 0) return failed_on("open", path);
  if (secret && !is_private(path, facts)) {
    return key_error("key_exposed", path + " holds a secret that others may read; chmod 600 it");
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
  if (filled > kFileMax) return key_error("key_file", path + " is larger than a key file can be");
  text.resize(filled);
  return text;
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

// Both kinds of file are lines of `word = "key"`, in sections: the small part of TOML that they
// need.
std::optional<std::pair<std::string, std::string>> parse_line(std::string_view line) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  std::string_view word = line.substr(0, equals);
  while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
  std::string_view value = line.substr(equals + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (value.size() != kKeyCharacters + 2 || value.front() != '"' || value.back() != '"') return {};
  std::pair<std::string, std::string> pair(word, value.substr(1, kKeyCharacters));
  if (!is_principal_name(pair.first) || !is_key(pair.second)) return {};
  return pair;
}

using Sections = std::map<std::string_view, KeyTable::Keys*>;  // "" is the first.

Status read_sections(const std::string& path, bool secret, const Sections& sections) {
  const auto text = read_file(path, secret);
  if (!text) return text.error();
  auto section = sections.at("");
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto wrong = [&](const char* why) {
      return key_error("key_file", path + ":" + std::to_string(number) + ": " + why);
    };
    if (line.front() == '[') {
      const auto found = sections.find(line.substr(1, line.find(']') - 1));
      if (line.back() != ']' || found == sections.end()) return wrong("is no section of this file");
      section = found->second;
      continue;
    }
    auto pair = parse_line(line);
    if (!pair || !section->insert(std::move(*pair)).second) {
      return wrong("is not one new name = \"40 characters of Z85\"");
    }
  }
  return Done{};
}

void append_section(std::string& text, const char* title, const KeyTable::Keys& keys) {
  if (keys.empty()) return;
  text.append(title);
  for (const auto& [name, key] : keys) {
    text.append(name).append(" = \"").append(key).append("\"\n");
  }
}

}  // namespace

Error key_error(const char* reason, std::string detail) {
  return {Code::unavailable, reason, std::move(detail)};
}

bool is_principal_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string table_path(const std::string& folder) {
  return folder + "/public.toml";
}

std::string pair_path(const std::string& folder, const std::string& name) {
  return folder + "/" + name + std::string(kSuffix);
}

Result<KeyTable> read_table(const std::string& folder) {
  KeyTable table;
  const auto read = read_sections(
      table_path(folder), false,
      {{"", &table.current}, {"previous", &table.previous}, {"revoked", &table.revoked}});
  if (!read) return read.error();
  return table;
}

Status write_table(const std::string& folder, const KeyTable& table) {
  std::string text;
  append_section(text, "# The public key of each principal, made by biltenctl keys.\n",
                 table.current);
  append_section(text, "\n# Accepted too, until biltenctl keys rotate --finish.\n[previous]\n",
                 table.previous);
  append_section(text, "\n# Never good again.\n[revoked]\n", table.revoked);
  return write_file(table_path(folder), text, 0644);
}

Result<KeyPair> read_pair(const std::string& path) {
  KeyTable::Keys keys;
  if (auto read = read_sections(path, true, {{"", &keys}}); !read) return read.error();
  const auto own = keys.find("public");
  const auto secret = keys.find("secret");
  if (keys.size() != 2 || own == keys.end() || secret == keys.end()) {
    return key_error("key_file", path + " must hold exactly `public` and `secret`");
  }
  std::array<char, kKeyCharacters + 1> derived{};
  if (zmq_curve_public(derived.data(), secret->second.c_str()) != 0 ||
      own->second != derived.data()) {
    return key_error("key_file", path +
                                     ": the public key is not that of the secret; make a new pair "
                                     "with biltenctl keys rotate");
  }
  return KeyPair{own->second, secret->second};
}

Status write_pair(const std::string& folder, const std::string& name, const KeyPair& pair) {
  return write_file(pair_path(folder, name),
                    "# The key pair of \"" + name + "\". Keep it secret.\npublic = \"" +
                        pair.public_key + "\"\nsecret = \"" + pair.secret_key + "\"\n",
                    0600);
}

Result<std::vector<std::string>> pairs_in(const std::string& folder) {
  DIR* open_folder = opendir(folder.c_str());
  if (open_folder == nullptr) return failed_on("open", folder);
  std::vector<std::string> names;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own.
  while (const dirent* entry = readdir(open_folder)) {
    const std::string_view file = entry->d_name;
    if (!file.ends_with(kSuffix)) continue;
    const auto name = file.substr(0, file.size() - kSuffix.size());
    if (is_principal_name(name)) names.emplace_back(name);
  }
  closedir(open_folder);
  std::ranges::sort(names);
  return names;
}

}  // namespace bilten::net
