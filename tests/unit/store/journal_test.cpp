// The bytes of a journal record.
#include "common/store/journal.h"

#include "common/base/text.h"
#include "tests/unit/store/stores.h"

namespace bilten {
namespace {

JournalFact example() {
  auto fact = test::fact("ticket.held", "\x81\xa1n\x05");
  fact.at = 1'700'000'000'123;
  fact.traceparent = "0123456789abcdefghijklmno";
  return fact;
}

}  // namespace

// What a release has written, every later one must read: change these bytes and old journals are
// lost.
TEST_CASE("a record's bytes are the ones of format 1", "[store]") {
  auto fact = example();
  const auto value = encode_record(fact, Hash32{});
  CHECK(hex(value.substr(32)) ==
        "0101"
        "0000018bcfe5687b"
        "0b7469636b65742e68656c64"
        "19303132333435363738396162636465666768696a6b6c6d6e6f"
        "81a16e05");
  CHECK(hex(value.substr(0, 32)) ==
        "e42341fdcf4202077a44b8fb3f88decbcb400ff58fc583bf2f1355a8e04b4fa7");
}

TEST_CASE("a record comes back as it was written, and only after its predecessor", "[store]") {
  Hash32 before{}, other{};
  before.fill('b');
  auto fact = example();
  const auto value = encode_record(fact, before);
  const auto back = decode_record(value, before);
  REQUIRE(back);
  CHECK(back->at == fact.at);
  CHECK(back->name == fact.name);
  CHECK(back->body == fact.body);
  CHECK(back->traceparent == fact.traceparent);
  CHECK(back->is_public);
  CHECK(back->hash == fact.hash);
  CHECK(!decode_record(value, other));
}

TEST_CASE("no changed bit, cut or addition leaves a record valid", "[store]") {
  auto fact = example();
  const auto value = encode_record(fact, Hash32{});
  for (size_t bit = 0; bit < value.size() * 8; ++bit) {
    auto changed = value;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    CHECK(!decode_record(changed, Hash32{}));
  }
  for (size_t size = 0; size < value.size(); ++size) {
    CHECK(!decode_record(std::string_view(value).substr(0, size), Hash32{}));
  }
  CHECK(!decode_record(value + '\0', Hash32{}));
}

TEST_CASE("a record with a part beyond its limit does not parse", "[store]") {
  const std::string hash(32, 'h'), head = std::string("\1\1", 2) + std::string(8, '\0');
  const auto name = [](size_t size) {
    return std::string(1, static_cast<char>(size)) + std::string(size, 'n');
  };
  const std::string no_trace(1, '\0');
  CHECK(parse_record(hash + head + name(1) + no_trace));
  CHECK(parse_record(hash + head + name(kFactNameMax) + no_trace + std::string(kFactBodyMax, 'b')));
  CHECK(!parse_record(hash + head + name(0) + no_trace));
  CHECK(!parse_record(hash + head + name(kFactNameMax + 1) + no_trace));
  CHECK(!parse_record(hash + head + name(1) + no_trace + std::string(kFactBodyMax + 1, 'b')));
  CHECK(!parse_record(hash + head + name(1) + "\x18" + std::string(24, 't')));
  CHECK(!parse_record(hash + "\2" + head.substr(1) + name(1) + no_trace));            // Version.
  CHECK(!parse_record(hash + "\1\2" + head.substr(2) + name(1) + no_trace));          // Flags.
  CHECK(!parse_record(hash + "\1\1" + std::string(8, '\xff') + name(1) + no_trace));  // Time.
}

}  // namespace bilten
