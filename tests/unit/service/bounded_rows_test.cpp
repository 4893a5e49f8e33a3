// What a query may read, and how it is cut off.
#include "common/service/bounded_rows.h"

#include <catch2/catch.hpp>

#include "common/store/store.h"

namespace bilten {
namespace {

std::unique_ptr<Rows> rows_of(size_t count, size_t bytes = 1) {
  auto rows = memory_rows();
  for (size_t i = 0; i < count; ++i) {
    rows->put("things", RowKey().number(i), std::string(bytes, 'x'));
  }
  return rows;
}

size_t count(const Rows& rows) {
  size_t seen = 0;
  rows.walk("things", "", "", SIZE_MAX, [&](auto, auto) { return ++seen > 0; });
  return seen;
}

}  // namespace

TEST_CASE("a query that nobody interrupts sees every row", "[service]") {
  const auto rows = rows_of(1000);
  const BoundedRows bounded(*rows, [] { return std::nullopt; });
  CHECK(count(bounded) == 1000);
  CHECK_FALSE(bounded.stopped());
  std::string value;
  CHECK(bounded.get("things", RowKey().number(5), value));
  size_t seen = 0;
  bounded.walk("things", "", "", 10, [&](auto, auto) { return ++seen < 3; });
  CHECK(seen == 3);
}

TEST_CASE("a query that is interrupted pages no further, and its scans stay at an end",
          "[service]") {
  const auto rows = rows_of(1000);
  int asked = 0;
  const BoundedRows bounded(*rows, [&]() -> std::optional<Error> {
    if (++asked < 3) return std::nullopt;
    return Error{Code::cancelled, "cancelled", ""};
  });
  CHECK(count(bounded) < 3 * BoundedRows::kAskEvery);
  REQUIRE(bounded.stopped());
  CHECK(bounded.stopped()->code == Code::cancelled);
  CHECK(count(bounded) == 0);
  CHECK(asked == 3);
}

TEST_CASE("a query may read so many bytes and no more", "[service]") {
  constexpr size_t kRow = 60'000;
  const auto rows = rows_of(BoundedRows::kBytesMax / kRow + 10, kRow);
  const BoundedRows bounded(*rows, [] { return std::nullopt; });
  CHECK(count(bounded) <= BoundedRows::kBytesMax / kRow);
  REQUIRE(bounded.stopped());
  CHECK(bounded.stopped()->reason == "query_too_large");
}

}  // namespace bilten
