#include "common/store/keyed_rows.h"

#include <map>

#include "common/store/records.h"

namespace bilten {
namespace {

using engine::Table;

// A whole key on the stack: one is built for every access to a row.
class WholeKey {
 public:
  WholeKey(std::string_view table, std::string_view key) {
    CHECK_INVARIANT(!table.empty() && table.find('\0') == table.npos);
    CHECK_INVARIANT(key.size() <= kRowKeyMax && table.size() + 1 + key.size() <= sizeof bytes_);
    table.copy(bytes_, table.size());
    bytes_[table.size()] = '\0';
    key.copy(bytes_ + table.size() + 1, key.size());
    size_ = table.size() + 1 + key.size();
  }
  operator std::string_view() const { return {bytes_, size_}; }

 private:
  char bytes_[engine::kKeyMax];
  size_t size_ = 0;
};

class MemoryRows final : public KeyedRows {
 public:
  // Seeks again after each visit, which may have erased what stood there.
  void walk_all(std::string_view from, const Visit& visit) const override {
    auto at = rows_.lower_bound(from);
    while (at != rows_.end()) {
      const std::string key = at->first;
      if (!visit(key, at->second)) return;
      at = rows_.upper_bound(key);
    }
  }

 protected:
  bool find_row(std::string_view whole_key, std::string& into) const override {
    const auto found = rows_.find(whole_key);
    if (found == rows_.end()) return false;
    into = found->second;
    return true;
  }
  void put_row(std::string_view whole_key, std::string_view value) override {
    rows_.insert_or_assign(std::string(whole_key), std::string(value));
  }
  void erase_row(std::string_view whole_key) override { rows_.erase(std::string(whole_key)); }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

}  // namespace

bool KeyedRows::get(std::string_view table, std::string_view key, std::string& into) const {
  return find_row(WholeKey(table, key), into);
}

void KeyedRows::put(std::string_view table, std::string_view key, std::string_view value) {
  CHECK_INVARIANT(value.size() <= kRowMax);
  put_row(WholeKey(table, key), value);
}

void KeyedRows::remove(std::string_view table, std::string_view key) {
  erase_row(WholeKey(table, key));
}

void KeyedRows::walk(std::string_view table, std::string_view prefix, std::string_view after,
                     size_t max, const Visit& visit) const {
  if (max == 0) return;
  const WholeKey first(table, std::max(prefix, after));
  const WholeKey within(table, prefix);
  size_t seen = 0;
  walk_all(first, [&](std::string_view whole_key, std::string_view value) {
    if (!whole_key.starts_with(within)) return false;
    const auto key = whole_key.substr(table.size() + 1);
    if (!after.empty() && key == after) return true;
    return visit(key, value) && ++seen < max;
  });
}

void EngineRows::walk_all(std::string_view from, const Visit& visit) const {
  const bool readable =
      read_.walk(Table::rows, from, [&](std::string_view key, std::string_view stored) {
        const auto value = engine::without_checksum(Table::rows, key, stored);
        if (!value) engine::end_damaged(Table::rows, key, "its checksum is wrong");
        return visit(key, *value);
      });
  if (!readable) engine::end_damaged(Table::rows, from, "the rows after it cannot be read");
}

bool EngineRows::find_row(std::string_view whole_key, std::string& into) const {
  const auto value = engine::get_checked(read_, Table::rows, whole_key);
  if (!value) return false;
  into = *value;
  return true;
}

void EngineRows::put_row(std::string_view whole_key, std::string_view value) {
  CHECK_INVARIANT(write_);
  engine::put_checked(*write_, Table::rows, whole_key, value);
}

void EngineRows::erase_row(std::string_view whole_key) {
  CHECK_INVARIANT(write_);
  write_->erase(Table::rows, whole_key);
}

std::unique_ptr<Rows> memory_rows() {
  return std::make_unique<MemoryRows>();
}

}  // namespace bilten
