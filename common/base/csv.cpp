#include "common/base/csv.h"

#include <algorithm>

#include "common/base/money.h"
#include "common/base/text.h"

namespace bilten {
namespace {

bool is_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

char separator_of(std::string_view text) {
  const auto first_line = text.substr(0, text.find_first_of("\r\n"));
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char each : {',', ';', '\t'}) {
    const auto count = std::count(first_line.begin(), first_line.end(), each);
    if (count > most) {
      most = count;
      best = each;
    }
  }
  return best;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  separator_ = separator_of(text_);
}

bool CsvReader::next(CsvRecord& record) {
  while (!at_end() && at_line_end()) pass_line_end();
  if (at_end()) return false;
  record = {};
  record.line = line_;
  const auto begin = at_;
  if (read_cells(record)) return true;
  // What a stray quote swallowed is read again from the line after the one it stands in.
  at_ = begin;
  line_ = record.line;
  while (!at_end() && !at_line_end()) ++at_;
  if (!at_end()) pass_line_end();
  record.cells.clear();
  return true;
}

bool CsvReader::read_cells(CsvRecord& record) {
  for (;;) {
    if (record.cells.size() == kCellsMax) {
      record.fault = "has too many columns";
      return false;
    }
    record.fault = read_cell(record.cells.emplace_back());
    if (record.fault) return false;
    if (at_end()) return true;
    if (at_line_end()) {
      pass_line_end();
      return true;
    }
    ++at_;  // The separator.
  }
}

const char* CsvReader::read_cell(std::string& cell) {
  const char* fault = nullptr;
  if (!at_end() && text_[at_] == '"') {
    fault = read_quoted(cell);
  } else {
    const auto begin = at_;
    while (!at_end() && !at_line_end() && text_[at_] != separator_) {
      if (text_[at_] == '"') return "has a quote inside a cell that does not begin with one";
      ++at_;
    }
    cell = text_.substr(begin, at_ - begin);
  }
  return fault ? fault : text_fault(cell);
}

const char* CsvReader::read_quoted(std::string& cell) {
  for (++at_; !at_end(); ++at_) {
    const char c = text_[at_];
    if (cell.size() > kCellBytesMax) return "has a cell that is too long";
    if (c == '\n') ++line_;
    if (c != '"') {
      cell += c;
      continue;
    }
    const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
    if (doubled) {
      cell += '"';
      ++at_;
      continue;
    }
    ++at_;
    const bool ends = at_end() || at_line_end() || text_[at_] == separator_;
    return ends ? nullptr : "has text after the end of a quoted cell";
  }
  return "has a quoted cell without an end";
}

bool CsvReader::at_line_end() const {
  return text_[at_] == '\n' || text_[at_] == '\r';
}

// LF, CRLF and CR alone each end one line.
void CsvReader::pass_line_end() {
  const bool both = text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
  at_ += both ? 2 : 1;
  ++line_;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) {
    line += line.empty() ? "\"" : ",\"";
    if (is_formula(cell)) line += '\'';
    for (const char c : cell) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + "\r\n";
}

std::optional<int64_t> read_amount(std::string_view text, int decimals) {
  int64_t amount = 0;
  int after_point = -1;  // Digits seen after it.
  bool has_digits = false;
  for (const char c : text) {
    if ((c == '.' || c == ',') && after_point < 0) {
      after_point = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    has_digits = true;
    if (after_point == decimals) {  // Zeros alone may follow.
      if (c != '0') return std::nullopt;
      continue;
    }
    if (after_point >= 0) ++after_point;
    amount = amount * 10 + (c - '0');
    if (amount > kMoneyMax) return std::nullopt;
  }
  if (!has_digits) return std::nullopt;
  for (int i = after_point < 0 ? 0 : after_point; i < decimals; ++i) {
    amount *= 10;
    if (amount > kMoneyMax) return std::nullopt;
  }
  return amount;
}

}  // namespace bilten
