// A write transaction that keeps its changes in memory until commit, over a view that stays as it
// is: all of the memory engine's, and LMDB's where the map might run full (see lmdb.cpp).
#pragma once

#include <map>

#include "common/store/engine.h"

namespace bilten::engine {

// What a transaction changes; no value: erased.
using Changes = std::array<std::map<std::string, std::optional<std::string>, std::less<>>, kTables>;

class Overlay final : public Write {
 public:
  // `apply` makes the changes last, all or none; `base` is gone by then.
  using Apply = std::function<CommitResult(const Changes&)>;
  Overlay(std::unique_ptr<Read> base, Apply apply);

  std::optional<std::string_view> get(Table table, std::string_view key) const override;
  bool walk(Table table, std::string_view from, const Visit& visit) const override;
  std::optional<std::string> last_key(Table table) const override;
  uint64_t count(Table table) const override;
  void put(Table table, std::string_view key, std::string_view head,
           std::string_view body) override;
  void append(Table table, std::string_view key, std::string_view head,
              std::string_view body) override;
  void erase(Table table, std::string_view key) override;
  CommitResult commit() override;

 private:
  struct Entry {
    std::string key;
    std::string_view value;
  };
  struct Next {
    bool readable = true;
    std::optional<Entry> entry;
  };
  Next next(Table table, std::string_view from, bool beyond) const;

  std::unique_ptr<Read> base_;
  Apply apply_;
  Changes changes_;
};

}  // namespace bilten::engine
