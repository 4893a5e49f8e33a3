// The table of requests in flight: slots that are named by tokens slot32|generation32, and chains
// through them. A slot's generation changes whenever it is given back and begins at random, so a
// late, repeated or forged token finds nothing. Slots never move; chains cost no allocation.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/base/check.h"
#include "common/base/random.h"

namespace bilten::broker {

inline constexpr uint32_t kNone = UINT32_MAX;

template <class T>
class Slab {
 public:
  // At most `capacity` slots; memory is taken as they are first used.
  Slab(uint32_t capacity, Random& random) : capacity_(capacity), random_(random) {}

  // kNone when all are in use.
  uint32_t take() {
    if (free_ == kNone && !grow()) return kNone;
    const uint32_t slot = free_;
    Cell& cell = at(slot);
    free_ = cell.next_free;
    cell.used = true;
    ++used_;
    return slot;
  }
  void give_back(uint32_t slot) {
    Cell& cell = at(slot);
    CHECK_INVARIANT(cell.used);
    cell.value = T{};
    cell.used = false;
    ++cell.generation;
    cell.next_free = free_;
    free_ = slot;
    --used_;
  }

  uint64_t token(uint32_t slot) const {
    return uint64_t{slot} << 32 | cells_[slot / kChunk][slot % kChunk].generation;
  }
  uint32_t find(uint64_t token) const {
    const auto slot = static_cast<uint32_t>(token >> 32);
    if (slot >= grown_) return kNone;
    const Cell& cell = cells_[slot / kChunk][slot % kChunk];
    return cell.used && cell.generation == static_cast<uint32_t>(token) ? slot : kNone;
  }

  T& operator[](uint32_t slot) { return at(slot).value; }
  uint32_t used() const { return used_; }

 private:
  static constexpr uint32_t kChunk = 1024;
  struct Cell {
    T value;
    uint32_t generation = 0;
    uint32_t next_free = kNone;
    bool used = false;
  };

  Cell& at(uint32_t slot) { return cells_[slot / kChunk][slot % kChunk]; }

  bool grow() {
    if (grown_ + kChunk > capacity_) return false;
    cells_.push_back(std::make_unique<Cell[]>(kChunk));
    for (uint32_t i = kChunk; i-- > 0;) {
      Cell& cell = cells_.back()[i];
      cell.generation = static_cast<uint32_t>(random_.next());
      cell.next_free = free_;
      free_ = grown_ + i;
    }
    grown_ += kChunk;
    return true;
  }

  uint32_t capacity_;
  Random& random_;
  std::vector<std::unique_ptr<Cell[]>> cells_;
  uint32_t grown_ = 0, used_ = 0, free_ = kNone;
};

struct Links {
  uint32_t previous = kNone, next = kNone;
};

// A first-in-first-out chain through the slots by one of their link fields.
template <class T, Links T::*Member>
class Chain {
 public:
  void push_back(Slab<T>& slab, uint32_t slot) {
    slab[slot].*Member = {back_, kNone};
    (back_ == kNone ? front_ : (slab[back_].*Member).next) = slot;
    back_ = slot;
    ++size_;
  }
  void remove(Slab<T>& slab, uint32_t slot) {
    const Links links = slab[slot].*Member;
    (links.previous == kNone ? front_ : (slab[links.previous].*Member).next) = links.next;
    (links.next == kNone ? back_ : (slab[links.next].*Member).previous) = links.previous;
    slab[slot].*Member = {};
    --size_;
  }
  uint32_t front() const { return front_; }
  uint32_t back() const { return back_; }
  uint32_t next(Slab<T>& slab, uint32_t slot) const { return (slab[slot].*Member).next; }
  uint32_t previous(Slab<T>& slab, uint32_t slot) const { return (slab[slot].*Member).previous; }
  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  uint32_t front_ = kNone, back_ = kNone, size_ = 0;
};

}  // namespace bilten::broker
