// CSV as RFC 4180 has it. Read with what programs make of it: a byte order mark, lines that end in
// LF alone, semicolons or tabs instead of commas; written so that a spreadsheet runs none of it.
// Pure; the text is not copied before it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bilten {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct CsvRecord {
  size_t line = 0;  // Where it begins, from 1; a quoted cell may go on over several.
  std::vector<std::string> cells;
  const char* fault = nullptr;  // What is wrong with it; its cells say nothing then.
};

class CsvReader {
 public:
  // More cells of one record are a fault, and so is a longer cell: a quote that is never closed
  // costs no more than that.
  static constexpr size_t kCellsMax = 200;
  static constexpr size_t kCellBytesMax = 4096;

  explicit CsvReader(std::string_view text);

  // False: the text is at its end. Empty lines are passed over. After a fault it goes on with the
  // next line.
  bool next(CsvRecord& record);
  // The one of comma, semicolon and tab that the first line has most of.
  char separator() const { return separator_; }

 private:
  bool read_cells(CsvRecord& record);
  const char* read_cell(std::string& cell);
  const char* read_quoted(std::string& cell);
  bool at_end() const { return at_ == text_.size(); }
  bool at_line_end() const;
  void pass_line_end();

  std::string_view text_;
  size_t at_ = 0, line_ = 1;
  char separator_ = ',';
};

// One line, all cells quoted. A cell that a spreadsheet would take for a formula (=, +, -, @, tab
// or return in front) gets an apostrophe before it.
std::string csv_line(const std::vector<std::string>& cells);

// "23.00", "23,00" or "23" in minor units of a currency with so many decimals; nothing: no amount,
// or a part of a minor unit, or beyond kMoneyMax.
std::optional<int64_t> read_amount(std::string_view text, int decimals);

}  // namespace bilten
