// What a member of the mesh with the right key can put into a frame that is sound: bodies that are
// no MessagePack, or none of the message's. As requests each daemon refuses and counts them; as
// answers they are a fault of their route alone.
#include <catch2/catch.hpp>
#include <future>
#include <sstream>

#include "tests/support/api.h"
#include "tests/support/frame_peer.h"
#include "tests/support/siege.h"

using namespace bilten;
using namespace bilten::test;

namespace {

using namespace std::string_literals;

struct HostileBody {
  const char* what;
  std::string bytes;
};

// Lists in lists, each of which says that it has as many items as the body has bytes.
std::string bomb(const std::string& head) {
  std::string bytes;
  for (uint32_t depth = 0; depth + 1 < kDepthMax; ++depth) bytes += head;
  bytes.resize(kBodyMax, '\xc0');
  return bytes;
}

// No message has such a body, whatever its fields.
std::vector<HostileBody> bodies_of_no_message() {
  return {{"nothing", ""},
          {"the byte that is no value", "\xc1"},
          {"a list of 16 million items in five bytes", "\xdd\x00\xff\xff\xff"s},
          {"a list of 4 billion items in five bytes", "\xdd\xff\xff\xff\xff"s},
          {"a map of 64 million members in five bytes", "\xdf\x03\xff\xff\xff"s},
          {"a map cut short", "\x81"},
          {"a string of 4 GiB", "\xdb\xff\xff\xff\xff"s},
          {"bytes of 2 GiB", "\xc6\x7f\xff\xff\xff"s},
          {"a nest beyond 32 levels", std::string(200, '\x91') + "\xc0"},
          {"a nest of 1 MiB", std::string(kBodyMax, '\x91')},
          {"a nest of maps of 1 MiB", std::string(kBodyMax, '\x81')},
          {"a nest of long lists", bomb("\xdd\x00\x0f\xff\xff"s)},
          {"a nest of long maps", bomb("\xdf\x00\x07\xff\xff"s)},
          {"two values", "\x80\x80"},
          {"an extension", "\xd4\x01\x00"s},
          {"nil", "\xc0"},
          {"a number", "\x07"},
          {"a list", "\x90"}};
}

struct Victim {
  std::string service, message;
  std::string field;  // Text, of that message.
  std::string good;   // A message of the service that an operator may ask without a word.
};

const std::vector<Victim> kVictims = {
    {"user", "user.log_in", "email", "user.key_set"},
    {"event", "event.list", "city", "event.list"},
    {"ticket", "ticket.order", "promo_code", "ticket.journal.head"},
    {"payment", "payment.open", "secret", "payment.sandbox.book"}};

std::vector<HostileBody> bodies_for(const Victim& victim) {
  auto all = bodies_of_no_message();
  const auto with = [&](auto&& value) {
    Packer packer;
    value(packer.map(1).text(victim.field));
    return packer.take();
  };
  all.push_back({"a number for text", with([](Packer& p) { p.integer(7); })});
  all.push_back({"a list for text", with([](Packer& p) { p.array(0); })});
  all.push_back({"bytes for text", with([](Packer& p) { p.bytes("Cairo"); })});
  all.push_back({"text that is no UTF-8", with([](Packer& p) { p.text("Caf\xe9"); })});
  all.push_back({"text cut in a character", with([](Packer& p) { p.text("\xd9\x82\xd8"); })});
  // The first counts, so a good one behind it helps nobody past the check.
  all.push_back(
      {"a field twice",
       Packer().map(2).text(victim.field).integer(7).text(victim.field).text("Cairo").take()});
  return all;
}

// What the daemon counted of the message as refused.
double refused(Siege& siege, const Victim& victim) {
  return figure(siege.operations(), victim.service,
                "bilten_messages_total{name=\"" + victim.message + "\",outcome=\"refused\"}");
}

// ---- a worker whose answers are none ----

struct OddView {
  std::string words;
  int64_t count = 0;
  static constexpr auto fields() {
    return field_list(field("words", &OddView::words, length(1, 100)),
                      field("count", &OddView::count, between(0, 100)));
  }
};
// Answers what it should.
struct ReadSound {
  static constexpr std::string_view name = "probe.sound";
  static constexpr Contract contract{
      .kind = Kind::query, .http = {.method = "GET", .path = "/v1/probe/sound"}, .doc = "Sound."};
  using Answer = OddView;
  static constexpr auto fields() { return field_list(); }
};
// Answers what the test wants.
struct ReadOdd {
  static constexpr std::string_view name = "probe.odd";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET", .path = "/v1/probe/odd/{which}"},
                                     .doc = "Odd."};
  using Answer = OddView;
  int64_t which = 0;
  static constexpr auto fields() {
    return field_list(field("which", &ReadOdd::which, between(0, 1000)));
  }
};

struct HostileAnswer {
  std::string what;
  std::function<std::string(uint64_t id)> frame;
  long status = 500;
};

std::string error_frame(uint64_t id, Code code, std::string_view ext) {
  Header header;
  header.command = Command::error;
  header.id = id;
  header.code = static_cast<uint8_t>(code);
  return build_frame(header, {}, ext);
}

std::vector<HostileAnswer> hostile_answers() {
  std::vector<HostileAnswer> all;
  auto bodies = bodies_of_no_message();
  const auto view = [](auto&& words) {
    Packer packer;
    words(packer.map(2).text("count").integer(1).text("words"));
    return packer.take();
  };
  bodies.push_back({"a number for text", view([](Packer& p) { p.integer(7); })});
  bodies.push_back({"a map for text", view([](Packer& p) { p.map(1).nil().nil(); })});
  bodies.push_back({"text that is no UTF-8", view([](Packer& p) { p.text("Caf\xe9"); })});
  bodies.push_back({"text for a number", Packer().map(1).text("count").text("1").take()});
  bodies.push_back(
      {"a number beyond 64 bits", Packer().map(1).text("count").unsigned_integer(~0ULL).take()});
  for (auto& body : bodies) {
    all.push_back({body.what, [bytes = std::move(body.bytes)](uint64_t id) {
                     return net::reply_frame(id, bytes);
                   }});
  }
  all.push_back({"the end of an answer in parts that never came",
                 [](uint64_t id) { return net::reply_frame(id, "\x80", 3); }, 502});
  all.push_back(
      {"an ERROR that says ok", [](uint64_t id) { return error_frame(id, Code::ok, {}); }});
  all.push_back({"an ERROR whose ext is none", [](uint64_t id) {
                   return error_frame(id, Code::internal, std::string(kExtMax, '\x91'));
                 }});
  all.push_back({"an ERROR of a code that is none",
                 [](uint64_t id) { return error_frame(id, static_cast<Code>(200), {}); }});
  all.push_back({"an ERROR in words that are no UTF-8", [](uint64_t id) {
                   return build_error(id, {Code::internal, "odd", "Caf\xe9"});
                 }});
  return all;
}

std::string odd_contract() {
  ServiceDescription contract;
  contract.service = "probe";
  contract.version = "1";
  contract.messages = {describe_message<ReadSound>(), describe_message<ReadOdd>()};
  return encode(contract);
}

size_t lines_of(const Platform& platform, const std::string& words) {
  std::istringstream log(platform.log());
  size_t count = 0;
  for (std::string line; std::getline(log, line);) count += line.find(words) != std::string::npos;
  return count;
}

}  // namespace

TEST_CASE("a daemon refuses a body that is none, counts each, and lives", "[integration]") {
  Siege siege;
  for (const auto& victim : kVictims) {
    INFO(victim.message);
    const auto pid = siege.platform().pid(victim.service);
    const auto peak = peak_kib(pid);
    const auto before = refused(siege, victim);
    const auto bodies = bodies_for(victim);
    FramePeer client(siege.platform(), "ops");
    client.join();
    uint64_t id = 100;
    for (const auto& [what, bytes] : bodies) {
      INFO(what);
      client.say(request_frame(victim.message, {}, ++id, bytes));
      const auto answer = client.hear();
      CHECK(answer.header.command == Command::error);
      CHECK(answer.header.id == id);
      CHECK(static_cast<Code>(answer.header.code) == Code::invalid);
    }
    CHECK(refused(siege, victim) == before + static_cast<double>(bodies.size()));
    CHECK(siege.operations().call(victim.good).code == Code::ok);
    CHECK(siege.platform().pid(victim.service) == pid);
    INFO("grew by " << (peak_kib(pid) - peak) / 1024 << " MiB");
    // A list of a million items takes 24 bytes for each; those that were only promised take none.
    if (!is_sanitized()) CHECK(peak_kib(pid) - peak <= 64 * 1024);
  }
  // And they do their work together.
  auto host = organizer(siege.platform().url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  Api guest(siege.platform().url());
  CHECK(guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).status == 201);
  siege.lift(16);
}

TEST_CASE("an answer that is none is a fault of its route alone, and the gateway lives",
          "[integration]") {
  Platform platform;
  const auto gateway = platform.pid("gateway");
  const auto answers = hostile_answers();
  const auto worker =
      worker_of(platform, claim_of("probe", '\7'), [&](const net::Incoming& request) {
        if (request.name == ReadOdd::name) {
          const auto odd = decode<ReadOdd>(request.body);
          return answers.at(static_cast<size_t>(odd->which)).frame(request.header.id);
        }
        return net::reply_frame(request.header.id, request.name == ReadSound::name
                                                       ? encode(OddView{"as it should be", 1})
                                                       : odd_contract());
      });
  Probe ops(platform, {.principal = "ops"});
  Api client(platform.url());
  REQUIRE(wait_until([&] { return client.get("/v1/probe/sound").status == 200; }));
  const std::string failed = "http_answers_total{class=\"5xx\"}";
  const auto before = figure(ops, "gateway", failed);
  for (size_t i = 0; i < answers.size(); ++i) {
    INFO(answers[i].what);
    const auto reply = client.get("/v1/probe/odd/" + std::to_string(i));
    INFO(reply.text.substr(0, 300));
    CHECK(reply.status == answers[i].status);
    CHECK(reply.headers.at("content-type").starts_with("application/problem+json"));
    CHECK(reply.body.is_object());  // It is no JSON where it is no UTF-8.
    CHECK(reply.code() != "");
    CHECK(client.get("/v1/probe/sound").status == 200);
  }
  CHECK(figure(ops, "gateway", failed) == before + static_cast<double>(answers.size()));
  CHECK(client.get("/v1/events").status == 200);
  CHECK(platform.pid("gateway") == gateway);
}

TEST_CASE("a contract that is none is refused once, and moves no other route", "[integration]") {
  Platform platform;
  const auto gateway = platform.pid("gateway");
  Api client(platform.url());
  size_t refusals = 0;
  for (const auto& body : {"\xc1"s, "\x90"s, bomb("\xdd\x00\x0f\xff\xff"s)}) {
    const char hash = static_cast<char>(++refusals);
    const auto worker = worker_of(
        platform, claim_of("probe", hash),
        [&](const net::Incoming& request) { return net::reply_frame(request.header.id, body); });
    CHECK(wait_until([&] { return lines_of(platform, "contract_malformed") == refusals; }));
    CHECK(client.get("/v1/probe/sound").status == 503);
    CHECK(client.get("/v1/events").status == 200);
  }
  CHECK(platform.pid("gateway") == gateway);
}
