// JSON at the edge, MessagePack inside: both directions follow a Schema, none knows a message by
// type. Reading names every fault at once with its JSON pointer; writing trusts the daemon for the
// limits, never for the shape.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/wire/codec.h"
#include "common/wire/field.h"
#include "common/wire/schema.h"

namespace bilten::gateway {

inline constexpr size_t kPropertiesMax = 256;  // Of one object in a contract.
using Seen = std::bitset<kPropertiesMax>;

// A field from the path or the query; more than one value only for a list.
struct Parameter {
  std::string_view name;
  std::vector<std::string> values;  // Percent-decoded.
};

// One message, gathered from path, query and body into one map.
class MessageBuilder {
 public:
  // The schema must outlive the builder and be an object with at most kPropertiesMax properties.
  explicit MessageBuilder(const Schema& schema);

  // `where` is for people: "path", "query".
  void add(const Parameter& parameter);
  // A field of bytes, as they are; the schema must have it.
  void add_bytes(std::string_view name, std::string_view bytes);
  // The body. Fails at once only where it is no JSON object at all (Code::invalid, reason
  // "malformed_json"); faults of fields wait for finish(). May grow the capacity of `json`.
  Status add_json(std::string& json);
  // The MessagePack map, or Code::invalid with all faults.
  Result<std::string> finish();

 private:
  const Schema& schema_;
  Packer packer_;
  size_t opened_at_;
  size_t count_ = 0;
  Seen seen_;
  Faults faults_;
};

// Text of a parameter as a value of the schema: packs it, or adds a fault.
void pack_text(Packer& packer, std::string_view text, const Schema& schema, const Path& path,
               Faults& faults);

// Appends the JSON of a value. False: the value is not of the schema (the output is then useless).
bool append_json(std::string& out, const Value& value, const Schema& schema);
// Appends a JSON string with its quotes. False: the text is no UTF-8, and each byte of it that is
// no ASCII stands there as U+FFFD.
bool append_json_string(std::string& out, std::string_view text);
// Appends any MessagePack value as JSON, bytes as base64url.
void append_json_any(std::string& out, const Value& value);

// A string member of a flat JSON object (claims of a token), or nothing.
std::optional<std::string> json_string_member(std::string json, std::string_view name);
std::optional<int64_t> json_integer_member(std::string json, std::string_view name);

}  // namespace bilten::gateway
