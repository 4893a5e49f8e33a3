#include "common/wire/ext_scan.h"

#include "common/base/big_endian.h"

namespace bilten {
namespace {

// What stands at the front: how many bytes its head has, how many follow, how many values inside.
struct Shape {
  bool known = false;
  bool is_text = false;  // A string or binary.
  size_t head = 1, body = 0;
  uint64_t inside = 0;
};

// Lengths of one, two or four bytes, by how far the type is from the first of its family.
size_t length_bytes(unsigned step) {
  return size_t{1} << step;
}

Shape shape_of(std::string_view bytes) {
  const auto type = static_cast<unsigned char>(bytes[0]);
  const auto sized = [&](unsigned first, bool is_text, size_t extra = 0) {
    const size_t count = length_bytes(type - first);
    return Shape{true, is_text, 1 + count, big_endian(bytes.substr(1, count)) + extra, 0};
  };
  const auto nested = [&](unsigned first, uint64_t each) {
    const size_t count = length_bytes(type - first + 1);
    return Shape{true, false, 1 + count, 0, each * big_endian(bytes.substr(1, count))};
  };
  if (type <= 0x7f || type >= 0xe0) return {true};                      // A small integer.
  if (type <= 0x8f) return {true, false, 1, 0, (type & 0x0fU) * 2ULL};  // A map.
  if (type <= 0x9f) return {true, false, 1, 0, type & 0x0fU};           // An array.
  if (type <= 0xbf) return {true, true, 1, type & 0x1fU, 0};            // A short string.
  if (type == 0xc0 || type == 0xc2 || type == 0xc3) return {true};
  if (type >= 0xc4 && type <= 0xc6) return sized(0xc4, true);      // Binary.
  if (type >= 0xc7 && type <= 0xc9) return sized(0xc7, false, 1);  // Extension types.
  if (type == 0xca || type == 0xce || type == 0xd2) return {true, false, 1, 4, 0};
  if (type == 0xcb || type == 0xcf || type == 0xd3) return {true, false, 1, 8, 0};
  if (type == 0xcc || type == 0xd0) return {true, false, 1, 1, 0};
  if (type == 0xcd || type == 0xd1) return {true, false, 1, 2, 0};
  if (type >= 0xd4 && type <= 0xd8) return {true, false, 1, 1 + length_bytes(type - 0xd4), 0};
  if (type >= 0xd9 && type <= 0xdb) return sized(0xd9, true);  // A string.
  if (type == 0xdc || type == 0xdd) return nested(0xdc, 1);
  if (type == 0xde || type == 0xdf) return nested(0xde, 2);
  return {};
}

// Takes one value, with all inside, off the front. False: there is no whole one.
bool skip(std::string_view& bytes) {
  for (uint64_t left = 1; left > 0; --left) {
    if (bytes.empty()) return false;
    const Shape shape = shape_of(bytes);
    if (!shape.known || shape.head + shape.body > bytes.size()) return false;
    bytes.remove_prefix(shape.head + shape.body);
    left += shape.inside;
  }
  return true;
}

}  // namespace

std::string_view find_ext(std::string_view ext, uint8_t key) {
  if (ext.empty()) return {};
  const Shape map = shape_of(ext);
  const auto type = static_cast<unsigned char>(ext[0]);
  const bool is_map = (type >= 0x80 && type <= 0x8f) || type == 0xde || type == 0xdf;
  if (!is_map || map.head > ext.size()) return {};
  ext.remove_prefix(map.head);
  for (uint64_t pairs = map.inside / 2; pairs > 0; --pairs) {
    const bool found = !ext.empty() && static_cast<unsigned char>(ext[0]) == key;
    if (!skip(ext) || ext.empty()) return {};
    const std::string_view value = ext;
    const Shape shape = shape_of(value);
    if (!skip(ext)) return {};
    if (found) return shape.is_text ? value.substr(shape.head, shape.body) : std::string_view();
  }
  return {};
}

}  // namespace bilten
