// The engine in memory: for tests and the simulator.
#include <mutex>

#include "common/store/overlay.h"

namespace bilten::engine {
namespace {

using Map = std::map<std::string, std::string, std::less<>>;
using Maps = std::array<std::shared_ptr<Map>, kTables>;

// A table that a snapshot still holds is copied before it changes, any other is changed in place.
// Views come and go under the mutex, so that a count of one means nobody is reading.
class Memory final : public Engine {
 public:
  Memory() {
    for (auto& table : tables_) table = std::make_shared<Map>();
  }
  std::unique_ptr<Read> read() override;
  std::unique_ptr<Write> write() override;
  Status copy_to(const std::string&) override {
    return Error{Code::unsupported, "store_in_memory",
                 "a store in memory has no files to copy; give it a folder"};
  }

  Maps hold() {
    const std::lock_guard lock(mutex_);
    return tables_;
  }
  void release(Maps& tables) {
    const std::lock_guard lock(mutex_);
    for (auto& table : tables) table.reset();
  }

 private:
  CommitResult apply(const Changes& changes);

  std::mutex mutex_;
  Maps tables_;
};

class MemoryRead final : public Read {
 public:
  explicit MemoryRead(Memory& memory) : memory_(memory), tables_(memory.hold()) {}
  ~MemoryRead() override { memory_.release(tables_); }
  MemoryRead(const MemoryRead&) = delete;
  MemoryRead& operator=(const MemoryRead&) = delete;

  std::optional<std::string_view> get(Table table, std::string_view key) const override {
    const auto found = map(table).find(key);
    if (found == map(table).end()) return std::nullopt;
    return found->second;
  }
  bool walk(Table table, std::string_view from, const Visit& visit) const override {
    for (auto at = map(table).lower_bound(from); at != map(table).end(); ++at) {
      if (!visit(at->first, at->second)) break;
    }
    return true;
  }
  std::optional<std::string> last_key(Table table) const override {
    if (map(table).empty()) return std::nullopt;
    return map(table).rbegin()->first;
  }
  uint64_t count(Table table) const override { return map(table).size(); }

 private:
  const Map& map(Table table) const { return *tables_[static_cast<size_t>(table)]; }

  Memory& memory_;
  Maps tables_;
};

std::unique_ptr<Read> Memory::read() {
  return std::make_unique<MemoryRead>(*this);
}

std::unique_ptr<Write> Memory::write() {
  return std::make_unique<Overlay>(read(),
                                   [this](const Changes& changes) { return apply(changes); });
}

CommitResult Memory::apply(const Changes& changes) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < kTables; ++i) {
    if (changes[i].empty()) continue;
    if (tables_[i].use_count() > 1) tables_[i] = std::make_shared<Map>(*tables_[i]);
    for (const auto& [key, value] : changes[i]) {
      if (value) {
        tables_[i]->insert_or_assign(key, *value);
      } else {
        tables_[i]->erase(key);
      }
    }
  }
  return CommitResult::done;
}

}  // namespace

std::unique_ptr<Engine> open_memory() {
  return std::make_unique<Memory>();
}

}  // namespace bilten::engine
