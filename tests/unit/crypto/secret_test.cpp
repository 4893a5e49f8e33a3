// Secrets in files: made once, kept private, never replaced.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/random.h"
#include "common/crypto/crypto.h"

namespace bilten::crypto {
namespace {

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/bilten-secret-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name) const { return path_ / name; }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

void write(const std::string& path, const std::string& text, mode_t mode) {
  std::ofstream(path) << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("a secret is made once, private, and read from then on", "[crypto]") {
  const Folder folder;
  const auto path = folder.file("service.key");
  SeededRandom random(1);
  const auto first = load_or_make_secret(path, 32, random);
  REQUIRE(first);
  CHECK(first->size() == 32);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  const auto second = load_or_make_secret(path, 32, random);
  REQUIRE(second);
  CHECK(*second == *first);
  CHECK(folder.files() == 1);
}

TEST_CASE("a secret that others may read or write is refused and left alone", "[crypto]") {
  const Folder folder;
  SeededRandom random(1);
  const auto path = folder.file("service.key");
  for (mode_t mode : {0640, 0604, 0644, 0620, 0602, 0666}) {
    write(path, std::string(32, 's'), mode);
    const auto secret = load_or_make_secret(path, 32, random);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().reason == "secret_refused");
    CHECK(secret.error().detail.find("chmod 600") != std::string::npos);
    CHECK(std::filesystem::file_size(path) == 32);
  }
}

TEST_CASE("a credential of mode 0400 is taken", "[crypto]") {
  const Folder folder;
  SeededRandom random(1);
  write(folder.file("credential"), std::string(32, 'c'), 0400);
  const auto secret = load_or_make_secret(folder.file("credential"), 32, random);
  REQUIRE(secret);
  CHECK(*secret == std::string(32, 'c'));
}

TEST_CASE("a secret of another size is refused", "[crypto]") {
  const Folder folder;
  SeededRandom random(1);
  for (size_t size : {0, 1, 31, 33, 4096}) {
    write(folder.file("service.key"), std::string(size, 's'), 0600);
    const auto secret = load_or_make_secret(folder.file("service.key"), 32, random);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().reason == "secret_refused");
  }
}

TEST_CASE("a link or a folder in a secret's place is refused", "[crypto]") {
  const Folder folder;
  SeededRandom random(1);
  write(folder.file("real"), std::string(32, 's'), 0600);
  std::filesystem::create_symlink(folder.file("real"), folder.file("link"));
  std::filesystem::create_directory(folder.file("folder"));
  CHECK_FALSE(load_or_make_secret(folder.file("link"), 32, random));
  CHECK_FALSE(load_or_make_secret(folder.file("folder"), 32, random));
}

TEST_CASE("a secret in a folder that is not there names the path and the reason", "[crypto]") {
  const Folder folder;
  SeededRandom random(1);
  const auto secret = load_or_make_secret(folder.file("no/service.key"), 32, random);
  REQUIRE_FALSE(secret);
  CHECK(secret.error().reason == "secret_unavailable");
  CHECK(secret.error().detail.find("no/service.key") != std::string::npos);
}

TEST_CASE("starts at once agree on one secret", "[crypto]") {
  const Folder folder;
  const auto path = folder.file("service.key");
  std::array<std::string, 8> secrets;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < secrets.size(); ++i) {
    threads.emplace_back([&, i] {
      SeededRandom random(i);
      auto secret = load_or_make_secret(path, 32, random);
      if (secret) secrets[i] = *secret;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(secrets[0].size() == 32);
  for (const auto& secret : secrets) CHECK(secret == secrets[0]);
  CHECK(folder.files() == 1);
}

TEST_CASE("a secret that others made is read by its lines, without the space around them",
          "[crypto]") {
  const Folder folder;
  write(folder.file("key"), "sk_test_1\n", 0600);
  CHECK(*load_secret_lines(folder.file("key")) == std::vector<std::string>{"sk_test_1"});
  write(folder.file("two"), "\n  whsec_new \r\n\nwhsec_old", 0600);
  CHECK(*load_secret_lines(folder.file("two")) ==
        std::vector<std::string>{"whsec_new", "whsec_old"});
}

TEST_CASE("a secret that others can read, or that is no key, is refused and not repeated",
          "[crypto]") {
  const Folder folder;
  const auto reason = [&](const std::string& text, mode_t mode) {
    const auto path = folder.file("key");
    write(path, text, mode);
    const auto lines = load_secret_lines(path);
    if (lines) return std::string("read");
    CHECK(lines.error().detail.find("canary") == std::string::npos);
    std::filesystem::remove(path);
    return lines.error().reason;
  };
  CHECK(reason("canary", 0600) == "read");
  CHECK(reason("canary", 0644) == "secret_refused");
  CHECK(reason("canary", 0640) == "secret_refused");
  CHECK(reason("", 0600) == "secret_refused");
  CHECK(reason(" \n\n", 0600) == "secret_refused");
  CHECK(reason("canary of two words", 0600) == "secret_refused");
  CHECK(reason("canary\x01", 0600) == "secret_refused");
  CHECK(reason("canary" + std::string(5000, 'x'), 0600) == "secret_refused");
  CHECK(reason("a\nb\nc\nd\ne\nf\ng\nh\ni\n", 0600) == "secret_refused");
  CHECK(load_secret_lines(folder.file("none")).error().reason == "secret_unavailable");
  std::filesystem::create_symlink(folder.file("target"), folder.file("link"));
  CHECK_FALSE(load_secret_lines(folder.file("link")));
}

}  // namespace bilten::crypto
