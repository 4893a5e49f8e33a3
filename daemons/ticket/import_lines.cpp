#include "daemons/ticket/import_lines.h"

#include <array>
#include <map>

#include "common/base/csv.h"
#include "common/base/money.h"
#include "common/base/text.h"

namespace bilten::ticket {

using api::ticket::ImportFault;
using api::ticket::kImportedCodeMax;
using api::ticket::kImportLinesMax;

namespace {

enum Column : size_t {
  kCode,
  kPosition,
  kStatus,
  kProduct,
  kVariation,
  kPrice,
  kName,
  kAttendeeEmail,
  kEmail,
  kStart,
  kColumns
};
// As pretix exports orders' positions.
constexpr std::array<std::string_view, kColumns> kNames = {
    "Order code", "Position ID",   "Status",         "Product", "Variation",
    "Price",      "Attendee name", "Attendee email", "Email",   "Start date"};
constexpr std::array<size_t, kColumns> kLongest = {
    kImportedCodeMax, kImportedCodeMax, 40, 100, 100, 20, 200, 254, 254, 40};

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// Where each column stands in a record; nothing: the file has it not.
using ColumnPlaces = std::array<std::optional<size_t>, kColumns>;

ColumnPlaces places_of(const std::vector<std::string>& header) {
  ColumnPlaces places;
  for (size_t at = 0; at < header.size(); ++at) {
    const auto name = lower_ascii(trimmed(header[at]));
    for (size_t column = 0; column < kColumns; ++column) {
      if (!places[column] && name == lower_ascii(kNames[column])) places[column] = at;
    }
  }
  return places;
}

// Reads the lines below one header.
class LineReader {
 public:
  LineReader(ColumnPlaces places, size_t width) : places_(places), width_(width) {}

  // Adds the line, or what is wrong with it.
  void take(const CsvRecord& record, int64_t line, ImportFile& file) {
    ImportFault fault{line, {}, {}, {}};
    if (record.fault) {
      fault.reason = "bad_csv";
      fault.detail = record.fault;
    } else if (record.cells.size() != width_) {
      fault.reason = "wrong_columns";
      fault.detail = "has " + std::to_string(record.cells.size()) + " columns, the header " +
                     std::to_string(width_);
    } else if (auto read = read_line(record, line, fault)) {
      file.lines.push_back(std::move(*read));
      return;
    }
    file.faults.push_back(std::move(fault));
  }

 private:
  std::string_view cell(const CsvRecord& record, Column column) const {
    return places_[column] ? trimmed(record.cells[*places_[column]]) : std::string_view();
  }

  static void blame(ImportFault& fault, Column column, std::string reason, std::string detail) {
    fault.column = kNames[column];
    fault.reason = std::move(reason);
    fault.detail = std::move(detail);
  }

  bool check_cells(const CsvRecord& record, ImportFault& fault) const {
    for (size_t at = 0; at < kColumns; ++at) {
      const auto column = static_cast<Column>(at);
      const auto text = cell(record, column);
      const bool is_needed =
          column == kCode || column == kProduct || (column == kPosition && places_[kPosition]);
      if (is_needed && text.empty()) {
        blame(fault, column, "missing", "must not be empty");
        return false;
      }
      if (text.find_first_of("\r\n\t") != std::string_view::npos) {
        blame(fault, column, "several_lines", "must be one line");
        return false;
      }
      if (code_points(text).value_or(SIZE_MAX) > kLongest[at]) {
        blame(fault, column, "too_long",
              "may have " + std::to_string(kLongest[at]) + " characters");
        return false;
      }
    }
    for (const auto column : {kAttendeeEmail, kEmail}) {
      const auto text = cell(record, column);
      if (text.empty() || is_email(text)) continue;
      blame(fault, column, "bad_email", "is not an e-mail address");
      return false;
    }
    const auto status = lower_ascii(cell(record, kStatus));
    if (status.empty() || status == "paid" || status == "p") return true;
    blame(fault, kStatus, "not_paid", "only paid tickets are imported");
    return false;
  }

  std::optional<ImportLine> read_line(const CsvRecord& record, int64_t line, ImportFault& fault) {
    if (!check_cells(record, fault)) return std::nullopt;
    ImportLine read;
    read.line = line;
    read.code = cell(record, kCode);
    read.position = cell(record, kPosition);
    // Without a column of them, lines of an order count by their turn.
    if (!places_[kPosition]) read.position = std::to_string(++positions_[read.code]);
    read.product = cell(record, kProduct);
    read.variation = cell(record, kVariation);
    if (const auto price = cell(record, kPrice); !price.empty()) read.price = price;
    read.attendee_name = cell(record, kName);
    read.attendee_email = cell(record, kAttendeeEmail);
    read.email = cell(record, kEmail);
    read.starts = cell(record, kStart);
    return read;
  }

  ColumnPlaces places_;
  size_t width_;
  std::map<std::string, int64_t> positions_;  // By order code, the last so far.
};

Error unknown_columns() {
  return {Code::unprocessable, "unknown_columns",
          "The first line must name the columns; Order code and Product are needed."};
}

}  // namespace

Result<ImportFile> read_import(std::string_view csv, int64_t first_line) {
  CsvReader reader(csv);
  CsvRecord record;
  if (!reader.next(record) || record.fault) return unknown_columns();
  const auto places = places_of(record.cells);
  if (!places[kCode] || !places[kProduct]) return unknown_columns();
  LineReader lines(places, record.cells.size());
  ImportFile file;
  while (reader.next(record)) {
    if (++file.count > kImportLinesMax) {
      return Error{Code::unprocessable, "too_many_lines",
                   "One request may have " + std::to_string(kImportLinesMax) +
                       " lines; send the file in parts, each with the header."};
    }
    lines.take(record, first_line + static_cast<int64_t>(record.line) - 2, file);
  }
  return file;
}

}  // namespace bilten::ticket
