#include "common/base/text.h"

#include <catch2/catch.hpp>

#include "common/base/random.h"

using namespace bilten;

TEST_CASE("text that is not UTF-8 is refused, and what is, is measured in code points", "[base]") {
  CHECK(code_points("") == 0);
  CHECK(code_points("Zoë") == 3);
  CHECK(code_points("حفلة") == 4);
  CHECK(code_points("🎟️") == 2);
  for (const char* bad : {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80",
                          "\xe2\x82", "\xff", "a\xc3"}) {
    CHECK_FALSE(code_points(bad));
    CHECK(text_fault(bad) != nullptr);
  }
  CHECK(text_fault(std::string_view("a\0b", 3)) != nullptr);
  CHECK(text_fault("\x1b[2J") != nullptr);
  CHECK(text_fault("\xc2\x85") != nullptr);
  CHECK(text_fault("two\nlines\tand a tab") == nullptr);
}

TEST_CASE("mail addresses are told from what only looks like one", "[base]") {
  for (const char* good : {"a@b", "zoe+tickets@example.org", "o'neil@sub.example.co.uk"}) {
    CHECK(is_email(good));
  }
  for (const char* bad :
       {"", "@b", "a@", "a b@c", "a@b..c", "a@-b.c", "a@b\r\nRCPT", "a@b@c", "<a@b>", "a@b.c-"}) {
    INFO(bad);
    CHECK_FALSE(is_email(bad));
  }
  CHECK_FALSE(is_email(std::string(65, 'a') + "@b"));
}

TEST_CASE("base64url and base45 carry any bytes there and back, and have one text a value",
          "[base]") {
  SeededRandom random(7);
  for (size_t length = 0; length < 70; ++length) {
    std::string bytes(length, '\0');
    random.fill(bytes.data(), length);
    CHECK(from_base64url(base64url(bytes)) == bytes);
    CHECK(from_base45(base45(bytes)) == bytes);
    CHECK(from_hex(hex(bytes)) == bytes);
  }
  CHECK_FALSE(from_base64url("AB"));  // Bits that encode nothing.
  CHECK_FALSE(from_base64url("A"));
  CHECK_FALSE(from_base64url("AA=="));
  // RFC 9285, section 4.3 and 4.4.
  CHECK(base45("AB") == "BB8");
  CHECK(base45("Hello!!") == "%69 VD92EX0");
  CHECK(from_base45("QED8WEX0") == "ietf!");
  CHECK_FALSE(from_base45("GGW"));  // 65536.
  CHECK_FALSE(from_base45(":::"));
  CHECK_FALSE(from_base45("AAAA"));
}
