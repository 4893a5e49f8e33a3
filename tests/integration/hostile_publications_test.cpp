// What a publisher with the right key can say against the rules to a running bilten-events: it is
// dropped and counted, one by one, reaches no reader, and what is true passes afterwards.
#include <zmq.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>

#include "tests/support/api.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kMalformed = "bilten_events_malformed_total";
const std::string kStrangers = "bilten_events_strangers_total";

// The probe's key at the publishers' door, and any bytes behind it.
class RawPublisher {
 public:
  explicit RawPublisher(const Platform& platform) : socket_(open(context_, platform)) {}

  void say(const std::string& bytes) { REQUIRE(socket_.send(bytes) == net::Sent::ok); }
  void say_parts(const std::string& first, const std::string& second) {
    REQUIRE(zmq_send(socket_.handle(), first.data(), first.size(), ZMQ_SNDMORE) >= 0);
    say(second);
  }

 private:
  static net::Socket open(net::Context& context, const Platform& platform) {
    auto ring = net::load_keys(platform.setting("keys"), "probe");
    REQUIRE(ring);
    net::SocketOptions options;
    options.keys = ring->own;
    options.server_key = ring->public_keys.at("events");
    auto socket = net::Socket::open(context, net::SocketType::pub, options);
    REQUIRE(socket);
    REQUIRE(socket->connect(platform.setting("events_publish")));
    return std::move(*socket);
  }

  net::Context context_;
  net::Socket socket_;
};

// Hears every topic. A publisher's own socket drops what nobody asked for: without such a reader
// little of what follows would leave the test.
class Eavesdropper {
 public:
  explicit Eavesdropper(const Platform& platform) : probe_(platform, options()) {}

  bool has(const std::string& topic, uint64_t seq) {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(heard_, std::pair(topic, seq)) != heard_.end();
  }
  size_t count(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count_if(
        heard_, [&](const auto& fact) { return fact.first.starts_with(prefix); }));
  }
  Probe& probe() { return probe_; }

 private:
  Probe::Options options() {
    Probe::Options made;
    made.principal = "ops";
    made.topics = {""};
    made.handlers.on_publications = [this](std::vector<net::Publication> heard) {
      const std::lock_guard lock(mutex_);
      for (const auto& each : heard) heard_.emplace_back(each.topic, each.seq);
    };
    return made;
  }

  std::mutex mutex_;
  std::vector<std::pair<std::string, uint64_t>> heard_;
  Probe probe_;
};

std::string said(const std::string& topic, uint64_t seq) {
  return net::event_frame(topic, seq, {}, Packer().map(0).take());
}

std::string under(const std::string& topic, const std::string& name) {
  Header header;
  header.command = Command::event;
  header.id = 7;
  return topic + '\0' + build_frame(header, name, {}, "\x80");
}

std::vector<std::string> malformed_publications() {
  const auto good = said("probe.said", 7);
  Header request;
  request.ttl_ms = 5;
  auto reserved = good;
  reserved[std::string("probe.said").size() + 1 + 29] = 1;
  return {"",
          "probe.said",
          std::string("probe.said\0", 11),
          std::string("probe.said\0", 11) + "noise",
          good.substr(0, good.size() - 2),
          under("Probe.said", "probe.said"),
          under("probe said", "probe.said"),
          under("", "probe.said"),
          under(std::string(201, 'a'), "probe.said"),
          under("probe.said", "probe.sung"),
          under("probe.said", ""),
          std::string("probe.said") + '\0' + build_frame(request, "probe.said"),
          reserved};
}

// Two facts of the probe's, each heard: what was said before them has been judged.
void settle(RawPublisher& publisher, Eavesdropper& reader, uint64_t seq) {
  REQUIRE(wait_until([&] {
    publisher.say(said("probe.said", seq));
    return reader.has("probe.said", seq);
  }));
}

// Figures are taken once a turn, so they may be a moment behind what was heard; never ahead.
void expect_figure(Probe& ops, const std::string& series, double count) {
  CHECK(wait_until([&] { return figure(ops, "events", series) >= count; }));
  CHECK(figure(ops, "events", series) == count);
}

}  // namespace

TEST_CASE("publications that are none are dropped, each is counted, and the next fact passes",
          "[integration]") {
  Platform platform;
  const auto pid = platform.pid("events");
  Eavesdropper reader(platform);
  RawPublisher publisher(platform);
  settle(publisher, reader, 1);
  auto& ops = reader.probe();
  const auto malformed = figure(ops, "events", kMalformed);
  const auto bad = malformed_publications();
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& each : bad) publisher.say(each);
    publisher.say_parts(said("probe.said", 5), said("probe.said", 6));
  }
  settle(publisher, reader, 2);
  const auto sent = static_cast<double>(kRounds * (bad.size() + 1));
  expect_figure(ops, kMalformed, malformed + sent);
  CHECK(figure(ops, "events", kStrangers) == 0);
  // Nothing of it reached a reader, neither as a fact nor as bytes that are none.
  CHECK(reader.count("probe.") == reader.count("probe.said"));
  for (const uint64_t seq : {5, 6, 7}) CHECK_FALSE(reader.has("probe.said", seq));
  CHECK(ops.mesh().counts().bad_frames == 0);
  CHECK(platform.pid("events") == pid);
}

TEST_CASE("publications under another's name are dropped, each is counted, and true ones pass",
          "[integration]") {
  Platform platform;
  const auto pid = platform.pid("events");
  Eavesdropper reader(platform);
  RawPublisher publisher(platform);
  settle(publisher, reader, 1);
  auto& ops = reader.probe();
  CHECK(figure(ops, "events", kStrangers) == 0);
  const std::vector<std::string> forged = {"ticket.forged", "ticket.sold", "wm.ticket",  "ops.disk",
                                           "probe",         "wm.probes",   "probes.said"};
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& topic : forged) publisher.say(said(topic, 1'000'000));
  }
  settle(publisher, reader, 2);
  const auto sent = static_cast<double>(kRounds * forged.size());
  expect_figure(ops, kStrangers, sent);
  CHECK(figure(ops, "events", kMalformed) == 0);
  // The service's own are heard, and none of the forged ones was.
  const auto own = reader.count("ticket.");
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)});
  CHECK(wait_until([&] { return reader.count("ticket.") > own; }));
  for (const auto& topic : forged) CHECK_FALSE(reader.has(topic, 1'000'000));
  CHECK(platform.pid("events") == pid);
}
