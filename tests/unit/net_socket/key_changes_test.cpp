// Rotation and revocation in the key folder, and pairs that systemd hands over.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/net/keys.h"
#include "common/net/zap.h"
#include "tests/support/platform.h"

using namespace bilten::net;
using bilten::test::Folder;

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

KeyRing ring(const Folder& folder, const std::string& name) {
  auto loaded = load_keys(folder.path(), name);
  REQUIRE(loaded);
  return *loaded;
}

// Sets $CREDENTIALS_DIRECTORY for the life of the object.
struct Credentials {
  Folder folder;
  Credentials() { setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1); }
  ~Credentials() { unsetenv("CREDENTIALS_DIRECTORY"); }
};

}  // namespace

TEST_CASE("a rotated key and the one before are both good until the rotation is finished",
          "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket"}));
  const auto before = ring(folder, "ticket").own;
  const auto old_pair = read(folder.path() + "/ticket.key");
  REQUIRE(rotate_key(folder.path(), "ticket"));
  const auto after = ring(folder, "ticket");
  CHECK(after.own.public_key != before.public_key);
  CHECK(after.public_keys.at("ticket") == after.own.public_key);
  CHECK(after.previous_keys.at("ticket") == before.public_key);
  const auto guests = guests_of(ring(folder, "broker"), {"ticket"});
  REQUIRE(guests);
  CHECK(guests->size() == 2);
  CHECK(guests->at(before.public_key) == "ticket");

  // A process that still has the old pair starts on it.
  folder.write("ticket.key", old_pair);
  std::filesystem::permissions(folder.path() + "/ticket.key", std::filesystem::perms(0600));
  CHECK(ring(folder, "ticket").own.public_key == before.public_key);
  CHECK(finish_rotation(folder.path(), "ticket").error().reason == "cut_short");

  REQUIRE(rotate_key(folder.path(), "ticket"));
  CHECK(ring(folder, "ticket").previous_keys.at("ticket") == before.public_key);
  REQUIRE(finish_rotation(folder.path(), "ticket"));
  CHECK(ring(folder, "ticket").previous_keys.empty());
  CHECK(guests_of(ring(folder, "broker"), {"ticket"})->size() == 1);
  CHECK(finish_rotation(folder.path(), "ticket").error().reason == "not_rotating");
}

TEST_CASE("a second rotation ends the key before the last", "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"ticket"}));
  const auto first = ring(folder, "ticket").own.public_key;
  REQUIRE(rotate_key(folder.path(), "ticket"));
  const auto second = ring(folder, "ticket").own.public_key;
  REQUIRE(rotate_key(folder.path(), "ticket"));
  const auto guests = guests_of(ring(folder, "ticket"), {"ticket"});
  CHECK_FALSE(guests->contains(first));
  CHECK(guests->contains(second));
}

TEST_CASE("a revoked key is good no more, not even from a backup, until a new pair is made",
          "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket"}));
  const auto stolen = ring(folder, "ticket").own.public_key;
  const auto old_pair = read(folder.path() + "/ticket.key");
  REQUIRE(rotate_key(folder.path(), "ticket"));
  REQUIRE(finish_rotation(folder.path(), "ticket"));
  REQUIRE(revoke_key(folder.path(), "ticket"));
  CHECK(load_keys(folder.path(), "ticket").error().reason == "key_revoked");
  CHECK(guests_of(ring(folder, "broker"), {"ticket"})->empty());
  CHECK(revoke_key(folder.path(), "ticket").error().reason == "unknown_name");
  // Making what is missing does not bring it back.
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket"}));
  CHECK(load_keys(folder.path(), "ticket").error().reason == "key_revoked");

  REQUIRE(rotate_key(folder.path(), "ticket"));
  const auto again = ring(folder, "ticket");
  CHECK(again.previous_keys.empty());
  REQUIRE(revoke_key(folder.path(), "ticket"));
  REQUIRE(rotate_key(folder.path(), "ticket"));
  CHECK(ring(folder, "ticket").own.public_key != again.own.public_key);
  CHECK_FALSE(guests_of(ring(folder, "broker"), {"ticket"})->contains(stolen));
}

TEST_CASE("a revoked pair that comes back from a backup stays revoked", "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"ticket"}));
  const auto pair = read(folder.path() + "/ticket.key");
  const auto stolen = ring(folder, "ticket").own.public_key;
  REQUIRE(revoke_key(folder.path(), "ticket"));
  REQUIRE(rotate_key(folder.path(), "ticket"));
  folder.write("ticket.key", pair);
  std::filesystem::permissions(folder.path() + "/ticket.key", std::filesystem::perms(0600));
  REQUIRE(generate_keys(folder.path(), {"ticket"}));
  CHECK(read_table(folder.path())->current.at("ticket") != stolen);
  CHECK(load_keys(folder.path(), "ticket").error().reason == "key_revoked");
}

TEST_CASE("pairs kept on another machine are left alone", "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket"}));
  const auto elsewhere = ring(folder, "broker").public_keys.at("ticket");
  std::filesystem::remove(folder.path() + "/ticket.key");
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket", "user"}));
  CHECK(ring(folder, "broker").public_keys.at("ticket") == elsewhere);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/ticket.key"));
}

TEST_CASE("a table of an older release is read, one with a strange section is not", "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker"}));
  const auto text = read(folder.path() + "/public.toml");
  CHECK(text.find("\n[") == std::string::npos);  // As it always was, without rotations.
  folder.write("public.toml", text + "[others]\n");
  const auto refused = load_keys(folder.path(), "broker");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("public.toml:3: is no section") != std::string::npos);
}

TEST_CASE("the list of keys says which is old, and which is revoked", "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket", "user"}));
  const auto old = fingerprint(ring(folder, "ticket").own.public_key);
  CHECK(old.size() == 16);
  REQUIRE(rotate_key(folder.path(), "ticket"));
  REQUIRE(revoke_key(folder.path(), "user"));
  const auto keys = list_keys(folder.path());
  REQUIRE(keys);
  REQUIRE(keys->size() == 3);
  CHECK((*keys)[0].name == "broker");
  CHECK((*keys)[0].previous.empty());
  CHECK((*keys)[0].made_at_s);
  CHECK((*keys)[1].previous == old);
  CHECK((*keys)[1].fingerprint != old);
  CHECK((*keys)[2].revoked);
}

TEST_CASE("a pair handed over by systemd may be its group's, elsewhere it may not", "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker"}));
  const auto pair = folder.path() + "/broker.key";
  {
    const Credentials credentials;
    const auto handed = credentials.folder.path() + "/broker.key";
    std::filesystem::rename(pair, handed);
    for (const mode_t mode : {0400, 0440, 0600}) {
      REQUIRE(chmod(handed.c_str(), mode) == 0);
      CHECK(load_keys(folder.path(), "broker"));
    }
    for (const mode_t mode : {0404, 0460, 0444}) {
      REQUIRE(chmod(handed.c_str(), mode) == 0);
      CHECK(load_keys(folder.path(), "broker").error().reason == "key_exposed");
    }
    REQUIRE(chmod(handed.c_str(), 0440) == 0);
    std::filesystem::rename(handed, pair);
    CHECK(load_keys(folder.path(), "broker").error().reason == "key_exposed");
  }
  CHECK(load_keys(folder.path(), "broker").error().reason == "key_exposed");
}

TEST_CASE("a server is sought by its current key, and by the one before where that fails",
          "[net]") {
  const Folder folder;
  REQUIRE(generate_keys(folder.path(), {"broker", "ticket"}));
  const auto mine = ring(folder, "ticket");
  const auto before = mine.public_keys.at("broker");
  ServerKey key(mine, "broker");
  CHECK(key.renew(true) == before);
  REQUIRE(rotate_key(folder.path(), "broker"));
  const auto after = ring(folder, "broker").own.public_key;
  CHECK(key.in_use() == before);
  CHECK(key.renew(false) == after);
  CHECK(key.renew(true) == before);
  CHECK(key.renew(true) == after);
  CHECK(key.renew(false) == after);
  folder.write("public.toml", "damaged");
  CHECK(key.renew(true) == after);
}
