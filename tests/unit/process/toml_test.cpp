// TOML to MessagePack and back.
#include "common/process/toml.h"

#include <catch2/catch.hpp>

namespace bilten::toml_file {
namespace {

std::string back_and_forth(std::string_view text) {
  const auto packed = parse_value(text);
  if (!packed) return "refused";
  return text_of(Document::parse(*packed)->root());
}

}  // namespace

TEST_CASE("values keep their kind and content", "[process]") {
  for (const char* text : {"true", "-9223372036854775808", "9223372036854775807", "0.5", "1.0",
                           "-2.5e+300", "\"\"", R"("Zoë \"x\" \\ \u000A \u007F")", R"(["a", "b"])",
                           "[]", "[[1, 2], [3]]", R"({"a" = 1, "b" = ["x"]})"}) {
    const auto once = back_and_forth(text);
    CHECK(once != "refused");
    CHECK(back_and_forth(once) == once);
  }
  CHECK(back_and_forth("1") == "1");
  CHECK(back_and_forth(R"('C:\x')") == R"("C:\\x")");
}

TEST_CASE("what is no single value is refused", "[process]") {
  for (const char* text : {"", "word", "1\nother = 2", "[1", "1 2", "1979-05-27", "[07:32:00]",
                           "9223372036854775808", "\"\\q\""}) {
    CHECK(back_and_forth(text) == "refused");
  }
}

TEST_CASE("sections and keys come in order with their lines", "[process]") {
  const auto sections = parse("# first\n[b]\nz = 1\na = 2\n\n[a.inner]\nx = 'y'\n[c]\n", "file");
  REQUIRE(sections);
  REQUIRE(sections->size() == 3);
  CHECK((*sections)[0].name == "b");
  CHECK((*sections)[0].where == "file:2");
  CHECK((*sections)[0].entries[0].key == "z");
  CHECK((*sections)[0].entries[1].where == "file:4");
  CHECK((*sections)[1].name == "a.inner");
  CHECK((*sections)[1].entries[0].where == "file:7");
  CHECK((*sections)[2].entries.empty());
}

TEST_CASE("a fault of the text names file and line", "[process]") {
  for (const char* text : {"[a]\nx = ", "[a]\nx = 1\nx = 2", "[a]\n[b]\n[a]\n", "\nx == 1"}) {
    const auto sections = parse(text, "some.toml");
    REQUIRE_FALSE(sections);
    CHECK(sections.error().code == Code::invalid);
    CHECK(sections.error().detail.starts_with("some.toml:"));
  }
}

TEST_CASE("text that is hostile is refused and nothing worse", "[process]") {
  CHECK_FALSE(parse(std::string("a = \"\0\"", 7), "f"));
  CHECK_FALSE(parse("a = \"\xFF\"", "f"));
  CHECK_FALSE(parse("a = " + std::string(100'000, '['), "f"));
  std::string dots;
  for (int i = 0; i < 100'000; ++i) dots += "a.";
  CHECK(parse("\n" + dots + "a = 1", "f").error().detail.starts_with("f:2: a line is at most"));
  CHECK_FALSE(parse("[" + dots + "a]", "f"));
  CHECK_FALSE(parse_value("{" + dots + "a = 1}"));
  CHECK_FALSE(parse("a = 1979-05-27T07:32:00Z", "f"));
}

TEST_CASE("a file that is not there or too large is refused by name", "[process]") {
  CHECK(read("/nonexistent/bilten.toml").error().detail.find("/nonexistent/bilten.toml") == 0);
  CHECK(read("/dev/zero").error().detail.find("1 MiB") != std::string::npos);
  CHECK_FALSE(read("/"));
}

}  // namespace bilten::toml_file
