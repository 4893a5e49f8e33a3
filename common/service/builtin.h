// What every stateful daemon answers beside its own table: its contract, its metrics, its spans,
// its journal (common/wire/mesh_admin.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/service/table.h"
#include "common/store/store.h"
#include "common/wire/mesh_admin.h"

namespace bilten {

mesh::JournalHead public_head(const Head& head);

// A page of public facts. Refusals (Code::conflict): epoch_changed, history_differs.
Result<mesh::JournalPage> read_journal(const Snapshot& snapshot, const mesh::JournalRead& request);

// `<service>.feeds.list` {} -> FeedList, `.feeds.accept` FeedName -> Nothing (takes the owner's new
// epoch for true), `.feeds.skip` FeedName -> Nothing (passes over a poisonous fact): for operators.
struct FeedName {
  std::string owner;
  static constexpr auto fields() {
    return field_list(field("owner", &FeedName::owner, length(1, 32, Format::word)));
  }
};
struct FeedInfo {
  std::string owner;
  std::string stopped;  // Empty: it runs. Else epoch_changed, history_differs or poison.
  int64_t epoch = 0, seq = 0, lag = 0;
  static constexpr auto fields() {
    return field_list(field("owner", &FeedInfo::owner, length(1, 32)),
                      field("stopped", &FeedInfo::stopped, length(0, 32)),
                      field("epoch", &FeedInfo::epoch, between(0, INT64_MAX)),
                      field("seq", &FeedInfo::seq, between(0, INT64_MAX)),
                      field("lag", &FeedInfo::lag, between(0, INT64_MAX)));
  }
};
struct FeedList {
  std::vector<FeedInfo> feeds;
  static constexpr auto fields() {
    return field_list(field("feeds", &FeedList::feeds, items(0, 100)));
  }
};

class Builtin {
 public:
  Builtin(const Table& table, Store& store);

  // True for `<service>.$contract`, `.$metrics`, `.$trace`, `.journal.head` and `.journal.read`.
  bool serves(std::string_view name) const { return what(name).has_value(); }
  // Any thread; reads one snapshot.
  Result<std::string> answer(std::string_view name, std::string_view body) const;

 private:
  enum class What : uint8_t { contract, metrics, trace, journal_head, journal_read };
  std::optional<What> what(std::string_view name) const;

  const std::string prefix_;  // "ticket."
  const std::string contract_;
  Store& store_;
};

}  // namespace bilten
