#include "gateway/openapi.h"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/bodies.h"
#include "gateway/problem.h"
#include "gateway/transcode.h"

namespace bilten::gateway {
namespace {

// Writes JSON members and items with their commas.
class Writer {
 public:
  std::string take() { return std::move(out_); }
  Writer& open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  Writer& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }
  Writer& key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_ += ':';
    first_ = true;
    return *this;
  }
  Writer& text(std::string_view value) {
    comma();
    append_json_string(out_, value);
    return *this;
  }
  Writer& raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
  }
  Writer& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  Writer& member(std::string_view name, int64_t value) {
    return key(name).raw(std::to_string(value));
  }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  std::string out_;
  bool first_ = true;
};

const char* format_word(Format format) {
  switch (format) {
    case Format::email: return "email";
    case Format::url: return "uri";
    case Format::secret: return "password";
    default: return nullptr;
  }
}

const char* format_pattern(Format format) {
  switch (format) {
    case Format::currency: return "^[A-Z]{3}$";
    case Format::word: return "^[a-z0-9_-]*$";
    case Format::language: return "^[a-z]{2,3}(-[A-Za-z0-9]+)*$";
    case Format::timezone: return "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$";
    default: return nullptr;
  }
}

void write_schema(Writer& out, const Schema& schema, std::string_view doc);

void write_string(Writer& out, const Limits& limits) {
  out.member("type", "string");
  if (limits.min > 0) out.member("minLength", limits.min);
  if (limits.max > 0) out.member("maxLength", limits.max);
  if (const char* word = format_word(limits.format)) out.member("format", word);
  if (const char* pattern = format_pattern(limits.format)) out.member("pattern", pattern);
}

void write_text(Writer& out, const Limits& limits) {
  out.key("oneOf").open('[').open('{');
  write_string(out, limits);
  out.close('}').open('{').member("type", "object");
  out.member("description", "One text for each language.").member("minProperties", 1);
  out.member("maxProperties", 20).key("additionalProperties").open('{');
  write_string(out, limits);
  out.close('}').close('}').close(']');
}

void write_object(Writer& out, const Schema& schema) {
  out.member("type", "object").key("properties").open('{');
  for (const auto& property : schema.properties) {
    out.key(property.name);
    write_schema(out, property.schema, property.doc);
  }
  out.close('}');
  const auto is_required = [](const Property& property) { return property.required; };
  if (std::any_of(schema.properties.begin(), schema.properties.end(), is_required)) {
    out.key("required").open('[');
    for (const auto& property : schema.properties) {
      if (property.required) out.text(property.name);
    }
    out.close(']');
  }
}

void write_members(Writer& out, const Schema& schema) {
  const auto& limits = schema.limits;
  switch (schema.type) {
    case Type::boolean: out.member("type", "boolean"); return;
    case Type::integer:
    case Type::number:
      out.member("type", schema.type == Type::integer ? "integer" : "number");
      if (schema.type == Type::integer) out.member("format", "int64");
      out.member("minimum", limits.min).member("maximum", limits.max);
      return;
    case Type::string: return write_string(out, limits);
    case Type::bytes:
      out.member("type", "string").member("contentEncoding", "base64url");
      out.member("maxLength", (limits.max * 4 + 2) / 3);
      return;
    case Type::id: out.member("type", "string").member("format", "uuid"); return;
    case Type::instant: out.member("type", "string").member("format", "date-time"); return;
    case Type::text: return write_text(out, limits);
    case Type::choice:
      out.member("type", "string").key("enum").open('[');
      for (const auto& choice : schema.choices) out.text(choice);
      out.close(']');
      return;
    case Type::list:
      out.member("type", "array").member("minItems", limits.items_min);
      out.member("maxItems", limits.items_max).key("items");
      write_schema(out, schema.item.front(), "");
      return;
    case Type::object: return write_object(out, schema);
    case Type::any: return;
  }
}

void write_schema(Writer& out, const Schema& schema, std::string_view doc) {
  out.open('{');
  if (!doc.empty()) out.member("description", doc);
  write_members(out, schema);
  out.close('}');
}

bool is_in_path(const Route& route, std::string_view name) {
  return std::find(route.parameters.begin(), route.parameters.end(), name) !=
         route.parameters.end();
}

void write_parameters(Writer& out, const Route& route) {
  const auto& message = *route.message;
  const bool has_query = message.http.method == "GET";
  const bool is_raw = takes_raw_body(message);
  out.key("parameters").open('[');
  for (const auto& property : message.request.properties) {
    const bool in_path = is_in_path(route, property.name);
    const auto header = is_raw ? header_of_field(property.name) : std::nullopt;
    if (!in_path && !has_query && !header) continue;
    out.open('{').member("name", header ? *header : property.name);
    out.member("in", in_path ? "path" : header ? "header" : "query");
    out.key("required").raw(in_path || property.required ? "true" : "false");
    if (!property.doc.empty()) out.member("description", property.doc);
    out.key("schema");
    write_schema(out, property.schema, "");
    out.close('}');
  }
  if (message.kind == Kind::command) {
    out.open('{').member("$ref", "#/components/parameters/IdempotencyKey").close('}');
  }
  out.close(']');
}

void write_body(Writer& out, const Route& route) {
  const auto& message = *route.message;
  if (message.http.method == "GET") return;
  if (takes_raw_body(message)) {
    out.key("requestBody").open('{').key("required").raw("true");
    out.key("content").open('{').key("*/*").open('{').close('}').close('}').close('}');
    return;
  }
  Schema body = message.request;
  std::erase_if(body.properties,
                [&](const Property& property) { return is_in_path(route, property.name); });
  if (body.properties.empty()) return;
  const bool is_required = std::any_of(body.properties.begin(), body.properties.end(),
                                       [](const Property& p) { return p.required; });
  out.key("requestBody").open('{').key("required").raw(is_required ? "true" : "false");
  const char* const type =
      takes_form(message) ? "application/x-www-form-urlencoded" : "application/json";
  out.key("content").open('{').key(type).open('{').key("schema");
  write_schema(out, body, "");
  out.close('}').close('}').close('}');
}

void write_answer(Writer& out, const MessageDescription& message) {
  const auto& http = message.http;
  out.key(std::to_string(http.status)).open('{');
  out.member("description", status_phrase(static_cast<int>(http.status)));
  if (!http.location.empty()) {
    out.key("headers").open('{').key("Location").open('{').key("schema").open('{');
    out.member("type", "string").close('}').close('}').close('}');
  }
  if (http.status != 204) {
    out.key("content").open('{').key(http.produces.empty() ? "application/json" : http.produces);
    out.open('{');
    if (http.produces.empty()) {
      out.key("schema");
      write_schema(out, message.answer, "");
    }
    out.close('}').close('}');
  }
  out.close('}');
}

void write_problem(Writer& out, std::string_view status, std::string_view description) {
  out.key(status).open('{').member("description", description);
  out.key("content").open('{').key("application/problem+json").open('{').key("schema").open('{');
  out.member("$ref", "#/components/schemas/Problem").close('}').close('}').close('}').close('}');
}

void write_problems(Writer& out, const MessageDescription& message) {
  write_problem(out, "400", "The request is malformed; errors name each bad field.");
  if (message.caller == Caller::person)
    write_problem(out, "401", "A valid access token is needed.");
  std::string refusals = "Refused";
  for (const auto& refusal : message.refusals) {
    refusals += (&refusal == &message.refusals.front() ? "; code is one of: " : ", ") + refusal;
  }
  write_problem(out, "4XX", refusals + ".");
  write_problem(out, "5XX", "The platform cannot answer now; Retry-After says when it may.");
}

void write_operation(Writer& out, const Route& route) {
  const auto& message = *route.message;
  out.open('{').member("operationId", message.name);
  out.member("summary", message.doc.substr(0, message.doc.find(". ")));
  out.member("description", message.doc.empty() ? message.name : message.doc);
  out.key("tags").open('[').text(route.service->service).close(']');
  write_parameters(out, route);
  write_body(out, route);
  out.key("responses").open('{');
  write_answer(out, message);
  write_problems(out, message);
  out.close('}').key("security").open('[');
  if (message.caller != Caller::person) out.open('{').close('}');
  out.open('{').key("bearer").open('[').close(']').close('}').close(']').close('}');
}

void write_paths(Writer& out, const Routes& routes) {
  std::map<std::string, std::map<std::string, const Route*>> paths;
  for (const auto& route : routes.all()) {
    auto method = route.message->http.method;
    for (char& c : method) c = static_cast<char>(c | 0x20);
    paths[route.message->http.path][method] = &route;
  }
  out.key("paths").open('{');
  for (const auto& [path, methods] : paths) {
    out.key(path).open('{');
    for (const auto& [method, route] : methods) {
      out.key(method);
      write_operation(out, *route);
    }
    out.close('}');
  }
  out.close('}');
}

void write_tags(Writer& out, const Routes& routes) {
  std::map<std::string, std::string> tags;
  for (const auto& route : routes.all()) tags[route.service->service] = route.service->doc;
  out.key("tags").open('[');
  for (const auto& [service, doc] : tags) {
    out.open('{').member("name", service);
    out.member("description", doc.empty() ? "The " + service + " service." : doc).close('}');
  }
  out.close(']');
}

constexpr std::string_view kComponents = R"({
"securitySchemes":{"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT",
"description":"An access token; it lives 15 minutes."}},
"parameters":{"IdempotencyKey":{"name":"Idempotency-Key","in":"header","required":false,
"description":"Makes the request safe to send again: the same key has one effect and one answer.",
"schema":{"type":"string","minLength":1,"maxLength":255}}},
"schemas":{"Problem":{"type":"object","description":"RFC 9457 problem details.",
"required":["type","title","status","code"],
"properties":{"type":{"type":"string","format":"uri-reference"},"title":{"type":"string"},
"status":{"type":"integer","minimum":400,"maximum":599},"detail":{"type":"string"},
"code":{"type":"string","description":"Stable word for machines."},
"instance":{"type":"string","description":"Id of the request."},
"errors":{"type":"array","items":{"type":"object","required":["pointer","message"],
"properties":{"pointer":{"type":"string","description":"RFC 6901 pointer into the request."},
"message":{"type":"string"}}}}}}}})";

}  // namespace

std::string json_schema(const Schema& schema) {
  Writer out;
  write_schema(out, schema, "");
  return out.take();
}

std::string openapi_json(const Routes& routes, std::string_view version) {
  Writer out;
  out.open('{').member("openapi", "3.1.0");
  out.key("info").open('{').member("title", "Bilten").member("version", version);
  out.member("summary", "Self-hosted event ticketing.");
  out.member("description", "Errors are RFC 9457 problem details with a stable word in `code`.");
  out.key("license").open('{').member("name", "Apache-2.0").member("identifier", "Apache-2.0");
  out.close('}').close('}');
  out.key("servers").open('[').open('{').member("url", "/").close('}').close(']');
  write_tags(out, routes);
  write_paths(out, routes);
  out.key("components").raw(kComponents).close('}');
  return out.take();
}

}  // namespace bilten::gateway
