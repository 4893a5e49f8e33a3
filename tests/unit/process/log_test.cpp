// Log lines: one line whatever is in it, bounded, and not more often than anyone can read.
#include <catch2/catch.hpp>
#include <thread>

#include "common/base/text.h"
#include "common/process/log_line.h"
#include "tests/unit/process/child.h"

namespace bilten {
namespace {

std::string line(LogStyle style, LogFields fields) {
  return log_line(style, 1'700'000'000'123, "bilten-test", LogLevel::warning, "it_happened",
                  fields);
}

size_t count(const std::string& text, char c) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), c));
}

}  // namespace

TEST_CASE("a JSON line holds time, level, program, what and fields", "[process]") {
  CHECK(line(LogStyle::json, {{"count", 3}, {"name", "a \"b\""}}) ==
        R"({"at":"2023-11-14T22:13:20.123Z","level":"warning","program":"bilten-test",)"
        R"("what":"it_happened","count":3,"name":"a \"b\""})"
        "\n");
}

TEST_CASE("a line for systemd's journal has its priority in front", "[process]") {
  CHECK(line(LogStyle::journal, {}).starts_with("<4>{\"at\""));
}

TEST_CASE("a text line quotes only what needs it", "[process]") {
  CHECK(line(LogStyle::text, {{"id", "ab-1"}, {"words", "a b"}, {"none", ""}}) ==
        "2023-11-14T22:13:20.123Z warning it_happened id=ab-1 words=\"a b\" none=\"\"\n");
}

TEST_CASE("no field can begin a line, colour a terminal or break out of its quotes", "[process]") {
  for (auto style : {LogStyle::json, LogStyle::journal, LogStyle::text}) {
    const auto text = line(style, {{"x", std::string("\n\r\0\x1b[31m\x7f\xc2\x9b\\\"", 14)}});
    CHECK(count(text, '\n') == 1);
    for (char c : {'\r', '\0', '\x1b', '\x7f', '\x9b'}) CHECK(count(text, c) == 0);
  }
}

TEST_CASE("bytes that are no text are shown as hexadecimal", "[process]") {
  const auto text = line(LogStyle::json, {{"x", std::string("\xff\xfe")}});
  CHECK(text.find("\"hex:fffe\"") != std::string::npos);
  CHECK(code_points(text));
}

TEST_CASE("no line is longer than a pipe takes at once", "[process]") {
  for (const std::string& piece : {std::string("x"), std::string("\1"), std::string("ë"),
                                   std::string("\xff"), std::string("\"")}) {
    std::string value;
    while (value.size() < 10'000) value += piece;
    for (auto style : {LogStyle::json, LogStyle::journal, LogStyle::text}) {
      const auto text = log_line(style, 0, value, LogLevel::error, value,
                                 {{value, value}, {"b", value}, {"c", value}, {"d", value}});
      CHECK(text.size() <= kLogLineMax);
      CHECK(text.back() == '\n');
      CHECK(code_points(text));
    }
  }
}

TEST_CASE("one kind of line is written a hundred times a second and then counted", "[process]") {
  LogBudget budget;
  size_t written = 0;
  for (int i = 0; i < 250; ++i) written += budget.take("storm", 1'000'000 + i).write ? 1 : 0;
  CHECK(written == 100);
  CHECK(budget.take("other", 1'000'300).write);
  const auto next = budget.take("storm", 2'000'001);
  CHECK(next.write);
  CHECK(next.left_out == 150);
  CHECK(budget.take("storm", 2'000'002).left_out == 0);
}

TEST_CASE("lines of many threads stay whole", "[process]") {
  test::Child child([] {
    set_log("bilten-test", LogLevel::info, LogFormat::json);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        const auto what = "from_thread_" + std::to_string(t);
        for (int i = 0; i < 50; ++i) log_info(what, {{"padding", std::string(900, 'p')}});
        log_debug(what);
      });
    }
    for (auto& thread : threads) thread.join();
    return 0;
  });
  CHECK(child.finish() == 0);
  CHECK(count(child.err(), '\n') == 200);
  CHECK(count(child.err(), '{') == 200);
  size_t whole = 0;
  for (size_t at = 0; at < child.err().size(); ++whole) {
    const auto end = child.err().find('\n', at);
    if (child.err()[at] != '{' || child.err()[end - 1] != '}') break;
    at = end + 1;
  }
  CHECK(whole == 200);
}

}  // namespace bilten
