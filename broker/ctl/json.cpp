#include "broker/ctl/json.h"

#include <nlohmann/json.hpp>

#include "common/base/id.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/wire/codec.h"

namespace bilten::ctl {
namespace {

using nlohmann::json;

const Schema kAny(Type::any);

const Schema& property_of(const Schema& schema, std::string_view name) {
  for (const auto& property : schema.properties) {
    if (property.name == name) return property.schema;
  }
  return kAny;
}

const Schema& item_of(const Schema& schema) {
  return schema.item.empty() ? kAny : schema.item.front();
}

void pack_string(Packer& packer, const std::string& text, Type type) {
  if (type == Type::id) {
    if (const auto id = Id::parse(text)) return void(packer.bytes(id->view()));
  } else if (type == Type::instant) {
    if (const auto at = parse_rfc3339(text)) return void(packer.integer(*at));
  } else if (type == Type::bytes) {
    if (const auto bytes = from_base64url(text)) return void(packer.bytes(*bytes));
  }
  packer.text(text);  // The service says what is wrong with it.
}

void pack(Packer& packer, const json& value, const Schema& schema) {
  switch (value.type()) {
    case json::value_t::boolean: packer.boolean(value.get<bool>()); break;
    case json::value_t::number_integer: packer.integer(value.get<int64_t>()); break;
    case json::value_t::number_unsigned: packer.unsigned_integer(value.get<uint64_t>()); break;
    case json::value_t::number_float: packer.number(value.get<double>()); break;
    case json::value_t::string:
      pack_string(packer, value.get_ref<const std::string&>(), schema.type);
      break;
    case json::value_t::array:
      packer.array(value.size());
      for (const auto& item : value) pack(packer, item, item_of(schema));
      break;
    case json::value_t::object:
      packer.map(value.size());
      for (const auto& [key, item] : value.items()) {
        packer.text(key);
        pack(packer, item, property_of(schema, key));
      }
      break;
    default: packer.nil(); break;
  }
}

json from_bytes(std::string_view bytes, Type type) {
  if (bytes.size() == 16 && type != Type::bytes) return Id::from_bytes(bytes)->text();
  return base64url(bytes);
}

json unpack(const Value& value, const Schema& schema) {
  switch (value.type()) {
    case ValueType::boolean: return value.boolean();
    case ValueType::integer:
      if (!value.integer()) return value.unsigned_integer().value_or(0);
      if (schema.type == Type::instant) return rfc3339(*value.integer());
      return *value.integer();
    case ValueType::number: return value.number();
    case ValueType::string: return std::string(value.text());
    case ValueType::bytes: return from_bytes(value.bytes(), schema.type);
    case ValueType::array: {
      json out = json::array();
      for (size_t i = 0; i < value.size(); ++i) out.push_back(unpack(value.at(i), item_of(schema)));
      return out;
    }
    case ValueType::map: {
      json out = json::object();
      for (size_t i = 0; i < value.size(); ++i) {
        const std::string key(value.key(i).text());
        out[key] = unpack(value.value(i), property_of(schema, key));
      }
      return out;
    }
    default: return nullptr;
  }
}

}  // namespace

Result<std::string> pack_json(std::string_view text, const Schema& schema) {
  const auto value = json::parse(text.empty() ? std::string_view("{}") : text, nullptr, false);
  if (!value.is_object()) {
    return Error{Code::invalid, "invalid", "The message must be a JSON object, such as '{}'."};
  }
  Packer packer;
  pack(packer, value, schema);
  return packer.take();
}

nlohmann::json json_of(std::string_view messagepack, const Schema& schema) {
  if (messagepack.empty()) return json::object();
  auto document = Document::parse(messagepack);
  if (!document) return nullptr;
  return unpack(document->root(), schema);
}

}  // namespace bilten::ctl
