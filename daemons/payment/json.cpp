#include "daemons/payment/json.h"

#include <simdjson.h>

#include "common/wire/codec.h"

namespace bilten::payment {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// False: too deep.
bool pack(Packer& packer, const element& value, uint32_t depth) {
  if (depth > kDepthMax) return false;
  switch (value.type()) {
    case element_type::ARRAY: {
      const simdjson::dom::array items = value;
      packer.array(items.size());
      for (const auto& item : items) {
        if (!pack(packer, item, depth + 1)) return false;
      }
      return true;
    }
    case element_type::OBJECT: {
      const simdjson::dom::object members = value;
      packer.map(members.size());
      for (const auto& member : members) {
        packer.text(member.key);
        if (!pack(packer, member.value, depth + 1)) return false;
      }
      return true;
    }
    case element_type::INT64: packer.integer(int64_t(value)); return true;
    case element_type::UINT64: packer.unsigned_integer(uint64_t(value)); return true;
    case element_type::DOUBLE: packer.number(double(value)); return true;
    case element_type::STRING: packer.text(std::string_view(value)); return true;
    case element_type::BOOL: packer.boolean(bool(value)); return true;
    case element_type::NULL_VALUE: packer.nil(); return true;
  }
  return false;
}

Error bad_json(std::string why) {
  return {Code::invalid, "malformed_json", std::move(why)};
}

}  // namespace

Result<std::string> pack_json(std::string_view json, size_t bytes_max) {
  if (json.size() > bytes_max) {
    return bad_json("is longer than " + std::to_string(bytes_max) + " bytes");
  }
  thread_local simdjson::dom::parser parser;
  element root;
  if (const auto fault = parser.parse(json.data(), json.size()).get(root)) {
    return bad_json(simdjson::error_message(fault));
  }
  Packer packer;
  packer.reserve(json.size());
  if (!pack(packer, root, 1)) return bad_json("nests too deep");
  return packer.take();
}

}  // namespace bilten::payment
