// docs/write-a-daemon.md quotes code that is compiled here; this keeps the two the same.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/unit/service/raffle_service.h"

namespace bilten {

namespace raffle {
int run_raffle(int argc, char** argv);
}

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  INFO("tests run in the top folder of the sources; missing: " << path);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("every block of the guide stands in the file that it names", "[service]") {
  const std::string guide = text_of("docs/write-a-daemon.md");
  const std::string mark = "<!-- from ", open = "```cpp\n", close = "```";
  size_t blocks = 0;
  for (size_t at = guide.find(mark); at != std::string::npos; at = guide.find(mark, at)) {
    at += mark.size();
    const std::string path = guide.substr(at, guide.find(' ', at) - at);
    const size_t from = guide.find(open, at) + open.size();
    const std::string block = guide.substr(from, guide.find(close, from) - from);
    CAPTURE(path, block);
    CHECK(text_of(path).find(block) != std::string::npos);
    ++blocks;
  }
  CHECK(blocks >= 6);
}

TEST_CASE("the guide's daemon checks its configuration", "[service]") {
  std::string name = "bilten-raffle", check = "--check-config", bad = "--set",
              value = "store.credit=0";
  char* good_words[] = {name.data(), check.data()};
  CHECK(raffle::run_raffle(2, good_words) == 0);
  char* bad_words[] = {name.data(), bad.data(), value.data(), check.data()};
  CHECK(raffle::run_raffle(4, bad_words) == 78);
}

}  // namespace bilten
