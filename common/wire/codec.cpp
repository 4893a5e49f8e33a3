#include "common/wire/codec.h"

#include <msgpack.hpp>
#include <vector>

namespace bilten {
namespace {

const msgpack::object& as_object(const void* pointer) {
  static const msgpack::object nil;
  return pointer ? *static_cast<const msgpack::object*>(pointer) : nil;
}

// Zones are reused: a fresh one costs an allocation of 8 KiB for each message.
std::vector<std::unique_ptr<msgpack::zone>>& spare_zones() {
  thread_local std::vector<std::unique_ptr<msgpack::zone>> zones;
  return zones;
}

std::unique_ptr<msgpack::zone> take_zone() {
  auto& zones = spare_zones();
  if (zones.empty()) return std::make_unique<msgpack::zone>();
  auto zone = std::move(zones.back());
  zones.pop_back();
  return zone;
}

bool always_reference(msgpack::type::object_type, std::size_t, void*) {
  return true;
}

Error malformed(const char* why) {
  return {Code::invalid, "malformed", std::string("MessagePack: ") + why};
}

// How a packer reaches a std::string.
struct Sink {
  std::string& out;
  void write(const char* bytes, size_t count) { out.append(bytes, count); }
};

}  // namespace

ValueType Value::type() const {
  switch (as_object(object_).type) {
    case msgpack::type::NIL: return ValueType::nil;
    case msgpack::type::BOOLEAN: return ValueType::boolean;
    case msgpack::type::POSITIVE_INTEGER:
    case msgpack::type::NEGATIVE_INTEGER: return ValueType::integer;
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return ValueType::number;
    case msgpack::type::STR: return ValueType::string;
    case msgpack::type::BIN: return ValueType::bytes;
    case msgpack::type::ARRAY: return ValueType::array;
    case msgpack::type::MAP: return ValueType::map;
    default: return ValueType::other;
  }
}

bool Value::boolean() const {
  const auto& object = as_object(object_);
  return object.type == msgpack::type::BOOLEAN && object.via.boolean;
}

std::optional<int64_t> Value::integer() const {
  const auto& object = as_object(object_);
  if (object.type == msgpack::type::NEGATIVE_INTEGER) return object.via.i64;
  if (object.type != msgpack::type::POSITIVE_INTEGER || object.via.u64 > uint64_t{INT64_MAX}) {
    return std::nullopt;
  }
  return static_cast<int64_t>(object.via.u64);
}

std::optional<uint64_t> Value::unsigned_integer() const {
  const auto& object = as_object(object_);
  if (object.type != msgpack::type::POSITIVE_INTEGER) return std::nullopt;
  return object.via.u64;
}

double Value::number() const {
  const auto& object = as_object(object_);
  switch (object.type) {
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return object.via.f64;
    case msgpack::type::POSITIVE_INTEGER: return static_cast<double>(object.via.u64);
    case msgpack::type::NEGATIVE_INTEGER: return static_cast<double>(object.via.i64);
    default: return 0;
  }
}

std::string_view Value::text() const {
  const auto& object = as_object(object_);
  if (object.type != msgpack::type::STR) return {};
  return {object.via.str.ptr, object.via.str.size};
}

std::string_view Value::bytes() const {
  const auto& object = as_object(object_);
  if (object.type != msgpack::type::BIN) return {};
  return {object.via.bin.ptr, object.via.bin.size};
}

size_t Value::size() const {
  const auto& object = as_object(object_);
  if (object.type == msgpack::type::ARRAY) return object.via.array.size;
  if (object.type == msgpack::type::MAP) return object.via.map.size;
  return 0;
}

Value Value::at(size_t index) const {
  const auto& object = as_object(object_);
  if (object.type != msgpack::type::ARRAY || index >= object.via.array.size) return {};
  return Value(&object.via.array.ptr[index]);
}

Value Value::key(size_t index) const {
  const auto& object = as_object(object_);
  if (object.type != msgpack::type::MAP || index >= object.via.map.size) return {};
  return Value(&object.via.map.ptr[index].key);
}

Value Value::value(size_t index) const {
  const auto& object = as_object(object_);
  if (object.type != msgpack::type::MAP || index >= object.via.map.size) return {};
  return Value(&object.via.map.ptr[index].val);
}

std::optional<Value> Value::find(std::string_view name) const {
  for (size_t i = 0; i < size(); ++i) {
    const auto candidate = key(i);
    if (candidate.type() == ValueType::string && candidate.text() == name) return value(i);
  }
  return std::nullopt;
}

std::optional<Value> Value::find(uint64_t number) const {
  for (size_t i = 0; i < size(); ++i) {
    if (key(i).unsigned_integer() == number) return value(i);
  }
  return std::nullopt;
}

struct Document::Parsed {
  std::unique_ptr<msgpack::zone> zone = take_zone();
  msgpack::object object;

  ~Parsed() {
    zone->clear();
    if (spare_zones().size() < 8) spare_zones().push_back(std::move(zone));
  }
};

Document::Document(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Value Document::root() const {
  return Value(&parsed_->object);
}

Result<Document> Document::parse(std::string_view bytes) {
  // The library believes the lengths in the input: without these limits five bytes make it
  // allocate gigabytes. No array or map can have more items than there are bytes.
  const msgpack::unpack_limit limits(bytes.size(), bytes.size(), bytes.size(), bytes.size(), 0,
                                     kDepthMax);
  auto parsed = std::make_unique<Parsed>();
  try {
    size_t offset = 0;
    bool referenced = false;
    parsed->object = msgpack::unpack(*parsed->zone, bytes.data(), bytes.size(), offset, referenced,
                                     always_reference, nullptr, limits);
    if (offset != bytes.size()) return malformed("bytes after the value");
  } catch (const msgpack::insufficient_bytes&) {
    return malformed("the value is cut short");
  } catch (const msgpack::depth_size_overflow&) {
    return malformed("nested too deep");
  } catch (const msgpack::unpack_error&) {
    return malformed("not a value");
  } catch (const std::bad_alloc&) {
    return malformed("out of memory");
  }
  return Document(std::move(parsed));
}

namespace {

template <class Write>
void pack(std::string& out, Write write) {
  Sink sink{out};
  msgpack::packer<Sink> packer(sink);
  write(packer);
}

}  // namespace

Packer& Packer::map(size_t pairs) {
  pack(out_, [&](auto& p) { p.pack_map(static_cast<uint32_t>(pairs)); });
  return *this;
}
Packer& Packer::array(size_t items) {
  pack(out_, [&](auto& p) { p.pack_array(static_cast<uint32_t>(items)); });
  return *this;
}
Packer& Packer::nil() {
  pack(out_, [](auto& p) { p.pack_nil(); });
  return *this;
}
Packer& Packer::boolean(bool value) {
  pack(out_, [&](auto& p) { value ? p.pack_true() : p.pack_false(); });
  return *this;
}
Packer& Packer::integer(int64_t value) {
  pack(out_, [&](auto& p) { p.pack_int64(value); });
  return *this;
}
Packer& Packer::unsigned_integer(uint64_t value) {
  pack(out_, [&](auto& p) { p.pack_uint64(value); });
  return *this;
}
Packer& Packer::number(double value) {
  pack(out_, [&](auto& p) { p.pack_double(value); });
  return *this;
}
Packer& Packer::text(std::string_view value) {
  pack(out_, [&](auto& p) {
    p.pack_str(static_cast<uint32_t>(value.size()));
    p.pack_str_body(value.data(), static_cast<uint32_t>(value.size()));
  });
  return *this;
}
Packer& Packer::bytes(std::string_view value) {
  pack(out_, [&](auto& p) {
    p.pack_bin(static_cast<uint32_t>(value.size()));
    p.pack_bin_body(value.data(), static_cast<uint32_t>(value.size()));
  });
  return *this;
}
Packer& Packer::raw(std::string_view messagepack) {
  out_.append(messagepack);
  return *this;
}

// Five bytes hold any count: map 32 and array 32, filled in at the end.
size_t Packer::open_map() {
  out_.append("\xdf\0\0\0\0", 5);
  return out_.size() - 4;
}
size_t Packer::open_array() {
  out_.append("\xdd\0\0\0\0", 5);
  return out_.size() - 4;
}
void Packer::close(size_t opened_at, size_t count) {
  for (size_t i = 0; i < 4; ++i) out_[opened_at + i] = static_cast<char>(count >> (24 - 8 * i));
}

}  // namespace bilten
