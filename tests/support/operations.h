// What HTTP can reach, as /openapi.json says it; and for each value that a schema describes, one
// that fits and those that must be refused.
#pragma once

#include <string>
#include <vector>

#include "tests/support/api.h"

namespace bilten::test {

struct Parameter {
  std::string name, in;  // "path", "query" or "header"
  bool required = false;
  json schema;
};

enum class Takes { nothing, fields, form, bytes };

struct Operation {
  std::string method, path, service;  // `path` is the template.
  std::vector<Parameter> parameters;
  Takes takes = Takes::nothing;
  json schema;  // Of a JSON body or a form.
  bool needs_person = false;

  // The path with a fitting value for each of its parameters, but `name`, which has `value`
  // (percent-encoded already); and what the query must have.
  std::string target(const std::string& name = {}, const std::string& value = {}) const;
  std::string body() const;  // One that fits, with the required members only.
};

std::vector<Operation> operations(const json& openapi);

json fitting(const json& schema);

// A value that is refused, and where the refusal must point to.
struct Fault {
  std::string pointer;
  json value;  // Of the member.
};
// Every way in which the member there can be wrong, and its members and items in turn.
std::vector<Fault> faults_of(const json& schema, const std::string& pointer);
// The same for a parameter, as its text.
std::vector<std::string> parameter_faults(const json& schema);

// Whether the reply's errors name this place, or one within.
bool names(const Reply& reply, const std::string& pointer);
// A problem of that status, as all of ours are.
void expect_problem(const Reply& reply, long status);

}  // namespace bilten::test
