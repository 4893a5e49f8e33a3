// Spans: their form for a collector, what is kept of them, and how they get there.
#include "common/process/trace.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/text.h"
#include "common/process/trace_export.h"
#include "common/process/trace_ring.h"
#include "common/wire/frame.h"
#include "common/wire/mesh_admin.h"
#include "tests/support/collector.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kTrace = "5b8efff798038103d269b633813fc60c";

std::string traceparent(char flags = 1) {
  return *from_hex(kTrace) + *from_hex("eee19b7ec3c1b173") + std::string(1, flags);
}

// The span of OpenTelemetry's published example.
Span published() {
  Span span;
  span.trace_id.data = *from_hex(kTrace);
  span.span_id.data = *from_hex("eee19b7ec3c1b174");
  span.parent_id.data = *from_hex("eee19b7ec3c1b173");
  span.name = "I'm a server span";
  span.kind = SpanKind::server;
  span.start_ns = 1'544'712'660'000'000'000;
  span.end_ns = 1'544'712'661'000'000'000;
  span.note("my.span.attr", std::string("some value"));
  return span;
}

Span named(std::string name) {
  auto span = published();
  span.name = std::move(name);
  return span;
}

// Quick enough for a test.
TraceExportOptions options(const Collector& collector) {
  TraceExportOptions made;
  made.url = collector.url();
  made.gather_ms = 10;
  made.back_off_ms = 10;
  return made;
}

const TraceSource kSource{"my.service", "1.0.0", "one"};

}  // namespace

TEST_CASE("spans take the form of OpenTelemetry's published example", "[process]") {
  Span root;
  root.trace_id = published().trace_id;
  root.span_id = published().parent_id;
  root.name = "a \"root\" \\ that\nfailed";
  root.kind = SpanKind::client;
  root.start_ns = published().start_ns;
  root.end_ns = 1'544'712'662'000'000'000;
  root.status = SpanStatus::error;
  root.note("count", int64_t{9'007'199'254'740'993});
  std::ifstream file("tests/golden/otlp/trace.json");
  std::ostringstream golden;
  golden << file.rdbuf();
  const auto made = otlp_json(kSource, {published(), root});
  CHECK(nlohmann::json::parse(made) == nlohmann::json::parse(golden.str()));
  // Members stand in the golden's order too: only the white space differs.
  CHECK(nlohmann::ordered_json::parse(made).dump() ==
        nlohmann::ordered_json::parse(golden.str()).dump());
}

TEST_CASE("a name that is not UTF-8 still makes valid JSON", "[process]") {
  const auto made = nlohmann::json::parse(otlp_json(kSource, {named("\xff\x01")}), nullptr, false);
  CHECK(made["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] == "hex:ff01");
}

TEST_CASE("the ring keeps the latest spans and finds them by trace, oldest first", "[process]") {
  TraceRing ring(3);
  for (const char* name : {"a", "b", "c", "d"}) ring.keep(named(name));
  auto other = named("other");
  other.trace_id.data = std::string(16, '\7');
  ring.keep(other);
  const auto found = ring.find(published().trace_id.data);
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "c");
  CHECK(found[1].name == "d");
  CHECK(ring.find(other.trace_id.data).size() == 1);
  CHECK(ring.find(std::string(16, '\1')).empty());
}

TEST_CASE("a span goes on only with a sampled traceparent", "[process]") {
  CHECK(open_span("", SpanKind::server, "x") == nullptr);
  CHECK(open_span(traceparent(0), SpanKind::server, "x") == nullptr);
  CHECK(open_span(traceparent().substr(1), SpanKind::server, "x") == nullptr);
  const auto span = open_span(traceparent(3), SpanKind::server, "x.y");
  REQUIRE(span);
  const auto next = span->traceparent();
  CHECK(is_sampled(next));
  CHECK(next.substr(0, 16) == traceparent().substr(0, 16));
  CHECK(next.substr(16, 8) != traceparent().substr(16, 8));
}

TEST_CASE("a span that ended is answered to $trace, with its parent, its length and its code",
          "[process]") {
  auto trace = traceparent();
  trace[0] = 'q';  // A trace of this case alone.
  const auto span = open_span(trace, SpanKind::server, "ticket.order");
  span->note("bilten.queue_us", int64_t{52});
  span->end(Code::exhausted);
  open_span(trace, SpanKind::client, "broken")->end(Code::internal);
  const auto answer = answer_trace(encode(mesh::TraceQuestion{{trace.substr(0, kTraceIdBytes)}}));
  REQUIRE(answer);
  const auto found = decode<mesh::TraceAnswer>(*answer);
  REQUIRE(found);
  REQUIRE(found->spans.size() == 2);
  const auto& order = found->spans[0];
  CHECK(order.name == "ticket.order");
  CHECK(order.parent_id.data == trace.substr(16, 8));
  CHECK(order.end_ns >= order.start_ns);
  CHECK(order.start_ns > 1'544'712'660'000'000'000);
  CHECK(order.status == SpanStatus::unset);  // A refusal is an answer.
  REQUIRE(order.attributes.size() == 2);
  CHECK(order.attributes[0].number == 52);
  CHECK(order.attributes[1].text == "exhausted");
  CHECK(found->spans[1].status == SpanStatus::error);
  CHECK(answer_trace(encode(mesh::TraceQuestion{{"short"}})).error().code == Code::invalid);
}

TEST_CASE("attributes of a span are bounded in number and length", "[process]") {
  Span span;
  for (int i = 0; i < 20; ++i) span.note("key", std::string(1000, 'x'));
  CHECK(span.attributes.size() == Span::kAttributesMax);
  CHECK(span.attributes[0].text->size() == 200);
}

TEST_CASE("a frame's traceparent is found where Ext::pack puts it, and nowhere else", "[process]") {
  Header header;
  header.ttl_ms = 1000;
  Ext ext;
  ext.traceparent = traceparent();
  ext.idempotency_key = std::string(16, 'k');
  auto frame = build_frame(header, "ticket.order", ext.pack(), "body");
  char* const found = traceparent_in(frame.data());
  REQUIRE(found);
  CHECK(std::string_view(found, kTraceparentBytes) == traceparent());
  found[16] = 'Z';
  CHECK(Ext::parse(parse_frame(frame)->ext)->traceparent[16] == 'Z');
  ext.traceparent.clear();
  frame = build_frame(header, "ticket.order", ext.pack(), std::string(100, 'b'));
  CHECK(traceparent_in(frame.data()) == nullptr);
  frame = build_frame(header, "ticket.order", {}, "body");
  CHECK(traceparent_in(frame.data()) == nullptr);
}

TEST_CASE("the exporter posts what has gathered to /v1/traces as JSON", "[process]") {
  Collector collector;
  TraceExporter exporter(options(collector), kSource);
  exporter.offer(named("a"));
  exporter.offer(named("b"));
  REQUIRE(wait_until([&] { return exporter.sent() == 2; }));
  const auto posts = collector.posts();
  REQUIRE(!posts.empty());
  CHECK(posts[0].head.starts_with("POST /v1/traces HTTP/1.1\r\n"));
  CHECK(posts[0].head.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(collector.spans().size() == 2);
  CHECK(collector.spans()[0].service == "my.service");
}

TEST_CASE("the exporter tries again after 429 and 503, and gives up after another refusal",
          "[process]") {
  Collector collector;
  TraceExporter exporter(options(collector), kSource);
  collector.refuse_with({"503 Service Unavailable", "429 Too Many Requests\r\nRetry-After: 0"});
  exporter.offer(named("a"));
  REQUIRE(wait_until([&] { return exporter.sent() == 1; }));
  CHECK(collector.refused() == 2);
  collector.refuse_with({"400 Bad Request"});
  exporter.offer(named("b"));
  REQUIRE(wait_until([&] { return exporter.dropped() == 1; }));
  exporter.offer(named("c"));
  REQUIRE(wait_until([&] { return exporter.sent() == 2; }));
  CHECK(collector.spans().back().span["name"] == "c");
}

TEST_CASE("the exporter drops and counts what its queue cannot hold, and its end waits for nobody",
          "[process]") {
  Collector collector;
  auto narrow = options(collector);
  collector.refuse_with(std::vector<std::string>(1000, "503 Service Unavailable"));
  narrow.queue_max = 4;
  narrow.batch_max = 1;
  narrow.back_off_ms = 60'000;
  auto exporter = std::make_unique<TraceExporter>(narrow, kSource);
  for (int i = 0; i < 50; ++i) exporter->offer(named("x"));
  CHECK(exporter->dropped() >= 40);
  CHECK(exporter->sent() == 0);
  exporter.reset();
}

TEST_CASE("a collector's address must be one of HTTP", "[process]") {
  CHECK(check_trace({}));
  CHECK(check_trace({.otlp = "http://localhost:4318", .sample = 1}));
  CHECK(!check_trace({.otlp = "localhost:4318", .sample = 1}));
  CHECK(!check_trace({.otlp = "http://localhost:4318/", .sample = 1}));
}
