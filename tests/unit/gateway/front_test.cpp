// What a request becomes in the mesh, and what the mesh's answer becomes for the client.
#include "gateway/front.h"

#include <sodium.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "gateway/docs_page.h"
#include "gateway/metrics_page.h"
#include "tests/unit/gateway/fake_mesh.h"

using namespace bilten;
using namespace bilten::gateway;

namespace {

class TextBody final : public BodySource {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  HeadFault read(std::string& into, size_t bytes_max) override {
    if (text_.size() > bytes_max) return {413, "too large"};
    into = text_;
    return {};
  }

 private:
  std::string text_;
};

struct Desk {
  SystemClock clock;
  FakeMesh mesh;
  Contracts contracts{mesh.call(), FakeMesh::rules()};
  bool is_ready = true;
  Front front;

  explicit Desk(FrontOptions options = {})
      : front(
            std::move(options), contracts, mesh.call(),
            {[this] { return is_ready; }, [this] { return gather_metrics(mesh.call(), {}, clock); },
             [](Request&, const Trace&) { return Response{}; }},
            clock) {
    contracts.poll();
  }

  Response ask(const std::string& line, const std::string& headers = "",
               const std::string& body = "") {
    std::string text = line + " HTTP/1.1\r\nHost: a\r\n" + headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    Head head;
    REQUIRE(read_head(text, head).status == 0);
    TextBody source(body);
    Request request{head, source, "127.0.0.1"};
    return front.answer(request);
  }
  Response post(const std::string& body, const std::string& headers = "") {
    return ask("POST /v1/items", "Content-Type: application/json\r\n" + headers, body);
  }
};

std::string header(const Response& response, const std::string& name) {
  const std::string lines = "\r\n" + response.headers;
  const size_t at = lines.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const size_t from = at + name.size() + 4;
  return lines.substr(from, lines.find("\r\n", from) - from);
}

nlohmann::json json(const Response& response) {
  return nlohmann::json::parse(response.body);
}

const std::string kItem = R"({"title":"Cup","quantity":2})";
const std::string kPath = "/v1/items/01890a5d-ac96-774b-bcce-b302099a8057";

std::string token(const std::string& subject) {
  return "e30." + base64url("{\"sub\":\"" + subject + "\"}") + "." +
         base64url(std::string(64, 'x'));
}
std::string bearer(const std::string& subject = "01890a5d-ac96-774b-bcce-b302099a8058") {
  return "Authorization: Bearer " + token(subject) + "\r\n";
}

}  // namespace

TEST_CASE("a command becomes one call with budget, class, key and trace, and its answer JSON") {
  Desk desk;
  const auto response =
      desk.post(kItem, "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");
  CHECK(response.status == 201);
  CHECK(header(response, "Location") == kPath);
  CHECK(header(response, "Cache-Control") == "no-store");
  CHECK(header(response, "X-Request-Id") == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(header(response, "traceparent").substr(0, 36) == "00-4bf92f3577b34da6a3ce929d0e0e4736-");
  CHECK(json(response)["price"] == nlohmann::json{{"amount", 1250}, {"currency", "EUR"}});
  CHECK(json(response)["at"] == "2026-11-22T08:00:00Z");
  const auto calls = desk.mesh.calls("shop.add_item");
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].budget_ms == 1500);
  CHECK(calls[0].request_class == Class::critical);
  CHECK(calls[0].ext.idempotency_key.size() == 16);
  CHECK(calls[0].ext.request_hash.size() == 32);
  CHECK(calls[0].ext.traceparent.size() == 25);
  CHECK(decode<shop::AddItem>(calls[0].body)->quantity == 2);
}

TEST_CASE("one Idempotency-Key is one key in the mesh for its person, route and body of a guest") {
  Desk desk;
  const std::string first = "Idempotency-Key: a\r\n";
  desk.post(kItem, first);
  desk.post(kItem, first);
  desk.post(R"({"title":"Cup","quantity":3})", first);
  desk.post(kItem, first + bearer());
  desk.post(R"({"title":"Cup","quantity":3})", first + bearer());
  desk.post(kItem, "Idempotency-Key: b\r\n");
  desk.post(kItem);
  desk.post(kItem);
  const auto calls = desk.mesh.calls("shop.add_item");
  REQUIRE(calls.size() == 8);
  const auto key = [&](size_t i) { return calls[i].ext.idempotency_key; };
  CHECK(key(0) == key(1));
  CHECK(key(0) != key(2));
  CHECK(key(0) != key(3));
  CHECK(key(3) == key(4));
  CHECK(calls[3].ext.request_hash != calls[4].ext.request_hash);
  CHECK(key(0) != key(5));
  CHECK(key(6) != key(7));
  CHECK(json(desk.post(kItem, "Idempotency-Key:\r\n"))["code"] == "bad_idempotency_key");
  CHECK(desk.post(kItem, "Idempotency-Key: " + std::string(256, 'k') + "\r\n").status == 400);
  CHECK(desk.post(kItem, "Idempotency-Key: " + std::string(255, 'k') + "\r\n").status == 201);
}

TEST_CASE("a person's route needs a token, and the token travels on as it came") {
  Desk desk;
  const auto guest = desk.ask("GET " + kPath);
  CHECK(guest.status == 401);
  CHECK(header(guest, "WWW-Authenticate") == "Bearer realm=\"bilten\"");
  CHECK(desk.ask("GET " + kPath, bearer()).status == 200);
  CHECK(desk.mesh.calls("shop.get_item").at(0).ext.claims ==
        token("01890a5d-ac96-774b-bcce-b302099a8058"));
  for (const char* bad : {"Basic YTpi", "Bearer", "Bearer ", "Bearer a.b", "Bearer a.b.c.d",
                          "Bearer e30.e30.e30", "Bearer a.!.c"}) {
    INFO(bad);
    CHECK(desk.ask("GET " + kPath, "Authorization: " + std::string(bad) + "\r\n").status == 401);
  }
  CHECK(desk.ask("GET " + kPath, bearer("nobody")).status == 401);
  CHECK(desk.mesh.calls("shop.get_item").size() == 1);
}

TEST_CASE("bad input is 400 with every field, and is not sent into the mesh") {
  Desk desk;
  const auto response = desk.post(R"({"title":"","quantity":11,"colour":1})");
  CHECK(response.status == 400);
  CHECK(response.content_type == "application/problem+json");
  const auto problem = json(response);
  CHECK(problem["code"] == "invalid");
  CHECK(problem["status"] == 400);
  CHECK(problem["instance"] == header(response, "X-Request-Id"));
  REQUIRE(problem["errors"].size() == 3);
  CHECK(problem["errors"][0]["pointer"] == "/title");
  CHECK(problem["errors"][2]["pointer"] == "/colour");
  CHECK(desk.post("").status == 400);
  CHECK(desk.post("[]").status == 400);
  CHECK(desk.ask("POST /v1/items?title=a", "Content-Type: application/json\r\n", kItem).status ==
        400);
  CHECK(desk.ask("GET /v1/items?limit=x").status == 400);
  CHECK(desk.ask("GET /v1/items?nonsense=1").status == 400);
  CHECK(desk.ask("GET /v1/items/not-a-uuid", bearer()).status == 400);
  CHECK(desk.ask("GET /v1/items/%ff", bearer()).status == 400);
  CHECK(desk.ask("GET /v1/items", "", "{}").status == 400);
  CHECK(desk.ask("POST /v1/items", "Content-Type: text/plain\r\n", kItem).status == 415);
  CHECK(desk.ask("POST /v1/items", "", kItem).status == 415);
  CHECK(desk.ask("POST /v1/items", "Content-Type: application/json; charset=latin1\r\n", kItem)
            .status == 415);
  CHECK(desk.mesh.calls("shop.add_item").empty());
  CHECK(desk.ask("POST /v1/items", "Content-Type: application/json; charset=UTF-8\r\n", kItem)
            .status == 201);
}

TEST_CASE("unknown paths are 404, wrong methods 405 with Allow, absent services 503") {
  Desk desk;
  CHECK(desk.ask("GET /nowhere").status == 404);
  CHECK(desk.ask("POST /v1/secret").status == 404);
  const auto wrong = desk.ask("PUT /v1/items");
  CHECK(wrong.status == 405);
  CHECK(header(wrong, "Allow") == "GET, POST, HEAD, OPTIONS");
  const auto absent = desk.ask("GET /v1/absent/x");
  CHECK(absent.status == 503);
  CHECK(header(absent, "Retry-After") == "1");
  const auto options = desk.ask("OPTIONS /v1/items");
  CHECK(options.status == 204);
  CHECK(header(options, "Allow") == "GET, POST, HEAD, OPTIONS");
}

TEST_CASE("each refusal of the mesh and of a service has its status") {
  struct Case {
    Error error;
    int status;
    std::string code;
  };
  const std::vector<Case> cases{
      {{Code::no_service, "", ""}, 503, "no_service"},
      {{Code::no_capacity, "", ""}, 503, "no_capacity"},
      {{Code::rate_limited, "", ""}, 429, "rate_limited"},
      {{Code::deadline_queued, "", ""}, 504, "deadline_queued"},
      {{Code::deadline_inflight, "", ""}, 504, "deadline_inflight"},
      {{Code::worker_lost, "", ""}, 502, "worker_lost"},
      {{Code::broker_lost, "", ""}, 502, "broker_lost"},
      {{Code::denied, "", ""}, 403, "denied"},
      {{Code::bad_frame, "", ""}, 502, "bad_frame"},
      {{Code::too_large, "", ""}, 413, "too_large"},
      {{Code::draining, "", ""}, 503, "draining"},
      {{Code::unavailable, "", ""}, 503, "unavailable"},
      {{Code::busy_key, "", ""}, 503, "busy_key"},
      {{Code::exhausted, "sold_out", "No more."}, 409, "sold_out"},
      {{Code::not_found, "no_such_item", ""}, 404, "no_such_item"},
      {{Code::unprocessable, "key_reused", ""}, 422, "key_reused"},
      {{Code::gone, "hold_expired", ""}, 410, "hold_expired"},
      {{Code::precondition, "", ""}, 412, "precondition"},
      {{Code::too_many, "slow_down", ""}, 429, "slow_down"},
      {{Code::internal, "", ""}, 500, "internal"},
  };
  Desk desk;
  for (const auto& each : cases) {
    INFO(each.code);
    desk.mesh.on("shop.add_item", [&](const net::Call&) { return FakeMesh::refuse(each.error); });
    const auto response = desk.post(kItem);
    CHECK(response.status == each.status);
    CHECK(json(response)["code"] == each.code);
    const bool is_later = each.status == 503 || each.status == 429;
    CHECK(header(response, "Retry-After").empty() != is_later);
  }
}

TEST_CASE("a declared problem's members stand beside the standard ones and replace none") {
  Desk desk;
  Packer extra;
  extra.map(2).text("first_at").integer(7).text("status").integer(1);
  desk.mesh.on("shop.add_item", [&](const net::Call&) {
    Error error{Code::conflict, "already_redeemed", "Seen before."};
    error.extra = extra.view();
    error.retry_after_ms = 2'500;
    return FakeMesh::refuse(error);
  });
  const auto response = desk.post(kItem);
  CHECK(json(response)["first_at"] == 7);
  CHECK(json(response)["status"] == 409);
  CHECK(json(response)["type"] == "/problems/already_redeemed");
  CHECK(json(response)["title"] == "Already redeemed");
  CHECK(header(response, "Retry-After") == "3");
}

TEST_CASE("an answer that is not of its contract is 500, not half an answer") {
  Desk desk;
  desk.mesh.on("shop.add_item", [](const net::Call&) { return FakeMesh::ok("\xc1"); });
  CHECK(desk.post(kItem).status == 500);
  desk.mesh.on("shop.add_item", [](const net::Call&) {
    return FakeMesh::ok(encode(shop::AddItem{"x", 1}));
  });
  CHECK(desk.post(kItem).status == 201);
  desk.mesh.on("shop.add_item", [](const net::Call&) {
    Packer packer;
    packer.map(1).text("id").integer(1);
    return FakeMesh::ok(packer.take());
  });
  CHECK(desk.post(kItem).status == 500);
}

TEST_CASE("reads carry an ETag, and the version the client has is 304") {
  Desk desk;
  const auto first = desk.ask("GET /v1/items");
  const auto tag = header(first, "ETag");
  REQUIRE(tag.size() == 24);
  const auto second = desk.ask("GET /v1/items", "If-None-Match: \"x\", W/" + tag + "\r\n");
  CHECK(second.status == 304);
  CHECK(second.body.empty());
  CHECK(header(second, "ETag") == tag);
  CHECK(desk.ask("GET /v1/items", "If-None-Match: \"other\"\r\n").status == 200);
}

TEST_CASE("a page of a list links to the next one") {
  Desk desk;
  CHECK(header(desk.ask("GET /v1/items?limit=5&cursor=c0"), "Link") ==
        "</v1/items?limit=5&cursor=c1>; rel=\"next\"");
}

TEST_CASE("an answer that is no JSON goes out as its own bytes") {
  Desk desk;
  const auto response = desk.ask("GET " + kPath + "/picture.svg");
  CHECK(response.status == 200);
  CHECK(response.content_type == "image/svg+xml");
  CHECK(response.body == "<svg/>");
  CHECK(header(response, "Cache-Control") == "public, max-age=60");
  CHECK(header(response, "Content-Security-Policy").find("sandbox") != std::string::npos);
}

TEST_CASE("an answer 204 has no body") {
  Desk desk;
  const auto response = desk.ask("DELETE " + kPath, bearer());
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  CHECK(response.content_type.empty());
}

TEST_CASE("a service's routes come with its contract and stay when it is away") {
  Desk desk;
  auto description = shop::description();
  description.messages.resize(1);
  desk.mesh.serve(description, "2");
  desk.contracts.poll();
  CHECK(desk.ask("GET /v1/items").status == 405);
  desk.mesh.serve(shop::description(), "3");
  desk.contracts.poll();
  CHECK(desk.ask("GET /v1/items").status == 200);
  desk.mesh.leave("shop");
  desk.mesh.on("shop.list_items", [](const net::Call&) {
    return FakeMesh::refuse({Code::no_service, "", ""});
  });
  desk.contracts.poll();
  CHECK(desk.ask("GET /v1/items").status == 503);
}

TEST_CASE("the gateway is ready once it knows a contract, and alive before") {
  FakeMesh mesh;
  mesh.leave("shop");
  Contracts contracts(mesh.call(), FakeMesh::rules());
  contracts.poll();
  CHECK_FALSE(contracts.ready());
  mesh.serve(shop::description(), "1");
  contracts.poll();
  CHECK(contracts.ready());
  Desk desk;
  CHECK(desk.ask("GET /healthz").status == 200);
  CHECK(desk.ask("GET /readyz").status == 200);
  desk.is_ready = false;
  CHECK(desk.ask("GET /readyz").status == 503);
  CHECK(desk.ask("GET /healthz").status == 200);
  CHECK(desk.ask("POST /healthz").status == 405);
}

TEST_CASE("browsers of other origins get in only where they are configured") {
  Desk closed;
  CHECK(header(closed.ask("GET /v1/items", "Origin: https://a.example\r\n"),
               "Access-Control-Allow-Origin")
            .empty());
  Desk open(FrontOptions{.cors_origins = {"https://a.example"}});
  const std::string origin = "Origin: https://a.example\r\n";
  CHECK(header(open.ask("GET /v1/items", origin), "Access-Control-Allow-Origin") ==
        "https://a.example");
  CHECK(header(open.ask("GET /v1/items", "Origin: https://b.example\r\n"),
               "Access-Control-Allow-Origin")
            .empty());
  const auto preflight =
      open.ask("OPTIONS /v1/items", origin + "Access-Control-Request-Method: POST\r\n");
  CHECK(preflight.status == 204);
  CHECK(header(preflight, "Access-Control-Allow-Methods") == "GET, POST, HEAD, OPTIONS");
}

TEST_CASE("every answer carries the security headers and a trace of its own") {
  Desk desk;
  const auto response = desk.ask("GET /nowhere", "traceparent: nonsense\r\n");
  CHECK(header(response, "X-Content-Type-Options") == "nosniff");
  CHECK(header(response, "Content-Security-Policy") ==
        "default-src 'none'; frame-ancestors 'none'");
  CHECK(header(response, "X-Request-Id").size() == 32);
}

TEST_CASE("OpenAPI names every route with its fields, answers and refusals, and no other") {
  Desk desk;
  const auto api = json(desk.ask("GET /openapi.json"));
  CHECK(api["openapi"] == "3.1.0");
  CHECK(api["paths"].size() == 3);
  CHECK_FALSE(api["paths"].contains("/v1/secret"));
  const auto add = api["paths"]["/v1/items"]["post"];
  CHECK(add["operationId"] == "shop.add_item");
  CHECK(add["tags"][0] == "shop");
  const auto schema = add["requestBody"]["content"]["application/json"]["schema"];
  CHECK(schema["required"] == nlohmann::json{"title", "quantity"});
  CHECK(schema["properties"]["title"]["maxLength"] == 20);
  CHECK(add["responses"]["201"]["headers"].contains("Location"));
  CHECK(add["responses"]["4XX"]["description"].get<std::string>().find("sold_out") !=
        std::string::npos);
  const auto get = api["paths"]["/v1/items/{item_id}"]["get"];
  CHECK(get["parameters"][0]["in"] == "path");
  CHECK(get["parameters"][0]["required"] == true);
  CHECK(get["security"] == nlohmann::json::parse(R"([{"bearer":[]}])"));
  CHECK_FALSE(get.contains("requestBody"));
}

TEST_CASE("the docs page stands alone, escapes what it shows, and its style is the one allowed") {
  Desk desk;
  const auto response = desk.ask("GET /docs");
  const auto& page = response.body;
  CHECK(page.find("Sells &lt;made-up&gt; things.") != std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("id=\"problem-sold_out\"") != std::string::npos);
  const size_t from = page.find("<style>") + 7;
  const auto style = page.substr(from, page.find("</style>") - from);
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(style.data()),
                     style.size());
  std::array<char, 64> text{};
  sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  CHECK(header(response, "Content-Security-Policy")
            .find(std::string("'sha256-") + text.data() + "'") != std::string::npos);
  const auto root = desk.ask("GET /"), refusal = desk.ask("GET /problems/sold_out");
  CHECK(root.status == 302);
  CHECK(header(root, "Location") == "/docs");
  CHECK(refusal.status == 302);
  CHECK(header(refusal, "Location") == "/docs#problem-sold_out");
}

TEST_CASE("guests share the answers of the reads that the settings name, and nobody else does") {
  FrontOptions options;
  options.shared_reads = {"shop.list_items", "shop.get_item"};
  options.shared = {60'000, 60};
  Desk desk(options);
  const auto first = desk.ask("GET /v1/items?limit=2");
  REQUIRE(first.status == 200);
  const auto second = desk.ask("GET /v1/items?limit=2");
  CHECK(second.body == first.body);
  CHECK(header(second, "ETag") == header(first, "ETag"));
  CHECK(desk.mesh.calls("shop.list_items").size() == 1);
  CHECK(desk.ask("GET /v1/items?limit=2", "If-None-Match: " + header(first, "ETag") + "\r\n")
            .status == 304);
  CHECK(desk.mesh.calls("shop.list_items").size() == 1);
  desk.ask("GET /v1/items?limit=3");
  desk.ask("GET /v1/items?limit=2", bearer());
  desk.ask("GET /v1/items?limit=2", bearer());
  CHECK(desk.mesh.calls("shop.list_items").size() == 4);
  // What needs a person is never anybody else's.
  desk.ask("GET " + kPath, bearer());
  CHECK(desk.ask("GET " + kPath).status == 401);
}
