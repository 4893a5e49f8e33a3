// The bytes of each command, pinned: a broker and a daemon of two releases, or of two languages,
// must understand each other. tests/golden/frames/commands.txt holds one "name hex" a line;
// tests/golden/check_frames builds and reads the same lines from docs/protocol.md alone.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "common/base/text.h"
#include "common/store/journal.h"
#include "common/wire/contract.h"
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

ServiceClaim claim() {
  ServiceClaim claim;
  claim.service = "ticket";
  claim.version = "1.0.0";
  claim.credit = 1024;
  claim.owner = true;
  claim.epoch = 1;
  claim.folder_id.data = std::string(numbered_id(32).view());
  claim.contract_hash.data = std::string(16, '\x77');
  return claim;
}

std::string ready() {
  Ready ready;
  ready.role = PeerRole::worker;
  ready.instance = numbered_id(1);
  ready.incarnation = 1'795'000'000'000;
  ready.build = "0.1.0";
  ready.services.push_back(claim());
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

std::string ready_of_client() {
  Ready ready;
  ready.instance = numbered_id(1);
  return encode(ready);
}

std::string ready_of_broker() {
  Ready ready;
  ready.role = PeerRole::broker;
  ready.instance = numbered_id(64);
  ready.name = "broker-2";
  return encode(ready);
}

std::string routes() {
  return encode(Routes{7, {Route{claim(), numbered_id(1), 1'795'000'000'000, true}}});
}

std::string partial() {
  Header header;
  header.command = Command::partial;
  header.flags = flag::kMore;
  header.id = 0x0102030405060708;
  return build_frame(header, {}, {}, Packer().map(1).text("part").integer(1).view());
}

// Every key of the ext area, none of which this command would carry together in life.
std::string every_ext() {
  Ext ext;
  ext.traceparent = std::string(25, '\x11');
  ext.idempotency_key = std::string(16, '\x22');
  ext.claims = "token";
  ext.retry_after_ms = 70'000;
  ext.error_text = "why";
  ext.content_type = "text/plain";
  ext.origin = "broker-2";
  ext.error_reason = "sold_out";
  ext.error_details = Packer().array(1).array(2).text("/a").text("is missing").take();
  ext.error_extra = Packer().map(1).text("left").integer(0).take();
  ext.epoch = UINT64_MAX;
  ext.previous_hash = std::string(32, '\x33');
  ext.previous = 300;
  ext.at = 1'795'000'000'002;
  ext.version = 7;
  ext.request_hash = std::string(32, '\x44');
  ext.hash = std::string(32, '\x55');
  ext.call = UINT64_MAX;
  Header header;
  header.command = Command::request;
  header.flags = flag::kOneway | flag::kMustUnderstandExt | 3 << 8;
  header.set_class(Class::bulk);
  header.ttl_ms = kTtlMaxMs;
  return build_frame(header, "probe.every-key_1.$x", ext.pack());
}

// A fact right after the one at 48,212, whose hash therefore follows from what it says.
JournalFact chained_fact() {
  JournalFact fact;
  fact.seq = 48'213;
  fact.at = 1'795'000'000'002;
  fact.is_public = true;
  fact.name = "ticket.sold";
  fact.traceparent = std::string(25, '\x11');
  fact.body = Packer().map(1).text("order_id").bytes(numbered_id(1).view()).take();
  Hash32 before;
  before.fill('\x33');
  encode_record(fact, before);
  return fact;
}

std::string text_of(const Hash32& hash) {
  return {hash.begin(), hash.end()};
}

std::string chained_event() {
  const auto fact = chained_fact();
  Ext ext;
  ext.traceparent = fact.traceparent;
  ext.epoch = 1;
  ext.previous = fact.seq - 1;
  ext.previous_hash = std::string(32, '\x33');
  ext.at = fact.at;
  ext.hash = text_of(fact.hash);
  Header header;
  header.command = Command::event;
  header.id = fact.seq;
  return fact.name + '\0' + build_frame(header, fact.name, ext.pack(), fact.body);
}

mesh::JournalHead head() {
  return {1, 48'213, {text_of(chained_fact().hash)}};
}

std::string watermark() {
  Header header;
  header.command = Command::event;
  header.id = 48'213;
  return std::string("wm.ticket") + '\0' + build_frame(header, "wm.ticket", {}, encode(head()));
}

std::string journal_read() {
  Header header;
  header.flags = flag::kIdempotent;
  header.ttl_ms = 5000;
  const mesh::JournalRead read{1, 48'212, {std::string(32, '\x33')}};
  return build_frame(header, "ticket.journal.read", {}, encode(read));
}

std::string journal_page() {
  const auto fact = chained_fact();
  mesh::JournalPage page{head(), {}};
  page.facts.push_back({48'213, {fact.at}, fact.name, {fact.body}, {text_of(fact.hash)}, {}});
  page.facts[0].traceparent.data = fact.traceparent;
  Header header;
  header.command = Command::reply;
  return build_frame(header, {}, {}, encode(page));
}

// A message with one field of each kind that a list of fields can have.
struct Hello {
  static constexpr std::string_view name = "probe.hello";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::anyone,
                                     .http = {.method = "GET", .path = "/v1/probe/hello/{name}"},
                                     .refusals = {"unwelcome"},
                                     .doc = "A greeting."};
  using Answer = Nothing;
  std::string name_;
  std::optional<int64_t> times;
  std::vector<std::string> tags;
  PeerRole role = PeerRole::client;
  Id id;
  Instant at;
  bool loud = false;
  static constexpr auto fields() {
    return field_list(
        field("name", &Hello::name_, length(1, 40, Format::line)).doc("Whom to greet."),
        field("times", &Hello::times, between(1, 5)),
        field("tags", &Hello::tags, items(0, 3, length(1, 20, Format::word))),
        field("role", &Hello::role), field("id", &Hello::id), field("at", &Hello::at),
        field("loud", &Hello::loud).or_default());
  }
};

std::string contract() {
  const ServiceDescription service{
      "probe", "1.0.0", "Says hello.", {describe_message<Hello>()}, {}};
  Header header;
  header.command = Command::reply;
  return build_frame(header, {}, {}, encode(service));
}

std::map<std::string, std::string> today() {
  return {{"ready", plain(Command::ready, ready())},
          {"ready_of_client", plain(Command::ready, ready_of_client())},
          {"partial", partial()},
          {"ready_of_broker", plain(Command::ready, ready_of_broker())},
          {"routes", plain(Command::routes, routes())},
          {"every_ext", every_ext()},
          {"event_chained", chained_event()},
          {"watermark", watermark()},
          {"journal_read", journal_read()},
          {"journal_page", journal_page()},
          {"contract", contract()},
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
          {"mesh_services", order("services", mesh::ServicesWatch{41})},
          {"mesh_drain", order("drain", mesh::Drain{"ticket", "1.2.*", numbered_id(1), true})},
          {"mesh_weight", order("weight", mesh::Weight{"ticket", "", {}, 5})},
          {"mesh_ask", order("ask", mesh::Ask{numbered_id(1), "gateway.$metrics", {"\x80"}})},
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

namespace {

// A golden line as a frame; of an event, what stands behind the topic.
class GoldenFrame {
 public:
  explicit GoldenFrame(const std::string& line) : bytes_(*from_hex(line)) {
    if (bytes_.size() > 1 && bytes_[0] != 'B') bytes_.erase(0, bytes_.find('\0') + 1);
  }
  Result<Frame> parse() const { return parse_frame(bytes_); }

 private:
  std::string bytes_;
};

template <class Body>
Body body_of(const std::map<std::string, std::string>& lines, const std::string& name) {
  const GoldenFrame golden(lines.at(name));
  const auto frame = golden.parse();
  REQUIRE(frame);
  const auto body = decode<Body>(frame->body);
  REQUIRE(body);
  CHECK(encode(*body) == frame->body);
  return *body;
}

}  // namespace

TEST_CASE("every golden frame is read, and its ext written again byte for byte", "[broker]") {
  for (const auto& [name, line] : golden()) {
    INFO(name);
    const GoldenFrame golden(line);
    const auto frame = golden.parse();
    REQUIRE(frame);
    const auto ext = Ext::parse(frame->ext);
    REQUIRE(ext);
    CHECK(ext->pack() == frame->ext);
  }
}

TEST_CASE("golden bodies read back as what they were", "[broker]") {
  const auto lines = golden();
  const auto ready_read = body_of<Ready>(lines, "ready");
  CHECK(ready_read.services.at(0).service == "ticket");
  CHECK(ready_read.services.at(0).credit == 1024);
  CHECK_FALSE(ready_read.services.at(0).shards);
  CHECK(body_of<Ready>(lines, "ready_shards").services.at(0).shards->hi == 0x7fffffff);
  CHECK(body_of<mesh::Drain>(lines, "mesh_drain").worker == numbered_id(1));
  CHECK(body_of<mesh::Fault>(lines, "mesh_fault").delay_ms == 300);
  CHECK(body_of<Ready>(lines, "ready_of_client").role == PeerRole::client);
  CHECK(body_of<Ready>(lines, "ready_of_broker").name == "broker-2");
  CHECK(body_of<Routes>(lines, "routes").routes.at(0).claim.service == "ticket");
  CHECK(body_of<Welcome>(lines, "welcome").principal == 13);
  CHECK(body_of<Credit>(lines, "credit").credit == 64);
  CHECK(body_of<Load>(lines, "heartbeat").queue_ms == 30);
  CHECK(body_of<mesh::JournalHead>(lines, "watermark").seq == 48'213);
  CHECK(body_of<mesh::JournalRead>(lines, "journal_read").after == 48'212);
  CHECK(body_of<mesh::JournalPage>(lines, "journal_page").facts.at(0).name == "ticket.sold");
  CHECK(body_of<ServiceDescription>(lines, "contract").messages.at(0).name == "probe.hello");
}
