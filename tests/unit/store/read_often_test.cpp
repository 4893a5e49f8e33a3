// Rows whose decoding is kept: they are read as they stand, whatever was read before.
#include "common/store/read_often.h"

#include "tests/unit/store/stores.h"

using namespace bilten;

namespace {

struct SignRow {
  static constexpr std::string_view table = "sign";
  static constexpr bool kReadOften = true;
  std::string text;
  int64_t turns = 0;
  static constexpr auto fields() {
    return field_list(field("text", &SignRow::text, length(0, 100)),
                      field("turns", &SignRow::turns, between(0, INT64_MAX)));
  }
};

}  // namespace

TEST_CASE("a row that is read often is read as it was saved last", "[store]") {
  const auto rows = memory_rows();
  for (int64_t turn = 0; turn < 50; ++turn) {
    rows->save("a", SignRow{"a", turn});
    rows->save("b", SignRow{"b", 50 - turn});
    for (int again = 0; again < 2; ++again) {
      CHECK(rows->find<SignRow>("a")->turns == turn);
      CHECK(rows->find<SignRow>("b")->turns == 50 - turn);
    }
  }
  rows->erase<SignRow>("a");
  CHECK_FALSE(rows->find<SignRow>("a"));
}

TEST_CASE("more rows than are kept are each read as they are", "[store]") {
  const auto rows = memory_rows();
  for (int i = 0; i < 200; ++i) rows->save(std::to_string(i), SignRow{std::to_string(i), i});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 200; ++i) {
      const auto row = rows->find<SignRow>(std::to_string(i));
      CHECK((row->text == std::to_string(i) && row->turns == i));
    }
  }
}

TEST_CASE("equal bytes are decoded once", "[store]") {
  DecodedRows<SignRow> decoded;
  const auto bytes = encode(SignRow{"open", 1});
  const auto* first = &decoded.decode_once(bytes);
  const auto* kept = first->text.data();
  CHECK(decoded.decode_once(std::string(bytes)).text.data() == kept);
}
