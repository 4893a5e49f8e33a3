// MessagePack in and out. The library stays inside codec.cpp; here are a read-only view of a parsed
// value and a writer. Parsing is bounded: no input makes it take more memory than a small multiple
// of its own size, or nest deeper than kDepthMax.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace bilten {

inline constexpr uint32_t kDepthMax = 32;

enum class ValueType : uint8_t { nil, boolean, integer, number, string, bytes, array, map, other };

// A view of one value inside a Document; lives no longer than it, and than the parsed bytes.
// An accessor of another type than type() answers the empty value of its own.
class Value {
 public:
  Value() = default;
  explicit Value(const void* object) : object_(object) {}

  ValueType type() const;
  bool boolean() const;
  std::optional<int64_t> integer() const;  // Nothing above INT64_MAX, or if not an integer.
  std::optional<uint64_t> unsigned_integer() const;
  double number() const;  // Integers too.
  std::string_view text() const;
  std::string_view bytes() const;

  size_t size() const;  // Of an array or a map.
  Value at(size_t index) const;
  Value key(size_t index) const;
  Value value(size_t index) const;
  // Of a map; the first wins where a key stands twice.
  std::optional<Value> find(std::string_view key) const;
  std::optional<Value> find(uint64_t key) const;

 private:
  const void* object_ = nullptr;
};

// One parsed value. Strings stay where they were: the bytes must outlive the document.
class Document {
 public:
  // Refuses (Code::invalid) truncated input, bytes after the value, extension types' nonsense,
  // nesting beyond kDepthMax and lengths the input cannot hold.
  static Result<Document> parse(std::string_view bytes);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  Value root() const;

 private:
  struct Parsed;
  explicit Document(std::unique_ptr<Parsed> parsed);
  std::unique_ptr<Parsed> parsed_;
};

// Writes values one after the other; the caller keeps counts and order right.
class Packer {
 public:
  Packer& map(size_t pairs);
  Packer& array(size_t items);
  Packer& nil();
  Packer& boolean(bool value);
  Packer& integer(int64_t value);
  Packer& unsigned_integer(uint64_t value);
  Packer& number(double value);
  Packer& text(std::string_view value);
  Packer& bytes(std::string_view value);
  Packer& raw(std::string_view messagepack);  // Already packed.

  // A map or list whose count is known only at its end: open, write, close with what open answered.
  size_t open_map();
  size_t open_array();
  void close(size_t opened_at, size_t count);

  const std::string& view() const { return out_; }
  std::string take() { return std::move(out_); }
  void reserve(size_t bytes) { out_.reserve(bytes); }

 private:
  std::string out_;
};

}  // namespace bilten
