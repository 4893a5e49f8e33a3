// What one query may read: so many rows and bytes, and no longer than somebody waits for it. Beyond
// that its scans end as if nothing more were there, and stopped() says why: its answer is then of
// no use.
#pragma once

#include <functional>
#include <optional>

#include "common/base/result.h"
#include "common/store/rows.h"

namespace bilten {

class BoundedRows final : public Rows {
 public:
  static constexpr size_t kRowsMax = 200'000;
  static constexpr size_t kBytesMax = size_t{64} << 20;
  static constexpr size_t kAskEvery = 64;  // Rows between two looks at `interrupted`.

  // `interrupted` answers why the query shall not go on, if so.
  using Interrupted = std::function<std::optional<Error>()>;
  BoundedRows(const Rows& rows, Interrupted interrupted);

  const std::optional<Error>& stopped() const { return stopped_; }

  bool get(std::string_view table, std::string_view key, std::string& into) const override;
  void walk(std::string_view table, std::string_view prefix, std::string_view after, size_t max,
            const Visit& visit) const override;
  // A query writes nothing.
  void put(std::string_view table, std::string_view key, std::string_view value) override;
  void remove(std::string_view table, std::string_view key) override;

 private:
  bool may_go_on(size_t bytes) const;

  const Rows& rows_;
  Interrupted interrupted_;
  mutable size_t seen_ = 0, bytes_ = 0;
  mutable std::optional<Error> stopped_;
};

}  // namespace bilten
