// One field of an ext area, found without unpacking it.
#include "common/wire/ext_scan.h"

#include <catch2/catch.hpp>
#include <string>

#include "common/base/random.h"
#include "common/wire/codec.h"
#include "common/wire/frame.h"

using namespace bilten;

TEST_CASE("a field of an ext area is found wherever it stands", "[wire]") {
  Ext ext;
  ext.traceparent = std::string(25, 't');
  ext.idempotency_key = std::string(16, 'k');
  ext.claims = std::string(300, 'c');
  ext.previous = 1ULL << 60;
  const auto packed = ext.pack();
  CHECK(find_ext(packed, ext_key::kIdempotencyKey) == std::string(16, 'k'));
  CHECK(find_ext(packed, 5) == std::string(300, 'c'));
  CHECK(find_ext(packed, ext_key::kVersionPin).empty());
  CHECK(find_ext(packed, 19).empty());  // A number is no text.
  const auto pinned = Packer()
                          .map(4)
                          .integer(40)
                          .map(2)
                          .text("a")
                          .array(2)
                          .integer(1)
                          .number(0.5)
                          .text("b")
                          .nil()
                          .integer(200)
                          .boolean(true)
                          .integer(12)
                          .text("1.2.*")
                          .integer(13)
                          .integer(-5)
                          .take();
  CHECK(find_ext(pinned, ext_key::kVersionPin) == "1.2.*");
}

TEST_CASE("what is no ext area has no field, and nothing is read beyond it", "[wire]") {
  CHECK(find_ext("", 12).empty());
  CHECK(find_ext("\x0c", 12).empty());
  CHECK(find_ext("\x81\x0c", 12).empty());
  CHECK(find_ext("\x81\x0c\xa5"
                 "1.2",
                 12)
            .empty());
  CHECK(find_ext(std::string("\xdf\xff\xff\xff\xff\x0c\xa1x", 8), 12) == "x");
  CHECK(find_ext(std::string("\x81\x01\xdd\xff\xff\xff\xff", 7), 12).empty());
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string noise(1 + random.below(40), '\0');
    random.fill(noise.data(), noise.size());
    if (random.below(2) == 0) noise[0] = static_cast<char>(0x80 + random.below(16));
    CHECK(find_ext(noise, 12).size() <= noise.size());
  }
}
