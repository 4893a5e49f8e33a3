#include "daemons/payment/pdf.h"

#include <algorithm>

#include "common/print/sheets.h"

namespace bilten::payment {
namespace {

constexpr double kMargin = 56, kGap = 20;
constexpr double kLine = kSheetWidth - 2 * kMargin, kHalf = (kLine - kGap) / 2;

constexpr TextStyle kTitle{22, 2}, kText{11, 4}, kLabel{9, 1, 0.35}, kAmount{11, 1},
    kRight{11, 1, 0, true}, kTotal{13, 1}, kTotalRight{13, 1, 0, true};

double draw_party(Sheets& sheet, const char* label, const std::vector<std::string>& lines, double x,
                  double y) {
  if (lines.empty()) return y;
  y = sheet.write(label, {x, y, kHalf}, kLabel);
  for (const auto& line : lines) y = sheet.write(line, {x, y, kHalf}, kText);
  return y;
}

double draw_rule(Sheets& sheet, double y) {
  sheet.fill({{kMargin, y + 2, kLine, 0.75}});
  return y + 8;
}

}  // namespace

Result<std::string> document_pdf(const PrintedDocument& document) {
  Sheets sheet({.title = document.title, .at = document.at});
  double y = sheet.write(document.title, {kMargin, kMargin, kLine}, kTitle) + kGap;
  const auto left = draw_party(sheet, "FROM", document.seller, kMargin, y);
  const auto right = draw_party(sheet, "TO", document.buyer, kMargin + kHalf + kGap, y);
  y = std::max(left, right) + kGap;
  for (const auto& [what, value] : document.head) {
    sheet.write(what, {kMargin, y, kHalf / 2}, kLabel);
    y = sheet.write(value, {kMargin + kHalf / 2, y, kLine - kHalf / 2}, kAmount) + 3;
  }
  y += kGap;
  for (size_t i = 0; i < document.amounts.size(); ++i) {
    const bool is_total = i + 1 == document.amounts.size();
    if (is_total) y = draw_rule(sheet, y);
    const auto& [what, amount] = document.amounts[i];
    sheet.write(what, {kMargin, y, kHalf}, is_total ? kTotal : kAmount);
    const TextPlace column{kMargin + kHalf + kGap, y, kHalf};
    y = sheet.write(amount, column, is_total ? kTotalRight : kRight) + 4;
  }
  sheet.end_sheet();
  return sheet.finish();
}

}  // namespace bilten::payment
