// CSV, and the lines of an import by themselves.
#include "common/base/csv.h"

#include <catch2/catch.hpp>

#include "daemons/ticket/import_lines.h"

using namespace bilten;
using namespace bilten::ticket;

namespace {

using Cells = std::vector<std::string>;

std::vector<CsvRecord> read_all(std::string_view text) {
  CsvReader reader(text);
  std::vector<CsvRecord> records;
  CsvRecord record;
  while (reader.next(record)) records.push_back(record);
  return records;
}

}  // namespace

TEST_CASE("a line that was written is read as the same cells", "[ticket]") {
  const Cells cells{"plain", "", "a, b; c", "\"quoted\"", "two\r\nlines", "نادية فتحي", " x "};
  const auto records = read_all(csv_line(cells));
  REQUIRE(records.size() == 1);
  CHECK(records[0].cells == cells);
}

TEST_CASE("a written cell that a spreadsheet would run begins with an apostrophe", "[ticket]") {
  for (const std::string front : {"=", "+", "-", "@", "\t", "\r"}) {
    const auto columns = csv_line({"one", "two"});  // Readers tell the separator by them.
    const auto records =
        read_all(columns + csv_line({front + "HYPERLINK(\"x\")", "a" + front + "b"}));
    REQUIRE(records.size() == 2);
    CHECK(records[1].cells == Cells{"'" + front + "HYPERLINK(\"x\")", "a" + front + "b"});
  }
}

TEST_CASE("cells are read as RFC 4180 has them, whatever ends the lines", "[ticket]") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto records = read_all("a,b" + end + "\"x, \"\"y\"\"\",z" + end);
    REQUIRE(records.size() == 2);
    CHECK(records[0].cells == Cells{"a", "b"});
    CHECK(records[1].cells == Cells{"x, \"y\"", "z"});
    CHECK(records[1].line == 2);
  }
}

TEST_CASE("a byte order mark, semicolons and empty lines are no part of the cells", "[ticket]") {
  const auto records = read_all(
      "\xef\xbb\xbf"
      "a;\"b,c\";d\r\n\r\n1;2,5;3\r\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0].cells == Cells{"a", "b,c", "d"});
  CHECK(records[1].cells == Cells{"1", "2,5", "3"});
  CHECK(records[1].line == 3);
}

TEST_CASE("a quoted cell goes on over lines, and the next record knows its line", "[ticket]") {
  const auto records = read_all("a,b\n\"one\ntwo\",2\n3,4");
  REQUIRE(records.size() == 3);
  CHECK(records[1].cells == Cells{"one\ntwo", "2"});
  CHECK(records[2].line == 4);
}

TEST_CASE("a faulty record takes no line after it with it", "[ticket]") {
  for (const std::string bad : {"\"open,1", "a\"b,1", "\"a\"b,1", "\xff,1"}) {
    const auto records = read_all("h,i\n" + bad + "\n3,4\n");
    INFO(bad);
    REQUIRE(records.size() == 3);
    CHECK(records[1].fault);
    CHECK(records[1].line == 2);
    CHECK(records[2].cells == Cells{"3", "4"});
    CHECK(records[2].line == 3);
  }
}

TEST_CASE("amounts are read in minor units, and parts of these are refused", "[ticket]") {
  CHECK(read_amount("23.00", 2) == 2300);
  CHECK(read_amount("23,5", 2) == 2350);
  CHECK(read_amount("23", 3) == 23000);
  CHECK(read_amount("1200.00", 0) == 1200);
  CHECK_FALSE(read_amount("0.005", 2));
  CHECK_FALSE(read_amount("-1", 2));
  CHECK_FALSE(read_amount("1.000,00", 2));
  CHECK_FALSE(read_amount("", 2));
  CHECK_FALSE(read_amount(".", 2));
  CHECK_FALSE(read_amount("99999999999999999999", 2));
  CHECK_FALSE(read_amount("999999999999999", 4));
}

TEST_CASE("each bad line is reported with its line, its column and a reason", "[ticket]") {
  const auto file = read_import(
      "Order code,Position ID,Status,Product,Price,Attendee email\n"
      "AAAAA,1,paid,Stalls,10.00,nadia@example.org\n"
      ",1,paid,Stalls,10.00,\n"
      "BBBBB,1,pending,Stalls,10.00,\n"
      "CCCCC,1,paid,Stalls,10.00,nobody\n"
      "DDDDD,1,paid\n"
      "EEEEE,1,paid,\"Stalls,10.00,\n",
      102);
  REQUIRE(file);
  CHECK(file->count == 6);
  REQUIRE(file->lines.size() == 1);
  CHECK(file->lines[0].line == 102);
  CHECK(file->lines[0].attendee_email == "nadia@example.org");
  REQUIRE(file->faults.size() == 5);
  const auto check = [&](size_t at, int64_t line, const char* column, const char* reason) {
    CHECK(file->faults[at].line == line);
    CHECK(file->faults[at].column == column);
    CHECK(file->faults[at].reason == reason);
  };
  check(0, 103, "Order code", "missing");
  check(1, 104, "Status", "not_paid");
  check(2, 105, "Attendee email", "bad_email");
  check(3, 106, "", "wrong_columns");
  check(4, 107, "", "bad_csv");
}

TEST_CASE("a file without the needed columns or with too many lines is refused", "[ticket]") {
  CHECK(read_import("Order code,Price\n", 2).error().reason == "unknown_columns");
  CHECK(read_import("", 2).error().reason == "unknown_columns");
  std::string many = "order CODE;product\n";
  for (int i = 0; i < 501; ++i) many += "A;B\n";
  CHECK(read_import(many, 2).error().reason == "too_many_lines");
}
