// What a member of the mesh with the right key can say against the rules to a running broker and
// fan-out: it is answered, parted with, counted, logged once; and moves nobody else.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/frame_peer.h"
#include "tests/support/siege.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct BadFrame {
  const char* what;
  std::string bytes;
};

// A heartbeat with one byte changed.
std::string changed(size_t at, char value) {
  auto frame = control_frame(Command::heartbeat);
  frame[at] = value;
  return frame;
}

std::vector<BadFrame> bad_frames() {
  const auto request = request_frame("event.list");
  std::vector<BadFrame> all{
      {"nothing", ""},
      {"noise", "noise"},
      {"a header cut short", request.substr(0, 31)},
      {"a name cut short", request.substr(0, 35)},
      {"another magic", changed(0, 'X')},
      {"another version", changed(2, 2)},
      {"command 0", changed(3, 0)},
      {"a command that is not there", changed(3, 14)},
      {"a reserved byte", changed(29, 1)},
      {"a ttl beyond ten minutes", changed(19, 1)},
      {"a name that is longer than names may be", changed(28, 65)},
      {"an ext that is longer than the frame", changed(30, 100)},
      {"an ext beyond its limit", changed(31, 0x20) + std::string(0x2000, '\x80')},
      {"a body beyond its limit",
       control_frame(Command::heartbeat) + std::string(kBodyMax + 1, 'b')},
      {"a request without a name", changed(3, 3)},
      {"capitals in a name", request_frame("Event.list")},
      {"a name with an empty part", request_frame("event..list")},
      {"a broker's WELCOME", control_frame(Command::welcome)},
      {"an EVENT", changed(3, 13)},
      {"a CREDIT without a body", control_frame(Command::credit)},
      {"a heartbeat with a list for a body", control_frame(Command::heartbeat, "\x90")},
      {"a READY that is none", control_frame(Command::ready, "\x80")}};
  for (int bit = 12; bit < 16; ++bit) {
    all.push_back({"a reserved flag", changed(5, static_cast<char>(1 << (bit - 8)))});
  }
  return all;
}

size_t lines_with(const Platform& platform, const std::string& words) {
  std::istringstream log(platform.log());
  size_t count = 0;
  for (std::string line; std::getline(log, line);) count += line.find(words) != std::string::npos;
  return count;
}

Code code_of(const Frame& frame) {
  return static_cast<Code>(frame.header.code);
}

ServiceClaim owner_claim(int64_t epoch) {
  ServiceClaim claim;
  claim.service = "probe";
  claim.credit = 4;
  claim.owner = true;
  claim.epoch = epoch;
  claim.folder_id.data = std::string(16, 'f');
  return claim;
}

}  // namespace

TEST_CASE("a malformed frame is answered, the third parts, and each is counted", "[integration]") {
  Siege siege;
  const auto frames = bad_frames();
  const auto count = static_cast<int64_t>(frames.size());
  const auto bad_before = broker_counter(siege.operations(), "bad_frames");
  const auto alarms_before = broker_counter(siege.operations(), "bad_frame_alarms");
  for (const auto& [what, bytes] : frames) {
    INFO(what);
    FramePeer peer(siege.platform(), "probe");
    peer.join();
    for (int i = 0; i < 3; ++i) {
      peer.say(bytes);
      const auto answer = peer.hear();
      CHECK(answer.header.command == (i < 2 ? Command::error : Command::disconnect));
      CHECK(code_of(answer) == Code::bad_frame);
    }
    peer.say(request_frame("event.list"));  // Nobody knows it any more.
    CHECK(code_of(peer.hear(Command::disconnect)) == Code::unknown_peer);
    peer.join();
  }
  CHECK(broker_counter(siege.operations(), "bad_frames") == bad_before + 3 * count);
  CHECK(broker_counter(siege.operations(), "bad_frame_alarms") == alarms_before + count);
  siege.lift(16);
}

TEST_CASE("who speaks badly again and again fills no log", "[integration]") {
  Siege siege;
  FramePeer peer(siege.platform(), "probe");
  for (int i = 0; i < 200; ++i) {
    peer.join();
    for (int bad = 0; bad < 3; ++bad) peer.say("noise");
    peer.hear(Command::disconnect);
  }
  siege.lift(16);
  // 50 lines at once and 5 a second, whatever they say.
  CHECK(lines_with(siege.platform(), "peer_speaks_badly") > 0);
  CHECK(lines_with(siege.platform(), "\"principal\":\"probe\"") < 200);
}

TEST_CASE("a message of several frames ends its connection and costs no memory for long",
          "[integration]") {
  Siege siege;
  FramePeer peer(siege.platform(), "probe");
  const auto before = broker_counter(siege.operations(), "bad_frames");
  for (int i = 0; i < 3; ++i) {
    peer.join();
    peer.say_parts({request_frame("event.list"), "and more"});
    CHECK(code_of(peer.hear(Command::disconnect)) == Code::bad_frame);
  }
  peer.join();
  peer.say_parts(std::vector<std::string>(512, std::string(64 * 1024, 'p')));
  CHECK(code_of(peer.hear(Command::disconnect)) == Code::bad_frame);
  // Each message once, however many frames it has.
  CHECK(broker_counter(siege.operations(), "bad_frames") == before + 4);
  siege.lift(128);
}

TEST_CASE("ROUTES of a worker leads no request to it", "[integration]") {
  Siege siege;
  ServiceClaim claim;
  claim.service = "probe";
  claim.credit = 4;
  FramePeer peer(siege.platform(), "probe");
  peer.join(PeerRole::worker, {claim});
  const auto before = broker_counter(siege.operations(), "bad_frames");
  // What a neighbour broker would say of the event service, and noise.
  for (const auto& body : {Packer().map(1).text("services").array(1).text("event").take(),
                           Packer().map(0).take(), std::string("noise")}) {
    peer.say(control_frame(Command::routes, body));
    const auto answer = peer.hear();
    CHECK(
        (answer.header.command == Command::error || answer.header.command == Command::disconnect));
    CHECK((code_of(answer) == Code::bad_frame || code_of(answer) == Code::denied));
  }
  CHECK(broker_counter(siege.operations(), "bad_frames") > before);
  siege.lift(16);
}

TEST_CASE("an owner of a stale epoch is fenced, the standing one goes on", "[integration]") {
  Siege siege;
  FramePeer standing(siege.platform(), "probe"), stale(siege.platform(), "probe");
  standing.join(PeerRole::worker, {owner_claim(2)});
  const auto before = broker_counter(siege.operations(), "fenced");
  Ready ready;
  ready.role = PeerRole::worker;
  ready.incarnation = 1'795'000'000'000;  // Later than the standing one's.
  ready.services = {owner_claim(1)};
  stale.say(ready_frame(ready));
  CHECK(code_of(stale.hear(Command::disconnect)) == Code::fenced);
  CHECK(broker_counter(siege.operations(), "fenced") == before + 1);
  FramePeer client(siege.platform(), "ops");
  client.join();
  client.say(request_frame("probe.greet"));
  Header reply;
  reply.command = Command::reply;
  reply.id = standing.hear(Command::request).header.id;
  standing.say(build_frame(reply));
  CHECK(client.hear(Command::reply).header.id == 7);
  siege.lift(16);
}

TEST_CASE("a reply from one who was not asked reaches nobody", "[integration]") {
  Siege siege;
  ServiceClaim claim;
  claim.service = "probe";
  claim.credit = 4;
  FramePeer forger(siege.platform(), "probe");
  forger.join(PeerRole::worker, {claim});
  const auto before = broker_counter(siege.operations(), "answers_unclaimed");
  for (uint64_t id = 0; id < 1000; ++id) {
    Header reply;
    reply.command = Command::reply;
    reply.id = id << (id % 32);
    forger.say(build_frame(reply, {}, {}, "forged"));
  }
  CHECK(wait_until(
      [&] { return broker_counter(siege.operations(), "answers_unclaimed") == before + 1000; }));
  siege.lift(16);
}

TEST_CASE("a daemon refuses an ext that is none, and lives", "[integration]") {
  Siege siege;
  FramePeer client(siege.platform(), "ops");
  client.join();
  const auto event = siege.platform().pid("event");
  const std::string exts[] = {"noise",
                              std::string("\xc1", 1),
                              std::string("\x90", 1),
                              std::string("\xdf\xff\xff\xff\xff", 5),
                              std::string("\x81\x01\xc4\x01x", 5),
                              std::string(kExtMax, '\x91')};
  for (const auto& ext : exts) {
    client.say(request_frame("event.list", ext));
    const auto answer = client.hear();
    CHECK(answer.header.command == Command::error);
    CHECK(ran(code_of(answer)) != Ran::yes);
  }
  CHECK(siege.platform().pid("event") == event);
  siege.lift(16);
}
