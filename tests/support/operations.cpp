#include "tests/support/operations.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace bilten::test {

namespace {

constexpr const char* kNobody = "01900000-0000-7000-8000-000000000000";

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

std::string plain(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void read_body(const json& document, const json& operation, Operation& made) {
  if (!operation.contains("requestBody")) return;
  const auto content = resolve(document, operation["requestBody"])["content"];
  const auto take = [&](const char* type, Takes takes) {
    if (!content.contains(type)) return;
    made.takes = takes;
    made.schema = resolve(document, content[type].value("schema", json()));
  };
  take("application/json", Takes::fields);
  take("application/x-www-form-urlencoded", Takes::form);
  take("*/*", Takes::bytes);
}

std::string fitting_string(const json& schema) {
  const auto format = schema.value("format", ""), pattern = schema.value("pattern", "");
  if (format == "email") return "guest@example.org";
  if (format == "uri") return "https://example.org/";
  if (format == "uuid") return kNobody;
  if (format == "date-time") return "2028-05-01T18:00:00Z";
  if (pattern == "^[A-Z]{3}$") return "EGP";
  if (pattern.starts_with("^[a-z]{2,3}")) return "en";
  if (pattern.starts_with("^[A-Za-z0-9_+-]+(/")) return "Africa/Cairo";
  return std::string(std::clamp<size_t>(4, schema.value("minLength", size_t{0}),
                                        schema.value("maxLength", size_t{4})),
                     'a');
}

std::vector<json> wrong_numbers(const json& schema) {
  std::vector<json> values{"words", json::parse("1e300")};
  if (schema["type"] == "number") return values;
  values.insert(values.end(), {1.5, json::parse("18446744073709551615")});
  const auto minimum = schema["minimum"].get<int64_t>(), maximum = schema["maximum"].get<int64_t>();
  if (minimum > INT64_MIN) values.insert(values.end(), {INT64_MIN, minimum - 1});
  if (minimum >= 0) values.push_back(-1);
  if (maximum < INT64_MAX) values.push_back(maximum + 1);
  return values;
}

std::vector<json> wrong_strings(const json& schema) {
  std::vector<json> values{7, true, std::string("nul\0inside", 10)};
  if (schema.contains("maxLength")) {
    values.push_back(std::string(schema["maxLength"].get<size_t>() + 1, 'x'));
  }
  if (schema.contains("enum")) values.push_back("no such choice");
  if (schema.contains("format")) values.push_back("not \x01 one");
  return values;
}

void add_faults_within(const json& schema, const std::string& pointer, std::vector<Fault>& out) {
  const auto type = schema.value("type", "");
  if (type == "array") {
    for (auto& fault : faults_of(schema["items"], pointer + "/0")) {
      out.push_back({fault.pointer, json::array({fault.value})});
    }
    // More than a body may hold is another refusal.
    const auto most = schema["maxItems"].get<size_t>();
    if (most <= 200) out.push_back({pointer, json(most + 1, fitting(schema["items"]))});
  }
  if (type == "object") {
    out.push_back({pointer + "/no_such_field", {{"no_such_field", 1}}});
    for (const auto& [name, member] : schema["properties"].items()) {
      for (auto& fault : faults_of(member, pointer + "/" + name)) {
        out.push_back({fault.pointer, {{name, fault.value}}});
      }
    }
    for (const auto& name : schema.value("required", json::array())) {
      out.push_back({pointer + "/" + name.get<std::string>(), json::object()});
    }
  }
}

}  // namespace

std::string Operation::target(const std::string& name, const std::string& value) const {
  std::string out = path, query;
  for (const auto& parameter : parameters) {
    const bool is_asked = parameter.name == name;
    const auto text = is_asked ? value : plain(fitting(parameter.schema));
    if (parameter.in == "path") {
      const auto place = "{" + parameter.name + "}";
      out.replace(out.find(place), place.size(), text);
    } else if (parameter.in == "query" && (parameter.required || is_asked)) {
      query += (query.empty() ? "?" : "&") + parameter.name + "=" + text;
    }
  }
  return out + query;
}

std::string Operation::body() const {
  if (takes == Takes::fields) return fitting(schema).dump();
  if (takes == Takes::nothing) return {};
  return "x=1";
}

std::vector<Operation> operations(const json& openapi) {
  std::vector<Operation> found;
  for (const auto& [path, methods] : openapi["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      Operation made{upper(method), path, operation["tags"][0], {}, {}, {}, true};
      // `{}` among the ways to authenticate: a guest may call it too.
      for (const auto& way : operation["security"]) made.needs_person &= !way.empty();
      for (const auto& reference : operation["parameters"]) {
        const auto parameter = resolve(openapi, reference);
        made.parameters.push_back(
            {parameter["name"], parameter["in"], parameter["required"], parameter["schema"]});
      }
      read_body(openapi, operation, made);
      found.push_back(std::move(made));
    }
  }
  return found;
}

json fitting(const json& schema) {
  if (schema.contains("oneOf")) return fitting(schema["oneOf"][0]);
  if (schema.contains("enum")) return schema["enum"][0];
  const auto type = schema.value("type", "");
  if (type == "boolean") return true;
  if (type == "string") return fitting_string(schema);
  if (type == "integer" || type == "number") {
    return std::clamp<int64_t>(1, schema["minimum"].get<int64_t>(),
                               schema["maximum"].get<int64_t>());
  }
  if (type == "array") return json(schema["minItems"].get<size_t>(), fitting(schema["items"]));
  json made = json::object();
  for (const auto& name : schema.value("required", json::array())) {
    made[name] = fitting(schema["properties"][name.get<std::string>()]);
  }
  return made;
}

std::vector<Fault> faults_of(const json& schema, const std::string& pointer) {
  std::vector<Fault> found{{pointer, json::array({json::array({json::array()})})}};
  const auto add = [&](const std::vector<json>& values) {
    for (const auto& value : values) found.push_back({pointer, value});
  };
  const auto type = schema.value("type", "");
  if (schema.contains("oneOf")) {  // One text, or one for each language.
    add(wrong_strings(schema["oneOf"][0]));
    for (const auto& value : wrong_strings(schema["oneOf"][0])) {
      found.push_back({pointer + "/en", {{"en", value}}});
    }
    add({json::object()});
  } else if (type == "string") {
    add(wrong_strings(schema));
  } else if (type == "integer" || type == "number") {
    add(wrong_numbers(schema));
  } else if (type == "boolean") {
    add({"true", 1});
  } else if (type == "array" || type == "object") {
    add({"words", 7, true});
  } else {
    return {};  // Anything goes.
  }
  add_faults_within(schema, pointer, found);
  return found;
}

std::vector<std::string> parameter_faults(const json& schema) {
  std::vector<std::string> values;
  const auto type = schema.value("type", "");
  if (type == "integer") {
    for (const auto& value : wrong_numbers(schema)) values.push_back(plain(value));
  } else if (type == "boolean") {
    values.insert(values.end(), {"maybe", "1"});
  } else if (type == "string") {
    if (schema.contains("maxLength")) {
      values.push_back(std::string(schema["maxLength"].get<size_t>() + 1, 'x'));
    }
    const bool is_free =
        !schema.contains("enum") && schema.value("format", "password") == "password";
    if (!is_free) values.push_back("no_such_one");
  }
  return values;
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
  REQUIRE(reply.headers.count("content-type") == 1);
  CHECK(reply.headers.at("content-type").starts_with("application/problem+json"));
  CHECK(reply.code() != "");
}

}  // namespace bilten::test
