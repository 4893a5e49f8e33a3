// Any bytes as the CSV of an import: every record ends within the text, lines only rise, and what
// is taken keeps the limits that facts are written with.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/base/csv.h"
#include "common/base/money.h"
#include "daemons/ticket/import_lines.h"

namespace {

using namespace bilten;
using namespace bilten::ticket;

void fuzz_records(std::string_view text) {
  CsvReader reader(text);
  CsvRecord record;
  size_t line = 0, records = 0;
  while (reader.next(record)) {
    if (record.line <= line || ++records > text.size()) std::abort();
    if (record.fault ? !record.cells.empty() : record.cells.empty()) std::abort();
    line = record.line;
  }
}

void fuzz_import(std::string_view text) {
  const auto file = read_import(text, 2);
  if (!file) return;
  const auto lines = static_cast<int64_t>(file->lines.size() + file->faults.size());
  if (lines != file->count || lines > api::ticket::kImportLinesMax) std::abort();
  for (const auto& line : file->lines) {
    if (line.code.empty() || line.position.empty() || line.product.empty()) std::abort();
    if (!line.price) continue;
    for (int decimals = 0; decimals <= 4; ++decimals) {
      const auto amount = read_amount(*line.price, decimals);
      if (amount && (*amount < 0 || *amount > kMoneyMax)) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz_records(text);
  fuzz_import(text);
  return 0;
}
