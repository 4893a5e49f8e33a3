// MessagePack to JSON: appended to one string, in the sender's order.
#include <array>
#include <charconv>
#include <cmath>

#include "common/base/id.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "gateway/transcode.h"

namespace bilten::gateway {
namespace {

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

bool append_real(std::string& out, double value) {
  if (!std::isfinite(value)) return false;
  append_number(out, value);
  return true;
}

void append_quoted(std::string& out, std::string_view plain) {
  out += '"';
  out += plain;
  out += '"';
}

const Property* find_property(const Schema& schema, std::string_view name, size_t& expected) {
  const auto& properties = schema.properties;
  for (size_t tried = 0; tried < properties.size(); ++tried) {
    const size_t index = (expected + tried) % properties.size();
    if (properties[index].name != name) continue;
    expected = index + 1;
    return &properties[index];
  }
  return nullptr;
}

bool append_object(std::string& out, const Value& value, const Schema& schema) {
  if (value.type() != ValueType::map) return false;
  out += '{';
  size_t expected = 0;
  bool is_first = true;
  for (size_t i = 0; i < value.size(); ++i) {
    const auto name = value.key(i).text();
    const Property* property = find_property(schema, name, expected);
    // A field the contract does not know comes from a newer daemon; nil is an absent one.
    if (!property || value.value(i).type() == ValueType::nil) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_json_string(out, name);
    out += ':';
    if (!append_json(out, value.value(i), property->schema)) return false;
  }
  out += '}';
  return true;
}

bool append_list(std::string& out, const Value& value, const Schema& schema) {
  if (value.type() != ValueType::array) return false;
  out += '[';
  for (size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out += ',';
    if (!append_json(out, value.at(i), schema.item.front())) return false;
  }
  out += ']';
  return true;
}

void replace_high_bytes(std::string& out, size_t from) {
  const std::string written = out.substr(from);
  out.resize(from);
  for (const char c : written) {
    if (static_cast<uint8_t>(c) < 0x80) {
      out += c;
    } else {
      out += "\ufffd";
    }
  }
}

bool append_words(std::string& out, const Value& value) {
  if (value.type() == ValueType::string) return append_json_string(out, value.text());
  if (value.type() != ValueType::map) return false;
  append_json_any(out, value);
  return true;
}

}  // namespace

bool append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const size_t begins = out.size();
  out += '"';
  size_t clean_from = 0;
  uint8_t all_bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    all_bits |= byte;
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out += text.substr(clean_from, i - clean_from);
    clean_from = i + 1;
    out += '\\';
    switch (byte) {
      case '"':
      case '\\': out += text[i]; break;
      case '\n': out += 'n'; break;
      case '\r': out += 'r'; break;
      case '\t': out += 't'; break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
  }
  out += text.substr(clean_from);
  out += '"';
  // Whatever a service says, what leaves here is JSON.
  if ((all_bits & 0x80) == 0 || code_points(text)) return true;
  replace_high_bytes(out, begins);
  return false;
}

void append_json_any(std::string& out, const Value& value) {
  switch (value.type()) {
    case ValueType::boolean: out += value.boolean() ? "true" : "false"; return;
    case ValueType::integer:
      if (const auto whole = value.integer()) return append_number(out, *whole);
      return append_number(out, value.unsigned_integer().value_or(0));
    case ValueType::number:
      if (!append_real(out, value.number())) out += "null";
      return;
    case ValueType::string: append_json_string(out, value.text()); return;
    case ValueType::bytes: return append_quoted(out, base64url(value.bytes()));
    case ValueType::array:
      out += '[';
      for (size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        append_json_any(out, value.at(i));
      }
      out += ']';
      return;
    case ValueType::map:
      out += '{';
      for (size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        const auto key = value.key(i);
        append_json_string(out, key.type() == ValueType::integer
                                    ? std::to_string(key.integer().value_or(0))
                                    : std::string(key.text()));
        out += ':';
        append_json_any(out, value.value(i));
      }
      out += '}';
      return;
    case ValueType::nil:
    case ValueType::other: out += "null";
  }
}

bool append_json(std::string& out, const Value& value, const Schema& schema) {
  switch (schema.type) {
    case Type::boolean:
      if (value.type() != ValueType::boolean) return false;
      out += value.boolean() ? "true" : "false";
      return true;
    case Type::integer:
      if (!value.integer()) return false;
      append_number(out, *value.integer());
      return true;
    case Type::number:
      if (value.type() != ValueType::number && value.type() != ValueType::integer) return false;
      return append_real(out, value.number());
    case Type::string:
    case Type::choice:
      if (value.type() != ValueType::string) return false;
      return append_json_string(out, value.text());
    case Type::bytes:
      if (value.type() != ValueType::bytes) return false;
      append_quoted(out, base64url(value.bytes()));
      return true;
    case Type::id: {
      const auto id = Id::from_bytes(value.bytes());
      if (id) append_quoted(out, id->text());
      return id.has_value();
    }
    case Type::instant: {
      const auto at = value.integer();
      if (!at || *at < 0 || *at > kInstantMax) return false;
      append_quoted(out, rfc3339(*at));
      return true;
    }
    case Type::text: return append_words(out, value);
    case Type::list: return append_list(out, value, schema);
    case Type::object: return append_object(out, value, schema);
    case Type::any: append_json_any(out, value); return true;
  }
  return false;
}

}  // namespace bilten::gateway
