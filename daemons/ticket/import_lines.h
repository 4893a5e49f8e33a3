// From CSV to the tickets it speaks of: pure, and by itself checked of all that rows need not tell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/api/ticket_imports.h"
#include "common/base/result.h"

namespace bilten::ticket {

struct ImportLine {
  int64_t line = 0;  // Of the file.
  std::string code, position, product, variation;
  std::optional<std::string> price;  // As it stands there.
  std::string attendee_name, attendee_email, email;
  std::string starts;  // The date's start as it stands there; empty: it is not told.
};

struct ImportFile {
  std::vector<ImportLine> lines;  // The good ones.
  std::vector<api::ticket::ImportFault> faults;
  int64_t count = 0;  // Of all lines, but empty ones and the header.
};

// Columns are found by their names in any letters' case and order; others are passed over.
// `first_line` is the number of the line after the header. too_many_lines, unknown_columns (the
// header lacks the order's code or the product)
Result<ImportFile> read_import(std::string_view csv, int64_t first_line);

}  // namespace bilten::ticket
