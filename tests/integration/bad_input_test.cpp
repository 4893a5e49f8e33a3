// Every message that HTTP can reach, fed with what no client should send: each answer is the right
// 4xx problem naming the field, never a 5xx, never a hang, and nothing changes.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/operations.h"
#include "tests/support/platform.h"

using namespace bilten::test;

namespace {

// Every handler answers well within this, or hangs.
constexpr long kAnswerMs = 5'000;

// A platform with an organizer, all routes of all services, and the promise that nothing changed.
struct House {
  Platform platform;
  Organizer host = organizer(platform.url());
  std::vector<Operation> list;
  std::string before;

  House() {
    const auto is_whole = [&] {
      list = operations(host.api.get("/openapi.json").body);
      std::set<std::string> services;
      for (const auto& operation : list) services.insert(operation.service);
      return services == std::set<std::string>{"event", "payment", "ticket", "user"};
    };
    REQUIRE(wait_until(is_whole));
    before = settled_journals(platform);
    host.api.timeout_ms = static_cast<long>(kAnswerMs * time_scale());
  }
  ~House() { CHECK(settled_journals(platform) == before); }

  Reply send(const Operation& operation, const std::string& body) {
    return host.api.send(operation.method, operation.target(), body, {});
  }
  Reply send(const Operation& operation, const json& body) { return send(operation, body.dump()); }
};

std::string text_of(const json& value) {
  return value.dump().substr(0, 80);
}

// Faults of the JSON itself, in a member that the schema knows.
void break_syntax(House& house, const Operation& operation) {
  const auto member = operation.schema["properties"].begin();
  const auto name = json(member.key()).dump(), value = fitting(member.value()).dump();
  const auto twice =
      house.send(operation, "{" + name + ":" + value + "," + name + ":" + value + "}");
  expect_problem(twice, 400);
  CHECK(names(twice, "/" + member.key()));
  for (const auto& whole : {std::string("{"), std::string("[]"), std::string("\"x\""),
                            "{" + name + ":" + value, "{" + name + ":" + value + "} x"}) {
    INFO(whole);
    expect_problem(house.send(operation, whole), 400);
  }
  for (const auto& text :
       {std::string("\"\xff\xfe\""), std::string("\"\xed\xa0\x80\""), std::string("\"\\ud800\""),
        std::string("\"a\0b\"", 5), std::string(40, '[') + std::string(40, ']')}) {
    INFO(text);
    const auto reply = house.send(operation, "{" + name + ":" + text + "}");
    expect_problem(reply, 400);
    CHECK((reply.code() == "malformed_json" || names(reply, "/" + member.key())));
  }
}

// Faults of the whole body: its size and its type.
void break_body(House& house, const Operation& operation) {
  for (const auto& [name, property] : operation.schema["properties"].items()) {
    if (property.value("type", "") != "string") continue;
    const auto long_one = house.send(operation, json{{name, std::string(1 << 20, 'x')}});
    INFO(name << ": " << long_one.text);
    CHECK((long_one.status == 413 || (long_one.status == 400 && names(long_one, "/" + name))));
    break;
  }
  // More than the largest body that any route takes.
  expect_problem(house.send(operation, "{\"a\": \"" + std::string(5 << 20, 'x') + "\"}"), 413);
  expect_problem(house.host.api.send(operation.method, operation.target(), "a=1", {},
                                     {"Content-Type: application/x-www-form-urlencoded"}),
                 415);
}

}  // namespace

TEST_CASE("every field of every message is judged, and every fault named", "[integration]") {
  House house;
  size_t handlers = 0, tried = 0;
  for (const auto& operation : house.list) {
    if (operation.takes != Takes::fields) continue;
    INFO(operation.method << " " << operation.path);
    ++handlers;
    const auto nothing = house.send(operation, json::object());
    for (const auto& name : operation.schema.value("required", json::array())) {
      INFO("missing " << name);
      expect_problem(nothing, 400);
      CHECK(names(nothing, "/" + name.get<std::string>()));
    }
    auto extra = fitting(operation.schema);
    extra["no_such_field"] = 1;
    const auto refused = house.send(operation, extra);
    expect_problem(refused, 400);
    CHECK(names(refused, "/no_such_field"));
    for (const auto& [name, property] : operation.schema["properties"].items()) {
      for (const auto& fault : faults_of(property, "/" + name)) {
        INFO(fault.pointer << " in " << text_of(json{{name, fault.value}}));
        auto body = fitting(operation.schema);
        body[name] = fault.value;
        const auto reply = house.send(operation, body);
        expect_problem(reply, 400);
        CHECK(names(reply, fault.pointer));
        ++tried;
      }
    }
    break_syntax(house, operation);
    break_body(house, operation);
  }
  INFO(handlers << " handlers, " << tried << " faults of fields");
  CHECK(handlers >= 50);
  CHECK(tried >= 2'000);
}

TEST_CASE("every parameter of every path and query is judged", "[integration]") {
  House house;
  auto& api = house.host.api;
  size_t tried = 0;
  for (const auto& operation : house.list) {
    INFO(operation.method << " " << operation.path);
    const auto ask = [&](const std::string& target) {
      std::vector<std::string> headers;
      if (operation.takes == Takes::form) {
        headers.push_back("Content-Type: application/x-www-form-urlencoded");
      }
      return api.send(operation.method, target, operation.body(), {}, headers);
    };
    for (const auto& parameter : operation.parameters) {
      if (parameter.in == "header") continue;
      INFO(parameter.name << " in the " << parameter.in);
      for (const char* bytes : {"%ff", "%ed%a0%80", "a%00b", "%zz"}) {
        INFO(bytes);
        expect_problem(ask(operation.target(parameter.name, bytes)), 400);
      }
      for (const auto& value : parameter_faults(parameter.schema)) {
        INFO(value);
        const auto reply = ask(operation.target(parameter.name, value));
        expect_problem(reply, 400);
        CHECK(names(reply, "/" + parameter.name));
        ++tried;
      }
      if (parameter.in != "query" || parameter.schema.value("type", "") == "array") continue;
      const auto value = fitting(parameter.schema);
      const auto text = value.is_string() ? value.get<std::string>() : value.dump();
      const auto twice =
          ask(operation.target(parameter.name, text) + "&" + parameter.name + "=" + text);
      expect_problem(twice, 400);
      CHECK(names(twice, "/" + parameter.name));
    }
    if (operation.takes == Takes::bytes) continue;  // Its body is judged by its provider first.
    const auto target = operation.target();
    const char* const joint = target.find('?') == std::string::npos ? "?" : "&";
    const auto extra = ask(target + joint + "no_such_parameter=1");
    expect_problem(extra, 400);
    CHECK(names(extra, "/no_such_parameter"));
  }
  INFO(tried << " faults of parameters");
  CHECK(tried >= 300);
}

TEST_CASE("an unknown route is 404, a wrong method 405 with what is allowed", "[integration]") {
  House house;
  auto& api = house.host.api;
  for (const char* path : {"/v1/no/such/route", "/v1", "/v2/events", "/v1/events/", "/.env"}) {
    INFO(path);
    expect_problem(api.get(path), 404);
  }
  std::map<std::string, std::pair<std::string, std::set<std::string>>> paths;
  for (const auto& operation : house.list) {
    auto& [target, methods] = paths[operation.path];
    target = operation.target();
    methods.insert(operation.method);
  }
  for (const auto& [path, known] : paths) {
    const auto& [target, methods] = known;
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
      if (methods.count(method) != 0) continue;
      INFO(method << " " << path);
      const auto wrong = api.send(method, target, {}, {});
      expect_problem(wrong, 405);
      REQUIRE(wrong.headers.count("allow") == 1);
      for (const auto& allowed : methods) {
        CHECK(wrong.headers.at("allow").find(allowed) != std::string::npos);
      }
      CHECK(wrong.headers.at("allow").find(method) == std::string::npos);
    }
  }
}

TEST_CASE("access.toml lets every service have the routes of its contract", "[integration]") {
  House house;
  CHECK(house.list.size() >= 140);
  CHECK(house.platform.log().find("route_refused") == std::string::npos);
}
