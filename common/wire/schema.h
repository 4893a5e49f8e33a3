// What a value may be, as data: derived from the field lists (field.h), sent by each daemon in its
// contract, and all the gateway needs to check and transcode a message it has no type for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace bilten {

// What a string must look like beyond its length.
enum class Format : uint8_t {
  none,      // Any text: UTF-8, no control characters but tab and line ends.
  line,      // One line: no line ends or tabs, no space at either end.
  email,     //
  currency,  // ISO 4217, upper case.
  timezone,  // The shape of an IANA name; whether it exists is the service's question.
  word,      // [a-z0-9_-]+
  url,       // https:// or http://, no spaces.
  secret,    // Any text; never shown, logged or described with an example.
  language,  // BCP 47 shape: "en", "pt-BR".
};

// Bounds of a value. `min`/`max` bound an integer's value, a string's code points, bytes' length;
// `items_min`/`items_max` bound a list, whose items the rest describes.
struct Limits {
  int64_t min = 0;
  int64_t max = 0;
  Format format = Format::none;
  int64_t items_min = 0;
  int64_t items_max = 0;
};

constexpr Limits between(int64_t min, int64_t max) {
  return {.min = min, .max = max};
}
constexpr Limits length(int64_t min, int64_t max, Format format = Format::none) {
  return {.min = min, .max = max, .format = format};
}
constexpr Limits items(int64_t min, int64_t max, Limits each = {}) {
  each.items_min = min;
  each.items_max = max;
  return each;
}

enum class Type : uint8_t {
  boolean,
  integer,
  number,   // A finite double.
  string,   //
  bytes,    // MessagePack bin; base64url in JSON.
  id,       // 16 bytes; a UUID in JSON.
  instant,  // Milliseconds since 1970 UTC; RFC 3339 in JSON.
  text,     // A string, or a map from language to string.
  choice,   // One of `choices`.
  list,     // Of `item`.
  object,   // With `properties`.
  any,      // Passed through as it is.
};

struct Property;

struct Schema {
  Schema(Type type = Type::any, Limits limits = {});

  Type type;
  Limits limits;
  std::vector<std::string> choices;
  std::vector<Property> properties;
  std::vector<Schema> item;  // Exactly one for a list.
};

struct Property {
  std::string name;
  Schema schema;
  bool required = true;
  std::string doc;
};

// Why the value is refused, or nullptr; the words follow the field's name ("must be ...").
// The same judges serve JSON at the gateway and MessagePack in the daemons.
const char* string_fault(std::string_view value, const Limits& limits);
const char* language_fault(std::string_view tag);

// The words for a number or a length out of bounds ("must be between 1 and 10").
std::string range_words(const Limits& limits, const char* unit);

// Schemas travel as MessagePack. Unpacking bounds depth (kDepthMax) like any message.
class Packer;
class Value;
void pack_schema(Packer& packer, const Schema& schema);
Result<Schema> unpack_schema(const Value& value);

}  // namespace bilten
