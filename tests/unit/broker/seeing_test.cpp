// What the broker lets operators see: latency, its spans of sampled requests, the tap, metrics.
#include <catch2/catch.hpp>

#include "broker/metrics_text.h"
#include "common/wire/mesh_admin.h"
#include "tests/support/exposition.h"
#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kTicket = 2, kOps = 3;

struct Seen : World {
  struct Kept {
    Span span;
    SteadyMicros began, ended;
  };
  std::vector<Kept> spans;

  Seen() {
    join(kTicket, "ticket", {claim("ticket", 4)});
    join(kGateway, "gateway");
    join(kOps, "ops");
    sent.clear();
  }
  void keep(const Span& span, SteadyMicros began, SteadyMicros ended) override {
    spans.push_back({span, began, ended});
  }
  // The worker's next REQUEST.
  Frame take(std::string& bytes) {
    const auto frames = heard(kTicket);
    REQUIRE(frames.size() == 1);
    bytes = frames[0].bytes;
    return *parse_frame(bytes);
  }
  void answer(const Frame& request, Code code = Code::ok) {
    if (code == Code::ok) return say(kTicket, frame(Command::reply, request.header.id));
    say(kTicket, build_error(request.header.id, {code, "no", "no"}));
  }
  // A request that takes so long and ends so.
  void serve(int64_t ms, Code code = Code::ok) {
    request(kGateway, 7, "ticket.order");
    std::string bytes;
    const auto taken = take(bytes);
    live_ms(ms);
    answer(taken, code);
  }
  template <class T>
  T ask(const std::string& name, std::string_view body = "\x80") {  // An empty map.
    heard(kOps);
    say(kOps, request_frame(1, name, 2000, 0, body));
    const auto frames = heard(kOps);
    REQUIRE(frames.size() == 1);
    REQUIRE(frames[0].command() == Command::reply);
    auto answer = decode<T>(frames[0].frame().body);
    REQUIRE(answer);
    return *answer;
  }
};

std::string traceparent() {
  return std::string(16, 't') + std::string(8, 'p') + std::string(1, '\1');
}

std::string sampled_frame(uint64_t id, const std::string& ext) {
  Header header;
  header.id = id;
  header.ttl_ms = 2000;
  header.flags = flag::kSampled;
  return build_frame(header, "ticket.order", ext, "body");
}

std::string sampled_ext() {
  Ext ext;
  ext.traceparent = traceparent();
  ext.claims = "secret-token";
  return ext.pack();
}

}  // namespace

TEST_CASE("a quantile is at most an eighth above the truth, and never below it", "[broker]") {
  SeededRandom random(3);
  std::vector<SteadyMicros> all;
  LatencyHistogram histogram;
  for (int i = 0; i < 5000; ++i) {
    const auto took = static_cast<SteadyMicros>(random.below(uint64_t{1} << random.below(26)));
    histogram.add(took);
    all.push_back(took);
  }
  std::ranges::sort(all);
  for (const double share : {0.0002, 0.1, 0.5, 0.9, 0.99, 1.0}) {
    const auto truth = all[static_cast<size_t>(share * 5000) - 1];
    const auto told = histogram.quantile(share);
    INFO(share << ": " << truth << " told as " << told);
    CHECK(told >= truth);
    CHECK(told <= truth + truth / 8);
  }
  CHECK(histogram.count() == 5000);
  CHECK(histogram.count_to(INT64_MAX) == 5000);
}

TEST_CASE("a histogram takes whatever time there is", "[broker]") {
  LatencyHistogram histogram;
  CHECK(histogram.quantile(0.5) == 0);
  for (const SteadyMicros took : {INT64_MAX, INT64_MAX / 2, int64_t{0}, int64_t{-5}}) {
    LatencyHistogram one;
    one.add(took);
    CHECK(one.count() == 1);
    CHECK(one.quantile(1) >= 0);
  }
}

TEST_CASE("latency counts answers, refusals and faults of each service, and forgets old times",
          "[broker]") {
  Seen world;
  world.serve(10);
  world.serve(10, Code::exhausted);
  world.serve(100, Code::internal);
  world.request(kGateway, 9, "ticket.order", 50);  // No answer comes: its budget ends.
  world.live_ms(100);
  auto latency = world.ask<mesh::Latency>("$mesh.latency");
  REQUIRE(latency.services.size() == 1);
  CHECK(latency.services[0].answered == 1);
  CHECK(latency.services[0].refused == 1);
  CHECK(latency.services[0].failed == 2);
  CHECK(latency.services[0].p50_us >= 10'000);
  CHECK(latency.services[0].p50_us <= 11'250);
  CHECK(latency.services[0].p99_us >= 100'000);
  CHECK(latency.services[0].p99_us <= 112'500);
  world.now += 30'000'000;
  latency = world.ask<mesh::Latency>("$mesh.latency");
  CHECK(latency.services[0].p99_us == 0);
  CHECK(latency.services[0].answered == 1);
}

TEST_CASE("a sampled request gets a span of the broker's, between the caller's and the worker's",
          "[broker]") {
  Seen world;
  world.say(kGateway, sampled_frame(7, sampled_ext()));
  std::string bytes;
  const auto request = world.take(bytes);
  const auto ext = *Ext::parse(request.ext);
  CHECK((request.header.flags & flag::kSampled) != 0);
  CHECK(ext.claims == "secret-token");
  world.live_ms(20);
  world.answer(request, Code::exhausted);
  REQUIRE(world.spans.size() == 1);
  const auto& [span, began, ended] = world.spans[0];
  CHECK(span.name == "ticket.order");
  CHECK(span.trace_id.data == std::string(16, 't'));
  CHECK(span.parent_id.data == std::string(8, 'p'));
  CHECK(ext.traceparent == span.traceparent());
  CHECK(ended - began == 20'000);
  CHECK(span.status == SpanStatus::unset);
}

TEST_CASE("what is not sampled, or was never answered, leaves no span", "[broker]") {
  Seen world;
  world.serve(1);
  world.say(kGateway, sampled_frame(7, {}));  // The flag alone.
  std::string bytes;
  world.answer(world.take(bytes));
  world.say(kGateway, sampled_frame(8, "\xc1 not MessagePack"));
  world.heard(kTicket);
  world.say(kGateway, World::frame(Command::disconnect));
  CHECK(world.spans.empty());
}

TEST_CASE("a traceparent that does not stand first is left as it is", "[broker]") {
  Seen world;
  Packer ext;
  ext.map(2).unsigned_integer(8).text("x").unsigned_integer(1).bytes(traceparent());
  world.say(kGateway, sampled_frame(7, ext.take()));
  std::string bytes;
  const auto request = world.take(bytes);
  CHECK(Ext::parse(request.ext)->traceparent == traceparent());
  world.answer(request);
  REQUIRE(world.spans.size() == 1);
  CHECK(world.spans[0].span.parent_id.data == std::string(8, 'p'));
}

TEST_CASE("the tap shows headers that came after the cursor, and never a body, claims or a key",
          "[broker]") {
  Seen world;
  auto page = world.ask<mesh::TapPage>("$mesh.tap");
  CHECK(page.headers.empty());
  world.say(kGateway, sampled_frame(7, sampled_ext()));
  std::string bytes;
  world.answer(world.take(bytes));
  world.heard(kOps);
  world.say(kOps, World::request_frame(1, "$mesh.tap", 2000, 0,
                                       encode(mesh::TapQuestion{.after = page.next})));
  const auto frames = world.heard(kOps);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].bytes.find("secret-token") == std::string::npos);
  CHECK(frames[0].bytes.find(std::string(16, 't')) == std::string::npos);
  page = *decode<mesh::TapPage>(frames[0].frame().body);
  REQUIRE(page.headers.size() == 3);  // The request, its answer, and this question.
  CHECK(page.headers[0].from == "gateway");
  CHECK(page.headers[0].command == "request");
  CHECK(page.headers[0].name == "ticket.order");
  CHECK(page.headers[0].body_bytes == 4);
  CHECK(page.headers[1].from == "ticket");
  CHECK(page.headers[1].command == "reply");
  CHECK(page.headers[2].name == "$mesh.tap");
  CHECK(world.ask<mesh::TapPage>("$mesh.tap", encode(mesh::TapQuestion{.after = page.next}))
            .headers.size() == 1);
}

TEST_CASE("the tap closes when nobody looks, and stays within rate and budget", "[broker]") {
  Seen world;
  world.ask<mesh::TapPage>("$mesh.tap");
  world.now += Tap::kOpenMicros + 1;
  world.request(kGateway, 1, "ticket.order");
  CHECK(world.ask<mesh::TapPage>("$mesh.tap").headers.empty());
  // A budget of five headers a second.
  const auto narrow = encode(mesh::TapQuestion{.bytes_per_s = 1100});
  world.now += 2 * Tap::kOpenMicros;
  world.ask<mesh::TapPage>("$mesh.tap", narrow);
  for (uint64_t id = 10; id < 60; ++id) world.request(kGateway, id, "ticket.order");
  auto page = world.ask<mesh::TapPage>("$mesh.tap", narrow);
  CHECK(page.headers.size() <= 6);
  CHECK(page.missed >= 44);
  // A tenth of them.
  const auto tenth = encode(mesh::TapQuestion{.sample = 0.1, .limit = 1000});
  world.now += 2 * Tap::kOpenMicros;
  world.ask<mesh::TapPage>("$mesh.tap", tenth);
  for (uint64_t id = 100; id < 1100; ++id) world.request(kGateway, id, "ticket.order");
  page = world.ask<mesh::TapPage>("$mesh.tap", tenth);
  CHECK(page.headers.size() > 50);
  CHECK(page.headers.size() < 200);
}

TEST_CASE("the tap, latency and traces are for operators only, and a bad question is named",
          "[broker]") {
  Seen world;
  for (const char* name : {"$mesh.tap", "$mesh.latency", "$mesh.trace"}) {
    world.request(kGateway, 1, name);
    const auto frames = world.heard(kGateway);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].code() == Code::denied);
  }
  world.say(kOps, World::request_frame(2, "$mesh.tap", 2000, 0,
                                       Packer().map(1).text("sample").integer(7).take()));
  const auto frames = world.heard(kOps);
  REQUIRE(frames.size() == 1);
  const auto error = error_of(frames[0].frame());
  CHECK(error.code == Code::invalid);
  REQUIRE(error.fields.size() == 1);
  CHECK(error.fields[0].pointer == "/sample");
}

TEST_CASE("the broker's metrics are a sound page, for whoever may connect", "[broker]") {
  Seen world;
  world.serve(3);
  world.serve(3, Code::exhausted);
  world.request(kGateway, 1, "$mesh.metrics");
  const auto frames = world.heard(kGateway);
  REQUIRE(!frames.empty());
  const auto answer = decode<mesh::MetricsText>(frames.back().frame().body);
  REQUIRE(answer);
  CHECK(test::exposition_faults(answer->text) == std::vector<std::string>{});
  for (const char* line :
       {"# TYPE bilten_broker_requests_total counter", "bilten_broker_peers 3\n",
        "bilten_broker_answers_by_service_total{target=\"ticket\",outcome=\"refused\"} 1\n",
        "bilten_broker_request_seconds_bucket{target=\"ticket\",le=\"0.00025\"} 0\n",
        "bilten_broker_request_seconds_bucket{target=\"ticket\",le=\"0.005\"} 2\n",
        "bilten_broker_request_seconds_count{target=\"ticket\"} 2\n"}) {
    INFO(line);
    CHECK(answer->text.find(line) != std::string::npos);
  }
}
