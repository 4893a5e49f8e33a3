// The key folder: what is made, what is refused.
#include "common/net/keys.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace bilten::net;

namespace {

struct Folder {
  std::string path = [] {
    char name[] = "/tmp/bilten-keys-XXXXXX";
    return std::string(mkdtemp(name));
  }();
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name) const { return path + "/" + name; }
};

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("made keys load, each with the public keys of all", "[net]") {
  Folder folder;
  REQUIRE(generate_keys(folder.path, {"broker", "ticket"}));
  const auto ring = load_keys(folder.path, "ticket");
  REQUIRE(ring);
  CHECK(ring->name == "ticket");
  CHECK(ring->public_keys.size() == 2);
  CHECK(ring->public_keys.at("ticket") == ring->own.public_key);
}

TEST_CASE("making keys again keeps those that stand and adds the new", "[net]") {
  Folder folder;
  REQUIRE(generate_keys(folder.path, {"broker"}));
  const auto before = load_keys(folder.path, "broker");
  REQUIRE(generate_keys(folder.path, {"broker", "user"}));
  const auto after = load_keys(folder.path, "broker");
  REQUIRE(before);
  REQUIRE(after);
  CHECK(after->own.secret_key == before->own.secret_key);
  CHECK(after->public_keys.contains("user"));
}

TEST_CASE("a secret key is its owner's alone, whatever the umask", "[net]") {
  Folder folder;
  const auto old = umask(0);
  REQUIRE(generate_keys(folder.path, {"broker"}));
  umask(old);
  struct stat facts {};
  REQUIRE(stat(folder.file("broker.key").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  for (const mode_t mode : {0640, 0604, 0644, 0660}) {
    REQUIRE(chmod(folder.file("broker.key").c_str(), mode) == 0);
    const auto ring = load_keys(folder.path, "broker");
    REQUIRE_FALSE(ring);
    CHECK(ring.error().reason == "key_exposed");
  }
}

TEST_CASE("key files that are damaged, foreign or missing are refused by name", "[net]") {
  Folder folder;
  REQUIRE(generate_keys(folder.path, {"broker", "user"}));
  CHECK_FALSE(load_keys(folder.path, "ticket"));
  CHECK_FALSE(load_keys(folder.path, "../broker"));

  SECTION("a public key that is not the secret's") {
    const auto user = load_keys(folder.path, "user");
    const auto broker = load_keys(folder.path, "broker");
    REQUIRE(user);
    REQUIRE(broker);
    write(folder.file("broker.key"), "public = \"" + user->own.public_key + "\"\nsecret = \"" +
                                         broker->own.secret_key + "\"\n");
  }
  SECTION("a cut key") {
    write(folder.file("broker.key"), "public = \"abc\"\n");
  }
  SECTION("a line of noise") {
    write(folder.file("public.toml"), "broker: yes\n");
  }
  SECTION("an own key that public.toml does not have") {
    write(folder.file("public.toml"), "# nobody\n");
  }
  const auto ring = load_keys(folder.path, "broker");
  REQUIRE_FALSE(ring);
  CHECK(ring.error().reason == "key_file");
}

TEST_CASE("names that are no file names make no keys", "[net]") {
  Folder folder;
  for (const char* name : {"", "..", "a/b", "Broker", "a b"}) {
    CHECK_FALSE(generate_keys(folder.path, {name}));
  }
}
