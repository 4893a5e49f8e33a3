// Typed rows inside one transaction. `const Rows&` can only read: decide gets that, evolve alone
// may write. A row struct names its table and its fields; keys are bytes that sort as they should
// (RowKey). Values stay under kRowMax.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/base/id.h"
#include "common/store/read_often.h"
#include "common/wire/field.h"

namespace bilten {

inline constexpr size_t kRowMax = 64 * 1024;
inline constexpr size_t kRowKeyMax = 400;  // Under LMDB's 511 with the table's name in front.

// Builds keys that sort by their parts, in order: RowKey().id(event).number(seq).
class RowKey {
 public:
  RowKey() = default;
  explicit RowKey(const Id& id) { this->id(id); }
  RowKey& id(const Id& id) {
    bytes_.append(id.view());
    return *this;
  }
  RowKey& number(uint64_t value) {  // Big-endian, so that keys sort as numbers do.
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift & 0xFF);
    return *this;
  }
  RowKey& text(std::string_view value) {  // Last part, or followed by a 0 byte of its own.
    bytes_.append(value);
    return *this;
  }
  RowKey& end() {
    bytes_ += '\0';
    return *this;
  }
  operator std::string_view() const { return bytes_; }

 private:
  std::string bytes_;
};

class Rows {
 public:
  virtual ~Rows() = default;

  // A row that is there but damaged or unreadable ends the process: the store checks its CRC and
  // says which record it is.
  template <class Row>
  std::optional<Row> find(std::string_view key) const {
    std::string bytes;
    if (!get(Row::table, key, bytes)) return std::nullopt;
    return unpack<Row>(bytes);
  }
  bool has(std::string_view table, std::string_view key) const {
    std::string bytes;
    return get(table, key, bytes);
  }
  template <class Row>
  void save(std::string_view key, const Row& row) {
    put(Row::table, key, encode(row));
  }
  template <class Row>
  void erase(std::string_view key) {
    remove(Row::table, key);
  }
  // Visits rows whose key starts with `prefix`, in key order, beginning after `after` (a whole key;
  // empty: from the first), until `visit` answers false or `max` rows were seen.
  template <class Row>
  void scan(std::string_view prefix, std::string_view after, size_t max,
            const std::function<bool(std::string_view key, const Row&)>& visit) const {
    walk(Row::table, prefix, after, max, [&](std::string_view key, std::string_view bytes) {
      return visit(key, unpack<Row>(bytes));
    });
  }

  // Timers: `kind` names the handler, `key` is handed to it. Set and cleared by evolve alone; one
  // timer for each (kind, key): setting it again moves it.
  void set_timer(std::string_view kind, std::string_view key, UnixMillis at);
  void clear_timer(std::string_view kind, std::string_view key);

  // The raw form, for generic code (rebuild, timers); typed code uses the above.
  virtual bool get(std::string_view table, std::string_view key, std::string& into) const = 0;
  virtual void put(std::string_view table, std::string_view key, std::string_view value) = 0;
  virtual void remove(std::string_view table, std::string_view key) = 0;
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual void walk(std::string_view table, std::string_view prefix, std::string_view after,
                    size_t max, const Visit& visit) const = 0;

 private:
  template <class Row>
  static Row unpack(std::string_view bytes) {
    if constexpr (ReadOften<Row>) {
      return DecodedRows<Row>::of_this_thread().decode_once(bytes);
    } else {
      auto row = decode<Row>(bytes);
      CHECK_INVARIANT(row);
      return std::move(*row);
    }
  }
};

// A due timer.
struct DueTimer {
  UnixMillis at = 0;
  std::string kind, key;
};
// The timers due at `now`, earliest first, at most `max`.
std::vector<DueTimer> due_timers(const Rows& rows, UnixMillis now, size_t max);
// When the earliest timer is due, if there is one.
std::optional<UnixMillis> next_timer(const Rows& rows);

}  // namespace bilten
