#include "tests/support/level.h"

#include "common/service/builtin.h"
#include "common/wire/mesh_admin.h"

namespace bilten::test {

std::string feeds_behind(Probe& ops, const std::string& reader) {
  const auto feeds = ask<FeedList>(ops, reader + ".feeds.list").feeds;
  REQUIRE(!feeds.empty());
  std::string behind;
  for (const auto& feed : feeds) {
    const auto head = ask<mesh::JournalHead>(ops, feed.owner + ".journal.head");
    // Of an owner that has recorded nothing there is nothing to take, its epoch neither.
    const bool same_epoch = feed.epoch == head.epoch || head.seq == 0;
    if (feed.stopped.empty() && same_epoch && feed.seq == head.seq && feed.lag == 0) continue;
    behind += reader + " has of " + feed.owner + " " + std::to_string(feed.seq) + " of epoch " +
              std::to_string(feed.epoch) + ", which is at " + std::to_string(head.seq) + " of " +
              std::to_string(head.epoch) + ", lag " + std::to_string(feed.lag) + " " +
              feed.stopped + "\n";
  }
  return behind;
}

}  // namespace bilten::test
