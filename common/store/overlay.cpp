#include "common/store/overlay.h"

namespace bilten::engine {
namespace {

size_t index(Table table) {
  return static_cast<size_t>(table);
}

}  // namespace

Overlay::Overlay(std::unique_ptr<Read> base, Apply apply)
    : base_(std::move(base)), apply_(std::move(apply)) {}

std::optional<std::string_view> Overlay::get(Table table, std::string_view key) const {
  const auto& changed = changes_[index(table)];
  const auto found = changed.find(key);
  if (found == changed.end()) return base_->get(table, key);
  if (!found->second) return std::nullopt;
  return *found->second;
}

// The first entry not below `from` (or above it, if `beyond`), of both layers.
Overlay::Next Overlay::next(Table table, std::string_view from, bool beyond) const {
  const auto& changed = changes_[index(table)];
  Next result;
  result.readable = base_->walk(table, from, [&](std::string_view key, std::string_view value) {
    if ((beyond && key == from) || changed.contains(key)) return true;
    result.entry = Entry{std::string(key), value};
    return false;
  });
  auto own = beyond ? changed.upper_bound(from) : changed.lower_bound(from);
  while (own != changed.end() && !own->second) ++own;
  if (own != changed.end() && (!result.entry || own->first < result.entry->key)) {
    result.entry = Entry{own->first, *own->second};
  }
  return result;
}

bool Overlay::walk(Table table, std::string_view from, const Visit& visit) const {
  std::string last(from);
  for (bool beyond = false;; beyond = true) {
    auto found = next(table, last, beyond);
    if (!found.readable) return false;
    if (!found.entry || !visit(found.entry->key, found.entry->value)) return true;
    last = std::move(found.entry->key);
  }
}

std::optional<std::string> Overlay::last_key(Table table) const {
  const auto& changed = changes_[index(table)];
  for (auto own = changed.rbegin(); own != changed.rend(); ++own) {
    auto below = base_->last_key(table);
    if (below && *below > own->first) return below;
    if (own->second) return own->first;
    // Erased: only a walk knows what stands below it.
    std::optional<std::string> last;
    CHECK_INVARIANT(walk(table, "", [&](std::string_view key, std::string_view) {
      last = key;
      return true;
    }));
    return last;
  }
  return base_->last_key(table);
}

uint64_t Overlay::count(Table table) const {
  uint64_t count = base_->count(table);
  for (const auto& [key, value] : changes_[index(table)]) {
    const bool was = base_->get(table, key).has_value();
    if (value && !was) ++count;
    if (!value && was) --count;
  }
  return count;
}

void Overlay::put(Table table, std::string_view key, std::string_view head, std::string_view body) {
  CHECK_INVARIANT(!key.empty() && key.size() <= kKeyMax);
  auto& changed = changes_[index(table)];
  auto found = changed.find(key);
  if (found == changed.end()) found = changed.emplace(key, std::nullopt).first;
  auto& value = found->second.emplace();
  value.reserve(head.size() + body.size());
  value.append(head).append(body);
}

void Overlay::append(Table table, std::string_view key, std::string_view head,
                     std::string_view body) {
  put(table, key, head, body);
}

void Overlay::erase(Table table, std::string_view key) {
  changes_[index(table)].insert_or_assign(std::string(key), std::nullopt);
}

CommitResult Overlay::commit() {
  base_.reset();
  return apply_(changes_);
}

}  // namespace bilten::engine
