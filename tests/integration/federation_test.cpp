// Brokers that must not be linked: a second one of the same name, and a broker's own address.
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/wire/mesh_admin.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// Why the probe's broker does not link to that one; empty: it does, or has not tried.
std::string refusal(Probe& ops, const std::string& address) {
  auto peers = decode<mesh::Peers>(ops.call("$mesh.peers").body);
  REQUIRE(peers);
  for (const auto& peer : peers->peers) {
    if (peer.address == address) return peer.refused;
  }
  FAIL("no peer " << address);
  return {};
}

size_t times(const std::string& text, const std::string& words) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(words, at)) != std::string::npos; at += words.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("a broker that dials itself, or another of its name, refuses, counts and says it once",
          "[integration]") {
  const auto twin_at = "tcp://127.0.0.1:" + std::to_string(free_port());
  const int port = free_port();
  const auto own = "tcp://127.0.0.1:" + std::to_string(port);
  Platform platform({.extra = {"--set", "broker.peers=" + own + "," + twin_at},
                     .only = "broker",
                     .mesh_port = port});
  Probe ops(platform, {.principal = "ops"});
  CHECK(wait_until([&] { return refusal(ops, own).find("itself") != std::string::npos; }));

  // Another broker, with the same settings but its address, so with the same name.
  const RunningProgram twin({binary("bilten-broker"), "--config", platform.config(), "--set",
                             "broker.listen=" + twin_at, "--set", "broker.peers=" + own});
  const auto why = "two brokers call themselves";
  CHECK(wait_until([&] { return refusal(ops, twin_at).find(why) != std::string::npos; }));
  CHECK(wait_until([&] { return twin.out().find(why) != std::string::npos; }));
  // It is tried again, and refused again, but counted and said at the first time only.
  let_pass(3);
  CHECK(broker_counter(ops, "neighbours_refused") == 2);
  CHECK(times(platform.log(), "itself; take it out") >= 1);
  CHECK(times(platform.log(), "neighbour_refused") == 2);
  CHECK(times(twin.out(), "neighbour_refused") == 1);
  CHECK(ops.call("$mesh.ping").code == Code::ok);
}
