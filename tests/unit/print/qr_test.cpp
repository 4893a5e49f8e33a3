#include "common/print/qr.h"

#include <catch2/catch.hpp>

#include "tests/support/qr_reader.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kAlphanumeric =
    "W4V6A0 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./: "
    "W4V6A0 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./: W4V6A0 0123456789 ABCDEFGHIJKLMN";

bool is_finder(const Modules& dark, size_t left, size_t top) {
  for (size_t y = 0; y < 7; ++y) {
    for (size_t x = 0; x < 7; ++x) {
      const bool ring = x == 1 || x == 5 || y == 1 || y == 5;
      const bool edge = x == 0 || x == 6 || y == 0 || y == 6;
      if (dark[top + y][left + x] != (edge || !ring)) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a QR image has finders and a quiet zone", "[print]") {
  const auto dark = modules_of(qr_svg(kAlphanumeric));
  const size_t side = dark.size();
  REQUIRE(side > 21);
  CHECK(is_finder(dark, 4, 4));
  CHECK(is_finder(dark, side - 11, 4));
  CHECK(is_finder(dark, 4, side - 11));
  for (size_t i = 0; i < side; ++i) {
    for (size_t edge = 0; edge < 4; ++edge) {
      CHECK_FALSE(dark[edge][i]);
      CHECK_FALSE(dark[side - 1 - edge][i]);
      CHECK_FALSE(dark[i][edge]);
      CHECK_FALSE(dark[i][side - 1 - edge]);
    }
  }
}

TEST_CASE("a reader of QR codes reads the text, in whichever mode it is written", "[print]") {
  for (const std::string& text :
       {kAlphanumeric, std::string("bilten-device:1:aB3_-x?address=https://tickets.example.org"),
        std::string(300, 'z')}) {
    CHECK(read_qr(qr_svg(text)) == text);
  }
}

TEST_CASE("text of base45 makes a smaller image than the same in small letters", "[print]") {
  std::string small = kAlphanumeric;
  for (auto& c : small) c = static_cast<char>(std::tolower(c));
  CHECK(qr_modules(kAlphanumeric).side < qr_modules(small).side);
}
