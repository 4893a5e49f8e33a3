// What operators see of a running mesh: one request's trace through all processes, top, graph, tap,
// bench and metrics.
#include <catch2/catch.hpp>
#include <set>

#include "common/base/text.h"
#include "common/wire/mesh_admin.h"
#include "tests/support/api.h"
#include "tests/support/collector.h"
#include "tests/support/exposition.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kCaller = "00f067aa0ba902b7";

// The collected spans of one trace.
class Story {
 public:
  explicit Story(const Collector& collector, std::string trace = kTrace)
      : collector_(collector), trace_(std::move(trace)) {}

  void look() {
    spans_.clear();
    for (auto& received : collector_.spans()) {
      if (received.span["traceId"] == trace_) spans_.push_back(std::move(received));
    }
  }
  // nullptr: not there yet.
  const json* find(const std::string& service, const std::string& name, int kind) const {
    for (const auto& [from, span] : spans_) {
      if (from == service && span["name"] == name && span["kind"] == kind) return &span;
    }
    return nullptr;
  }
  const std::vector<Collector::Received>& spans() const { return spans_; }

 private:
  const Collector& collector_;
  std::string trace_;
  std::vector<Collector::Received> spans_;
};

bool is_hex(const json& value, size_t digits) {
  const auto text = value.get<std::string>();
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_nanos(const json& value) {
  if (!value.is_string()) return false;
  const auto text = value.get<std::string>();
  return text.size() == 19 && text.find_first_not_of("0123456789") == std::string::npos;
}

std::set<std::string> members(const json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

// Of a list of {key, value: {stringValue or intValue}}.
void check_attributes(const json& attributes) {
  REQUIRE(attributes.is_array());
  for (const auto& attribute : attributes) {
    CHECK(members(attribute) == std::set<std::string>{"key", "value"});
    CHECK(attribute["key"].is_string());
    REQUIRE(attribute["value"].size() == 1);
    const auto value = attribute["value"].begin();
    CHECK((value.key() == "stringValue" || value.key() == "intValue"));
    CHECK(value->is_string());
  }
}

void check_span(const json& span) {
  auto names = members(span);
  names.erase("parentSpanId");
  names.erase("status");
  CHECK(names == std::set<std::string>{"traceId", "spanId", "name", "kind", "startTimeUnixNano",
                                       "endTimeUnixNano", "attributes"});
  CHECK(is_hex(span["traceId"], 32));
  CHECK(is_hex(span["spanId"], 16));
  if (span.contains("parentSpanId")) CHECK(is_hex(span["parentSpanId"], 16));
  CHECK(span["name"].is_string());
  REQUIRE(span["kind"].is_number_integer());
  CHECK(span["kind"] >= 1);
  CHECK(span["kind"] <= 5);
  CHECK(is_nanos(span["startTimeUnixNano"]));
  CHECK(is_nanos(span["endTimeUnixNano"]));
  CHECK(span["startTimeUnixNano"].get<std::string>() <= span["endTimeUnixNano"].get<std::string>());
  check_attributes(span["attributes"]);
  if (span.contains("status")) CHECK(span["status"]["code"].is_number_integer());
}

// Field by field as OpenTelemetry's published example has it; it writes ids in upper case, and
// OTLP/JSON reads them without regard to case.
void check_shape(const json& body) {
  CHECK(members(body) == std::set<std::string>{"resourceSpans"});
  for (const auto& resource : body["resourceSpans"]) {
    CHECK(members(resource) == std::set<std::string>{"resource", "scopeSpans"});
    CHECK(members(resource["resource"]) == std::set<std::string>{"attributes"});
    check_attributes(resource["resource"]["attributes"]);
    for (const auto& scope : resource["scopeSpans"]) {
      CHECK(members(scope) == std::set<std::string>{"scope", "spans"});
      CHECK(members(scope["scope"]) == std::set<std::string>{"name", "version"});
      REQUIRE(!scope["spans"].empty());
      for (const auto& span : scope["spans"]) check_span(span);
    }
  }
}

Platform::Options exporting_to(const Collector& collector) {
  return {.demo = true, .extra = {"--set", "trace.otlp=" + collector.url()}};
}

std::vector<std::string> with_traceparent(const std::string& flags) {
  return {"traceparent: 00-" + kTrace + "-" + kCaller + "-" + flags};
}

json json_of(const Finished& finished) {
  INFO(finished.out);
  REQUIRE(finished.status == 0);
  auto parsed = json::parse(finished.out, nullptr, false);
  REQUIRE(!parsed.is_discarded());
  return parsed;
}

}  // namespace

TEST_CASE("one trace id leads from the HTTP request to what another daemon does about its fact",
          "[integration]") {
  Collector collector;
  Platform platform(exporting_to(collector));
  auto host = organizer(platform.url());
  auto body = event_body();
  const auto reply = host.api.send("POST", "/v1/organizations/" + host.organization_id + "/events",
                                   body.dump(), fresh_key(), with_traceparent("01"));
  REQUIRE(reply.status == 201);
  CHECK(reply.headers.at("x-request-id") == kTrace);

  Story story(collector);
  // Hop by hop: gateway (server), its call (client), broker, event (server), ticket (consumer).
  const json *http = nullptr, *call = nullptr, *passed = nullptr, *served = nullptr,
             *heard = nullptr;
  const std::string route = "POST /v1/organizations/{organization_id}/events";
  const bool complete = wait_until(
      [&] {
        story.look();
        http = story.find("bilten-gateway", route, 2);
        call = story.find("bilten-gateway", "event.draft", 3);
        passed = story.find("bilten-broker", "event.draft", 1);
        served = story.find("bilten-event", "event.draft", 2);
        heard = story.find("bilten-ticket", "ticket event.drafted", 5);
        return http && call && passed && served && heard;
      },
      20);
  std::string seen;
  for (const auto& [from, span] : story.spans()) seen += from + " " + span.dump() + "\n";
  INFO(seen);
  REQUIRE(complete);
  CHECK((*http)["parentSpanId"] == kCaller);
  CHECK((*call)["parentSpanId"] == (*http)["spanId"]);
  CHECK((*passed)["parentSpanId"] == (*call)["spanId"]);
  CHECK((*served)["parentSpanId"] == (*passed)["spanId"]);
  CHECK((*heard)["parentSpanId"] == (*served)["spanId"]);
  std::set<std::string> ids;
  for (const auto& [from, span] : story.spans()) ids.insert(span["spanId"].get<std::string>());
  CHECK(ids.size() == story.spans().size());
  for (const auto& post : collector.posts()) check_shape(post.body);

  // The same story, told by the processes themselves.
  const auto told = json_of(platform.ctl({"-o", "json", "trace", kTrace}));
  CHECK(told["trace_id"] == kTrace);
  for (const auto& [from, span] : story.spans()) {
    const bool is_told = std::any_of(
        told["spans"].begin(), told["spans"].end(), [&, &span = span, &from = from](const json& t) {
          return t["span_id"] == span["spanId"] && t["parent_id"] == span["parentSpanId"] &&
                 t["program"] == from &&
                 std::to_string(t["start_ns"].get<int64_t>()) ==
                     span["startTimeUnixNano"].get<std::string>();
        });
    INFO(from << " " << span.dump());
    CHECK(is_told);
  }
  const auto tree = platform.ctl({"trace", kTrace}).out;
  INFO(tree);
  CHECK(tree.find("        event.draft") != std::string::npos);  // Four levels deep.
  CHECK(tree.find(host.email) == std::string::npos);
}

TEST_CASE("the spans of one order reach the collector whole, with its wait and its batch",
          "[integration]") {
  Collector collector;
  Platform platform(exporting_to(collector));
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  Api guest(platform.url());
  const auto order = order_body(sale.event_id, sale.type_ids[0], 1).dump();
  REQUIRE(guest.send("POST", "/v1/orders", order, fresh_key(), with_traceparent("01")).status ==
          201);
  Story story(collector);
  REQUIRE(wait_until(
      [&] {
        story.look();
        return story.spans().size() >= 4;
      },
      20));
  const auto* http = story.find("bilten-gateway", "POST /v1/orders", 2);
  const auto* call = story.find("bilten-gateway", "ticket.order", 3);
  const auto* passed = story.find("bilten-broker", "ticket.order", 1);
  const auto* served = story.find("bilten-ticket", "ticket.order", 2);
  REQUIRE((http && call && passed && served));
  CHECK(story.spans().size() == 4);
  CHECK((*http)["parentSpanId"] == kCaller);
  CHECK((*call)["parentSpanId"] == (*http)["spanId"]);
  CHECK((*passed)["parentSpanId"] == (*call)["spanId"]);
  CHECK((*served)["parentSpanId"] == (*passed)["spanId"]);
  const auto attributes = [](const json& span) {
    std::map<std::string, json> found;
    for (const auto& each : span["attributes"]) {
      found[each["key"].get<std::string>()] = *each["value"].begin();
    }
    return found;
  };
  CHECK(attributes(*http)["http.request.method"] == "POST");
  CHECK(attributes(*http)["http.route"] == "/v1/orders");
  CHECK(attributes(*http)["http.response.status_code"] == "201");
  CHECK(std::stoll(attributes(*served)["bilten.queue_us"].get<std::string>()) >= 0);
  CHECK(std::stoll(attributes(*served)["bilten.batch"].get<std::string>()) >= 1);
  for (const auto& post : collector.posts()) {
    check_shape(post.body);
    CHECK(post.body.dump().find("guest@example.org") == std::string::npos);
  }
}

TEST_CASE("what the caller does not want recorded is not, and sampling draws for the others",
          "[integration]") {
  Collector collector;
  Platform platform(
      {.demo = true,
       .extra = {"--set", "trace.otlp=" + collector.url(), "--set", "trace.sample=1.0"}});
  Api guest(platform.url());
  CHECK(guest.send("GET", "/v1/events?limit=1", "", "", with_traceparent("00")).status == 200);
  const auto drawn = guest.get("/v1/events?limit=2");
  const auto trace = drawn.headers.at("x-request-id");
  Story story(collector, trace);
  REQUIRE(wait_until(
      [&] {
        story.look();
        return story.find("bilten-event", "event.list", 2) != nullptr;
      },
      10));
  const json* root = nullptr;
  REQUIRE(wait_until(
      [&] {
        story.look();
        root = story.find("bilten-gateway", "GET /v1/events", 2);
        return root != nullptr;
      },
      10));
  CHECK(!root->contains("parentSpanId"));
  Story unwanted(collector);
  unwanted.look();
  CHECK(unwanted.spans().empty());
}

TEST_CASE("top shows services, latency and the lag of each reader", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)});
  const auto look = json_of(platform.ctl({"-o", "json", "top", "--once"}));
  std::map<std::string, json> services, readers;
  for (const auto& each : look["services"]) services[each["service"]] = each;
  for (const auto& each : look["readers"]) {
    readers[each["reader"].get<std::string>() + " " + each["owner"].get<std::string>()] = each;
  }
  for (const char* name : {"user", "event", "ticket", "payment", "gateway", "events"}) {
    INFO(name);
    REQUIRE(services.contains(name));
    CHECK(services[name]["workers"] == 1);
    CHECK(services[name]["credit"] > 0);
  }
  CHECK(services["event"]["answered"] > 0);
  CHECK(services["event"]["p50_us"] > 0);
  CHECK(services["event"]["p50_us"] <= services["event"]["p99_us"]);
  CHECK(services["event"]["failed"] == 0);
  for (const char* name : {"event user", "ticket user", "ticket event"}) {
    INFO(name);
    REQUIRE(readers.contains(name));
    CHECK(readers[name]["stopped"] == "");
    CHECK(readers[name]["lag"] >= 0);
  }
  const auto table = platform.ctl({"top", "--once"});
  CHECK(table.status == 0);
  CHECK(table.out.find("READER") != std::string::npos);
  CHECK(table.out.find('\033') == std::string::npos);
}

TEST_CASE("graph says who serves, calls and hears whom, in text and for two drawing programs",
          "[integration]") {
  Platform platform;
  const auto graph = json_of(platform.ctl({"-o", "json", "graph"}));
  const auto has = [&](const char* list, const json& wanted) {
    const auto& edges = graph[list];
    return std::find(edges.begin(), edges.end(), wanted) != edges.end();
  };
  CHECK(has("serves", {{"principal", "ticket"}, {"service", "ticket"}, {"workers", 1}}));
  CHECK(has("serves", {{"principal", "probe"}, {"service", "echo"}, {"workers", 0}}));
  CHECK(has("calls", {{"from", "gateway"}, {"to", "event"}, {"messages", "event.*"}}));
  CHECK(has("calls", {{"from", "ops"}, {"to", "user"}, {"messages", "*"}}));
  CHECK(has("hears", {{"reader", "ticket"}, {"owner", "event"}}));
  CHECK(has("hears", {{"reader", "gateway"}, {"owner", ""}}));
  CHECK(platform.ctl({"graph"}).out.find("SERVED BY") != std::string::npos);
  const auto mermaid = platform.ctl({"graph", "--format", "mermaid"}).out;
  CHECK(mermaid.starts_with("flowchart LR\n"));
  CHECK(mermaid.find("  gateway -->|\"event.*\"| event\n") != std::string::npos);
  CHECK(mermaid.find("  event -.->|\"facts\"| ticket\n") != std::string::npos);
  const auto dot = platform.ctl({"graph", "--format", "dot"}).out;
  CHECK(dot.starts_with("digraph mesh {\n"));
  CHECK(dot.find("  \"gateway\" -> \"event\" [label=\"event.*\", style=solid];\n") !=
        std::string::npos);
  CHECK(dot.ends_with("}\n"));
}

TEST_CASE("tap shows the headers of a request as it passes, and nothing of its content",
          "[integration]") {
  Platform platform;
  Probe ops(platform, {.principal = "ops"});
  mesh::TapQuestion question;
  std::vector<mesh::TapHeader> headers;
  std::string bytes;
  const auto look = [&] {
    const auto answer = ops.call("$mesh.tap", encode(question));
    REQUIRE(answer.code == Code::ok);
    bytes += answer.body;
    const auto page = decode<mesh::TapPage>(answer.body);
    REQUIRE(page);
    question.after = page->next;
    headers.insert(headers.end(), page->headers.begin(), page->headers.end());
  };
  look();
  auto host = organizer(platform.url());
  look();
  const bool found = std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return header.name == "user.sign_up" && header.from == "gateway" && header.body_bytes > 0;
  });
  CHECK(found);
  CHECK(bytes.find(host.email) == std::string::npos);
  CHECK(bytes.find(host.password) == std::string::npos);
  CHECK(bytes.find(host.api.token()) == std::string::npos);
  Probe stranger(platform, {});
  CHECK(stranger.call("$mesh.tap", encode(question)).code == Code::denied);
  CHECK(platform.ctl({"tap", "--once"}).status == 0);
}

TEST_CASE("bench measures an echo and a service's own message", "[integration]") {
  Platform platform;
  const auto echo =
      json_of(platform.ctl({"-o", "json", "bench", "--seconds", "0.3", "--window", "8"}));
  CHECK(echo["answered"] > 0);
  CHECK(echo["failed"] == 0);
  CHECK(echo["per_s"] > 0);
  CHECK(echo["p50_us"] <= echo["p99_us"]);
  const auto list = json_of(platform.ctl(
      {"-o", "json", "bench", "event.list", "--json", "{\"limit\": 1}", "--seconds", "0.3"}));
  CHECK(list["answered"] > 0);
  CHECK(list["failed"] == 0);
  CHECK(platform.ctl({"bench", "nobody.home", "--seconds", "0.1"}).status == 69);
}

TEST_CASE("the gateway's metrics page holds every process, and is sound", "[integration]") {
  Platform platform;
  Api client(platform.url());
  std::string page;
  const auto has = [&](const std::string& text) { return page.find(text) != std::string::npos; };
  const bool whole = wait_until(
      [&] {
        page = client.get("/metrics").text;
        return has("bilten_broker_requests_total{service=\"broker\",node=\"broker\"}") &&
               has("bilten_events_passed_total{service=\"events\",node=") &&
               has("bilten_build_info{service=\"gateway\"") &&
               has("bilten_build_info{service=\"ticket\"");
      },
      10);
  INFO(page);
  CHECK(whole);
  CHECK(exposition_faults(page) == std::vector<std::string>{});
  CHECK(has("bilten_broker_request_seconds_bucket{service=\"broker\",node=\"broker\",target="));
}
