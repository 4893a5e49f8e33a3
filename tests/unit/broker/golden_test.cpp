// The bytes of each command, pinned: a broker and a daemon of two releases must understand each
// other. tests/golden/frames/commands.txt holds one "name hex" a line.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "common/base/text.h"
#include "common/wire/control.h"
#include "common/wire/frame.h"
#include "common/wire/mesh_admin.h"

using namespace bilten;

namespace {

Id numbered_id(uint8_t first) {
  Id id;
  for (auto& byte : id.bytes) byte = first++;
  return id;
}

std::string ready() {
  Ready ready;
  ready.role = PeerRole::worker;
  ready.instance = numbered_id(1);
  ready.incarnation = 1'795'000'000'000;
  ready.build = "0.1.0";
  ServiceClaim claim;
  claim.service = "ticket";
  claim.version = "1.0.0";
  claim.credit = 1024;
  claim.owner = true;
  claim.epoch = 1;
  claim.folder_id.data = std::string(numbered_id(32).view());
  claim.contract_hash.data = std::string(16, '\x77');
  ready.services.push_back(claim);
  return encode(ready);
}

std::string welcome() {
  Welcome welcome;
  welcome.broker = numbered_id(64);
  welcome.incarnation = 1'795'000'000'001;
  welcome.name = "broker";
  welcome.frame_max = kFrameMax;
  welcome.principal = 13;
  return encode(welcome);
}

std::string plain(Command command, std::string_view body = {}, Code code = Code::ok) {
  Header header;
  header.command = command;
  header.code = static_cast<uint8_t>(code);
  return build_frame(header, {}, {}, body);
}

std::string request() {
  Header header;
  header.flags = flag::kIdempotent | flag::kSampled;
  header.set_class(Class::critical);
  header.id = 0x0102030405060708;
  header.ttl_ms = 2000;
  header.principal = 20;
  header.shard = 0xAABBCCDD;
  Ext ext;
  ext.traceparent = std::string(25, '\x11');
  ext.idempotency_key = std::string(16, '\x22');
  ext.claims = "token";
  return build_frame(header, "ticket.order", ext.pack(), Packer().map(0).view());
}

std::string reply() {
  Header header;
  header.command = Command::reply;
  header.id = 0x0102030405060708;
  return build_frame(header, {}, {}, Packer().map(1).text("id").integer(7).view());
}

std::string error() {
  Error error{Code::exhausted, "sold_out", "nothing is left", {{"/quantity", "is too much"}}};
  error.retry_after_ms = 250;
  return build_error(9, error);
}

// An owner of a part of the shards.
std::string ready_shards() {
  Ready ready;
  ready.role = PeerRole::worker;
  ready.instance = numbered_id(1);
  ServiceClaim claim;
  claim.service = "ticket";
  claim.owner = true;
  claim.shards = ShardRange{1, 0x7fffffff};
  ready.services.push_back(claim);
  return encode(ready);
}

std::string partial() {
  Header header;
  header.command = Command::partial;
  header.flags = flag::kMore;
  header.id = 0x0102030405060708;
  return build_frame(header, {}, {}, Packer().map(1).text("part").integer(1).view());
}

std::string request_pinned() {
  Header header;
  header.id = 10;
  header.ttl_ms = 2000;
  header.shard = 7;
  return build_frame(header, "ticket.order", Packer().map(1).integer(12).text("1.2.*").view(),
                     Packer().map(0).view());
}

template <Described T>
std::string order(const std::string& name, const T& message) {
  Header header;
  header.id = 11;
  header.ttl_ms = 3000;
  return build_frame(header, "$mesh." + name, {}, encode(message));
}

std::string fault_order() {
  mesh::Fault fault;
  fault.name = "event.*";
  fault.percent = 20;
  fault.delay_ms = 300;
  return order("fault", fault);
}

std::string event() {
  Header header;
  header.command = Command::event;
  header.id = 48'213;
  Ext ext;
  ext.epoch = 1;
  ext.previous = 48'212;
  ext.previous_hash = std::string(32, '\x33');
  ext.at = 1'795'000'000'002;
  return std::string("ticket.sold") + '\0' +
         build_frame(header, "ticket.sold", ext.pack(), Packer().map(0).view());
}

std::map<std::string, std::string> today() {
  return {{"ready", plain(Command::ready, ready())},
          {"welcome", plain(Command::welcome, welcome())},
          {"request", request()},
          {"reply", reply()},
          {"error", error()},
          {"cancel", plain(Command::cancel)},
          {"credit", plain(Command::credit, encode(Credit{"ticket", 64}))},
          {"heartbeat", plain(Command::heartbeat, encode(Load{30, 2}))},
          {"disconnect", plain(Command::disconnect, {}, Code::fenced)},
          {"drain", plain(Command::drain)},
          {"event", event()},
          {"ready_shards", plain(Command::ready, ready_shards())},
          {"request_pinned", request_pinned()},
          {"partial", partial()},
          {"mesh_services", order("services", mesh::ServicesWatch{41})},
          {"mesh_drain", order("drain", mesh::Drain{"ticket", "1.2.*", numbered_id(1), true})},
          {"mesh_weight", order("weight", mesh::Weight{"ticket", "", {}, 5})},
          {"mesh_canary", order("canary", mesh::Canary{"ticket", "1.3.0", 5})},
          {"mesh_mirror", order("mirror", mesh::Mirror{"ticket", "1.3.0", {}, 10, false})},
          {"mesh_fault", fault_order()},
          {"mesh_limits", order("limits", mesh::Limits{"gateway", 64, 200})},
          {"mesh_clear", order("clear", mesh::Clear{3})}};
}

std::map<std::string, std::string> golden() {
  std::ifstream file("tests/golden/frames/commands.txt");
  REQUIRE(file);
  std::map<std::string, std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, text;
    words >> name >> text;
    lines[name] = text;
  }
  return lines;
}

}  // namespace

TEST_CASE("every command has the bytes that it was released with", "[broker]") {
  const auto now = today();
  const auto then = golden();
  CHECK(now.size() == then.size());
  for (const auto& [name, bytes] : now) {
    INFO(name << " " << hex(bytes));
    const auto found = then.find(name);
    CHECK(hex(bytes) == (found == then.end() ? "" : found->second));
  }
}

TEST_CASE("golden control bodies read back as what they were", "[broker]") {
  const auto body_of = [lines = golden()](const std::string& name) {
    const auto bytes = *from_hex(lines.at(name));
    return std::string(parse_frame(bytes)->body);
  };
  const auto ready_read = decode<Ready>(body_of("ready"));
  REQUIRE(ready_read);
  CHECK(ready_read->services.at(0).service == "ticket");
  CHECK(ready_read->services.at(0).credit == 1024);
  const auto welcome_read = decode<Welcome>(body_of("welcome"));
  REQUIRE(welcome_read);
  CHECK(welcome_read->principal == 13);
  CHECK(decode<Credit>(body_of("credit")));
  CHECK(decode<Load>(body_of("heartbeat")));
  CHECK_FALSE(ready_read->services.at(0).shards);
  const auto sharded = decode<Ready>(body_of("ready_shards"));
  REQUIRE(sharded);
  CHECK(sharded->services.at(0).shards->hi == 0x7fffffff);
  CHECK(decode<mesh::Drain>(body_of("mesh_drain"))->worker == numbered_id(1));
  CHECK(decode<mesh::Fault>(body_of("mesh_fault"))->delay_ms == 300);
}
