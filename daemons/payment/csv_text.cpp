#include "daemons/payment/csv_text.h"

namespace bilten::payment {
namespace {

void add_cell(std::string& csv, const CsvCell& cell) {
  std::string text(cell.text);
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!cell.is_number && !text.empty() && kFormula.find(text[0]) != std::string_view::npos) {
    text.insert(0, 1, '\'');
  }
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    csv += text;
    return;
  }
  csv += '"';
  for (const char c : text) {
    if (c == '"') csv += '"';
    csv += c;
  }
  csv += '"';
}

}  // namespace

void add_csv_line(std::string& csv, std::initializer_list<CsvCell> cells) {
  bool is_first = true;
  for (const auto& cell : cells) {
    if (!is_first) csv += ',';
    is_first = false;
    add_cell(csv, cell);
  }
  csv += "\r\n";
}

}  // namespace bilten::payment
