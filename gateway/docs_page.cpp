#include "gateway/docs_page.h"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/problem.h"

namespace bilten::gateway {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem}
code,pre{font:14px/1.4 ui-monospace,monospace}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer;overflow-wrap:anywhere}
summary b{display:inline-block;min-width:4.2rem}
table{border-collapse:collapse;width:100%;margin:.4rem 0}
td,th{border-top:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
table table{margin:0;background:var(--soft)}
nav a{margin-right:1rem}
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string range(const Limits& limits, std::string_view unit) {
  return std::to_string(limits.min) + " to " + std::to_string(limits.max) + std::string(unit);
}

std::string type_words(const Schema& schema) {
  switch (schema.type) {
    case Type::boolean: return "true or false";
    case Type::integer: return "whole number, " + range(schema.limits, "");
    case Type::number: return "number, " + range(schema.limits, "");
    case Type::string: return "text, " + range(schema.limits, " characters");
    case Type::bytes: return "base64url, " + range(schema.limits, " bytes");
    case Type::id: return "UUID";
    case Type::instant: return "RFC 3339 time";
    case Type::text:
      return "text, or one for each language, " + range(schema.limits, " characters");
    case Type::choice: {
      std::string words = "one of:";
      for (const auto& choice : schema.choices) words += " " + choice;
      return words;
    }
    case Type::list:
      return "list of " + std::to_string(schema.limits.items_min) + " to " +
             std::to_string(schema.limits.items_max) + ": " + type_words(schema.item.front());
    case Type::object: return "object";
    case Type::any: return "any JSON";
  }
  return "";
}

const Schema& innermost(const Schema& schema) {
  return schema.type == Type::list ? innermost(schema.item.front()) : schema;
}

void append_fields(std::string& out, const Schema& schema, const Route* route) {
  out += "<table><tr><th>Field</th><th>What</th></tr>";
  for (const auto& property : schema.properties) {
    const bool in_path = route && std::find(route->parameters.begin(), route->parameters.end(),
                                            property.name) != route->parameters.end();
    out += "<tr><td><code>" + escaped(property.name) + "</code>";
    out += in_path ? " (path)" : property.required ? "" : " (optional)";
    out += "</td><td>" + escaped(property.doc) + (property.doc.empty() ? "" : " ");
    out += escaped(type_words(property.schema));
    const Schema& inner = innermost(property.schema);
    if (inner.type == Type::object) append_fields(out, inner, nullptr);
    out += "</td></tr>";
  }
  out += "</table>";
}

void append_route(std::string& out, const Route& route) {
  const auto& message = *route.message;
  out += "<details id=\"" + escaped(message.name) + "\"><summary><b>" +
         escaped(message.http.method) + "</b><code>" + escaped(message.http.path) + "</code> " +
         escaped(message.doc) + "</summary><p>Message <code>" + escaped(message.name) +
         "</code>; caller: " + std::string(word(message.caller)) + "; answers " +
         std::to_string(message.http.status) + " within " + std::to_string(message.budget_ms) +
         " ms.</p>";
  if (!message.request.properties.empty()) {
    out += "<h4>Request</h4>";
    append_fields(out, message.request, &route);
  }
  if (!message.http.produces.empty()) {
    out += "<h4>Answer</h4><p><code>" + escaped(message.http.produces) + "</code></p>";
  } else if (!message.answer.properties.empty()) {
    out += "<h4>Answer</h4>";
    append_fields(out, message.answer, nullptr);
  }
  if (!message.refusals.empty()) {
    out += "<h4>Refusals</h4><p>";
    for (const auto& refusal : message.refusals) {
      out += "<a href=\"#problem-" + escaped(refusal) + "\"><code>" + escaped(refusal) +
             "</code></a> ";
    }
    out += "</p>";
  }
  out += "</details>";
}

void append_problems(std::string& out, const Routes& routes) {
  std::map<std::string, std::set<std::string>> users;
  for (const auto& route : routes.all()) {
    for (const auto& refusal : route.message->refusals) users[refusal].insert(route.message->name);
  }
  out +=
      "<h2 id=\"problems\">Problems</h2><p>Errors are RFC 9457 problem details; "
      "<code>code</code> is stable.</p><table><tr><th>Code</th><th>Given by</th></tr>";
  for (const auto& [refusal, names] : users) {
    out += "<tr id=\"problem-" + escaped(refusal) + "\"><td><code>" + escaped(refusal) +
           "</code></td><td>";
    for (const auto& name : names) {
      out += "<a href=\"#" + escaped(name) + "\"><code>" + escaped(name) + "</code></a> ";
    }
    out += "</td></tr>";
  }
  out += "</table>";
}

}  // namespace

std::string docs_html(const Routes& routes, std::string_view version) {
  std::map<std::string, std::vector<const Route*>> services;
  for (const auto& route : routes.all()) services[route.service->service].push_back(&route);
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>Bilten API</title><style>";
  out += kStyle;
  out += "</style></head><body><h1>Bilten API <small>" + escaped(version) +
         "</small></h1><p>Machines read <a href=\"/openapi.json\">openapi.json</a>.</p><nav>";
  for (const auto& [service, of_service] : services) {
    out += "<a href=\"#service-" + escaped(service) + "\">" + escaped(service) + "</a>";
  }
  out += "<a href=\"#problems\">problems</a></nav>";
  for (auto& [service, of_service] : services) {
    out += "<h2 id=\"service-" + escaped(service) + "\">" + escaped(service) + "</h2><p>" +
           escaped(of_service.front()->service->doc) + "</p>";
    for (const Route* route : of_service) append_route(out, *route);
  }
  append_problems(out, routes);
  out += "</body></html>\n";
  return out;
}

}  // namespace bilten::gateway
