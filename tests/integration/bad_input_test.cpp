// Every message that HTTP can reach, fed with what no client should send: each answer is the right
// 4xx problem naming the field, never a 5xx, never a hang, and nothing changes.
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/base/id.h"
#include "common/base/random.h"
#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Operation {
  std::string method, path;
  json schema;  // Of the JSON body; null: none.
  bool needs_person = false;
};

json resolve(const json& document, json schema) {
  while (schema.is_object() && schema.contains("$ref")) {
    schema = document.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1)));
  }
  return schema;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Path templates with ids that nothing has.
std::string filled(const std::string& path) {
  std::string out;
  for (size_t at = 0; at < path.size();) {
    if (path[at] == '{') {
      out += "01900000-0000-7000-8000-000000000000";
      at = path.find('}', at) + 1;
    } else {
      out += path[at++];
    }
  }
  return out;
}

std::vector<Operation> operations(const json& document) {
  std::vector<Operation> found;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      if (!operation.is_object() || !operation.contains("operationId")) continue;
      // `{}` among the ways to authenticate: a guest may call it too.
      bool needs_person = operation.contains("security");
      for (const auto& way : operation.value("security", json::array())) {
        if (way.empty()) needs_person = false;
      }
      Operation made{upper(method), filled(path), nullptr, needs_person};
      if (operation.contains("requestBody")) {
        const auto content = resolve(document, operation["requestBody"])["content"];
        // Others take bytes or a page's form (gateway/bodies.h); their tests are theirs.
        if (content.contains("application/json")) {
          made.schema = resolve(document, content["application/json"]["schema"]);
        }
      }
      found.push_back(made);
    }
  }
  return found;
}

bool names(const Reply& reply, const std::string& pointer) {
  if (!reply.body.is_object() || !reply.body.contains("errors")) return false;
  for (const auto& fault : reply.body["errors"]) {
    const std::string at = fault["pointer"];
    if (at == pointer || at.starts_with(pointer + "/")) return true;
  }
  return false;
}

void expect_problem(const Reply& reply, long status) {
  INFO(reply.text.substr(0, 500));
  CHECK(reply.status == status);
  CHECK(reply.headers.count("content-type") == 1);
  CHECK(reply.headers.at("content-type").starts_with("application/problem+json"));
  CHECK(reply.code() != "");
}

// A value of a type that the property does not have.
std::vector<json> wrong_values(const json& property) {
  const auto type = property.value("type", json());
  const auto is = [&](const char* name) {
    return type == name ||
           (type.is_array() && std::find(type.begin(), type.end(), name) != type.end());
  };
  std::vector<json> values{json::array({json::array()})};
  if (!property.contains("type")) return values;  // One of several shapes.
  if (!is("string")) values.push_back("words");
  if (!is("integer") && !is("number")) values.push_back(7);
  if (is("integer")) {
    values.push_back(1.5);
    values.push_back(json::parse("1e300"));
    values.push_back(json::parse("18446744073709551615"));
    values.push_back(INT64_MIN);
  }
  if (!is("boolean")) values.push_back(true);
  if (is("string") && property.contains("maxLength")) {
    values.push_back(std::string(property["maxLength"].get<size_t>() + 1, 'x'));
  }
  if (is("string")) values.push_back(std::string("nul\0inside", 10));
  return values;
}

}  // namespace

TEST_CASE("every field of every message is judged, and every fault named", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto list = operations(host.api.get("/openapi.json").body);
  REQUIRE(list.size() > 20);
  size_t tried = 0;
  for (const auto& operation : list) {
    if (!operation.schema.is_object() || operation.schema["properties"].empty()) continue;
    INFO(operation.method << " " << operation.path);
    const auto send = [&](const std::string& body) {
      ++tried;
      return host.api.send(operation.method, operation.path, body, {});
    };
    const auto empty = send("{}");
    for (const auto& name : operation.schema.value("required", json::array())) {
      INFO("missing " << name);
      CHECK(empty.status == 400);
      CHECK(names(empty, "/" + name.get<std::string>()));
    }
    const auto extra = send(R"({"no_such_field": 1})");
    expect_problem(extra, 400);
    CHECK(names(extra, "/no_such_field"));
    for (const auto& [name, property] : operation.schema["properties"].items()) {
      for (const auto& value : wrong_values(property)) {
        INFO(name << " = " << value.dump().substr(0, 60));
        const auto reply = send(json{{name, value}}.dump());
        expect_problem(reply, 400);
        CHECK(names(reply, "/" + name));
      }
    }
    expect_problem(send("{"), 400);
    expect_problem(send("[]"), 400);
    expect_problem(send("\"x\""), 400);
    expect_problem(send(R"({"a": 1, "a": 2})"), 400);
    expect_problem(send("{\"a\": \"\xff\xfe\"}"), 400);
    expect_problem(send(R"({"a": "\ud800"})"), 400);
    expect_problem(send("{\"a\": " + std::string(40, '[') + std::string(40, ']') + "}"), 400);
    // More than the largest body that any route takes.
    const auto huge = send("{\"a\": \"" + std::string(5 << 20, 'x') + "\"}");
    expect_problem(huge, 413);
    expect_problem(host.api.send(operation.method, operation.path, "a=1", {},
                                 {"Content-Type: application/x-www-form-urlencoded"}),
                   415);
  }
  CHECK(tried > 200);
}

TEST_CASE("access.toml lets every service have the routes of its contract", "[integration]") {
  Platform platform;
  REQUIRE(platform.is_ready());
  CHECK(platform.log().find("route_refused") == std::string::npos);
}

TEST_CASE("what needs a person refuses guests, forged and foreign tokens", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  Api guest(platform.url());
  size_t closed = 0;
  for (const auto& operation : operations(guest.get("/openapi.json").body)) {
    if (!operation.needs_person) continue;
    INFO(operation.method << " " << operation.path);
    const std::string body = operation.schema.is_object() ? "{}" : "";
    for (const auto& token : {std::string(), std::string("x"), host.api.token() + "x",
                              std::string("eyJhbGciOiJub25lIn0.e30.x")}) {
      guest.set_token(token);
      const auto reply = guest.send(operation.method, operation.path, body, {});
      INFO(reply.text);
      // A bad body may be told first; nothing of the object is.
      CHECK((reply.status == 401 || (reply.status == 400 && !body.empty())));
      closed += reply.status == 401;
    }
  }
  CHECK(closed > 20);
}

TEST_CASE("another organisation's object is not there", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  auto stranger = organizer(platform.url(), "Another house");
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  auto draft = host.api.post("/v1/organizations/" + host.organization_id + "/events", event_body());
  REQUIRE(draft.status == 201);
  const std::string draft_id = draft.body["id"];
  auto& api = stranger.api;
  expect_problem(api.get("/v1/events/" + draft_id), 404);
  expect_problem(api.post("/v1/events/" + draft_id + "/publish", json::object()), 404);
  expect_problem(api.patch("/v1/events/" + sale.event_id, {{"title", "Mine now"}}), 404);
  expect_problem(api.post("/v1/events/" + sale.event_id + "/ticket-types", type_body("X", 0, 1)),
                 403);
  expect_problem(api.patch("/v1/ticket-types/" + sale.type_ids[0], {{"quantity", 1}}), 403);
  expect_problem(api.post("/v1/organizations/" + host.organization_id + "/events", event_body()),
                 404);
  Api guest(platform.url());
  auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
  REQUIRE(order.status == 201);
  const std::string order_id = order.body["id"];
  CHECK(api.get("/v1/orders/" + order_id).status >= 400);
  CHECK(guest.get("/v1/orders/" + order_id + "?secret=" + std::string(43, 'A')).status >= 400);
  auto types = guest.get("/v1/events/" + sale.event_id + "/ticket-types");
  CHECK(types.body["items"][0]["quantity"] == 5);
}

TEST_CASE("an unknown route is 404, a wrong method 405 with what is allowed", "[integration]") {
  Platform platform;
  Api api(platform.url());
  expect_problem(api.get("/v1/no/such/route"), 404);
  expect_problem(api.get("/v1/orders/not-a-uuid?secret=x"), 400);
  const auto wrong = api.remove("/v1/orders");
  expect_problem(wrong, 405);
  CHECK(wrong.headers.at("allow").find("POST") != std::string::npos);
  expect_problem(api.get("/v1/events?limit=1000000"), 400);
  expect_problem(api.get("/v1/events?limit=-1"), 400);
  expect_problem(api.get("/v1/events?no_such_parameter=1"), 400);
  expect_problem(api.get("/v1/events?limit=%zz"), 400);
}
