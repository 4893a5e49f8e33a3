#include "common/service/bounded_rows.h"

#include <utility>

namespace bilten {

BoundedRows::BoundedRows(const Rows& rows, Interrupted interrupted)
    : rows_(rows), interrupted_(std::move(interrupted)) {}

bool BoundedRows::get(std::string_view table, std::string_view key, std::string& into) const {
  return rows_.get(table, key, into);
}

void BoundedRows::walk(std::string_view table, std::string_view prefix, std::string_view after,
                       size_t max, const Visit& visit) const {
  if (stopped_) return;
  rows_.walk(table, prefix, after, max, [&](std::string_view key, std::string_view value) {
    return may_go_on(key.size() + value.size()) && visit(key, value);
  });
}

bool BoundedRows::may_go_on(size_t bytes) const {
  bytes_ += bytes;
  if (++seen_ > kRowsMax || bytes_ > kBytesMax) {
    stopped_ = Error{Code::internal, "query_too_large",
                     "The answer would need more rows than one query may read; ask for less."};
  } else if (seen_ % kAskEvery == 0) {
    stopped_ = interrupted_();
  }
  return !stopped_;
}

void BoundedRows::put(std::string_view, std::string_view, std::string_view) {
  CHECK_INVARIANT(false);
}

void BoundedRows::remove(std::string_view, std::string_view) {
  CHECK_INVARIANT(false);
}

}  // namespace bilten
