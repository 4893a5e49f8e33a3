// Rows of all tables in one ordered space, each key behind the name of its table and a 0 byte: what
// rows in memory and rows in an engine have in common.
#pragma once

#include "common/store/engine.h"

namespace bilten {

class KeyedRows : public Rows {
 public:
  bool get(std::string_view table, std::string_view key, std::string& into) const final;
  void put(std::string_view table, std::string_view key, std::string_view value) final;
  void remove(std::string_view table, std::string_view key) final;
  void walk(std::string_view table, std::string_view prefix, std::string_view after, size_t max,
            const Visit& visit) const final;

  // Every row from the first whose whole key is not below `from`. `visit` may write.
  virtual void walk_all(std::string_view from, const Visit& visit) const = 0;

 protected:
  virtual bool find_row(std::string_view whole_key, std::string& into) const = 0;
  virtual void put_row(std::string_view whole_key, std::string_view value) = 0;
  virtual void erase_row(std::string_view whole_key) = 0;
};

// Rows in an engine's transaction, each value behind its checksum.
class EngineRows final : public KeyedRows {
 public:
  // `write` is null where the transaction only reads: then writing is a broken invariant.
  EngineRows(const engine::Read& read, engine::Write* write) : read_(read), write_(write) {}
  void walk_all(std::string_view from, const Visit& visit) const override;

 protected:
  bool find_row(std::string_view whole_key, std::string& into) const override;
  void put_row(std::string_view whole_key, std::string_view value) override;
  void erase_row(std::string_view whole_key) override;

 private:
  const engine::Read& read_;
  engine::Write* write_;
};

}  // namespace bilten
