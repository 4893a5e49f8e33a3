// Writes CSV (RFC 4180). A cell of text that a spreadsheet would run as a formula is made plain
// text.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace bilten::payment {

// One cell, which refers to its text: text from outside, or a number that is ours.
struct CsvCell {
  template <std::convertible_to<std::string_view> Text>
  CsvCell(const Text& text_) : text(text_) {}
  static CsvCell number(std::string_view digits) {
    CsvCell cell(digits);
    cell.is_number = true;
    return cell;
  }
  std::string_view text;
  bool is_number = false;
};

void add_csv_line(std::string& csv, std::initializer_list<CsvCell> cells);

}  // namespace bilten::payment
