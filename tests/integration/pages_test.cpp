// The gateway's own pages, as the running platform shows them.
#include <catch2/catch.hpp>
#include <csignal>
#include <set>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

// Each "$ref" in it, at any depth.
void gather_references(const json& part, std::set<std::string>& into) {
  if (part.is_object() && part.contains("$ref")) into.insert(part["$ref"]);
  if (!part.is_structured()) return;
  for (const auto& inner : part) gather_references(inner, into);
}

}  // namespace

TEST_CASE("the running gateway leads to its documentation and tells its health and its figures",
          "[integration]") {
  Platform platform;
  Api client(platform.url());
  const auto root = client.get("/");
  CHECK(root.status == 302);
  CHECK(root.headers.at("location") == "/docs");
  const auto docs = client.get("/docs");
  CHECK(docs.status == 200);
  CHECK(docs.headers.at("content-type").starts_with("text/html"));
  CHECK(docs.text.find("/v1/orders") != std::string::npos);
  const auto health = client.get("/healthz"), ready = client.get("/readyz");
  CHECK(health.status == 200);
  CHECK(health.body == json{{"status", "ok"}});
  CHECK(ready.status == 200);
  CHECK(ready.body == json{{"status", "ready"}});
  const auto metrics = client.get("/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.headers.at("content-type").starts_with("text/plain"));
  CHECK(metrics.text.find("\nhttp_answers_total{") != std::string::npos);
}

TEST_CASE("the running gateway's OpenAPI names each operation once, and what it refers to is there",
          "[integration]") {
  Platform platform;
  const auto api = Api(platform.url()).get("/openapi.json");
  REQUIRE(api.status == 200);
  CHECK(api.headers.at("content-type") == "application/json");
  CHECK(api.body["openapi"] == "3.1.0");
  std::set<std::string> operations, services;
  for (const auto& [path, item] : api.body["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (!operation.is_object()) continue;  // Parameters that all its methods share.
      INFO(method << " " << path);
      const std::string name = operation.value("operationId", "");
      REQUIRE(!name.empty());
      CHECK(operations.insert(name).second);
      services.insert(name.substr(0, name.find('.')));
    }
  }
  CHECK(services == std::set<std::string>{"event", "payment", "ticket", "user"});
  std::set<std::string> references;
  gather_references(api.body, references);
  CHECK(!references.empty());
  for (const auto& reference : references) {
    INFO(reference);
    REQUIRE(reference.starts_with("#/"));
    CHECK(api.body.contains(json::json_pointer(reference.substr(1))));
  }
}

// What the gateway cannot do without is a broker; a service that is away takes its own routes only.
TEST_CASE("the gateway is not ready while no broker answers it, and ready again after",
          "[integration]") {
  Platform platform;
  Api client(platform.url());
  const pid_t gateway = platform.pid("gateway");
  platform.kill("broker", SIGSTOP);
  CHECK(wait_until([&] { return client.get("/readyz").status == 503; }));
  CHECK(client.get("/readyz").code() == "not_ready");
  CHECK(client.get("/healthz").status == 200);
  platform.kill("broker", SIGCONT);
  CHECK(wait_until([&] { return client.get("/readyz").status == 200; }));
  platform.kill("event", SIGSTOP);
  client.timeout_ms = 1'000;
  CHECK(client.get("/v1/events?limit=1").status != 200);
  CHECK(client.get("/readyz").status == 200);
  platform.kill("event", SIGCONT);
  CHECK(wait_until([&] { return client.get("/v1/events?limit=1").status == 200; }));
  platform.crash("broker");
  CHECK(wait_until([&] { return platform.is_ready(); }));
  CHECK(platform.pid("gateway") == gateway);
}
