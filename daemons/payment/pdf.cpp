#include "daemons/payment/pdf.h"

#include <algorithm>

#include "common/print/sheets.h"

namespace bilten::payment {
namespace {

constexpr double kMargin = 56, kGap = 20;
constexpr double kLine = kSheetWidth - 2 * kMargin, kHalf = (kLine - kGap) / 2;

constexpr TextStyle kTitle{22, 2}, kParty{11, 4}, kLabel{9, 1, 0.35}, kLabelRight{9, 1, 0.35, true},
    kValue{11, 1}, kWhat{11, 2}, kRight{11, 1, 0, true}, kTotal{13, 1}, kTotalRight{13, 1, 0, true};

double draw_party(Sheets& sheet, const char* label, const std::vector<std::string>& lines, double x,
                  double y) {
  if (lines.empty()) return y;
  y = sheet.write(label, {x, y, kHalf}, kLabel);
  for (const auto& line : lines) y = sheet.write(line, {x, y, kHalf}, kParty);
  return y;
}

// Where the columns of lines end, but the first, which begins at the margin.
constexpr double kAmountWidth = 110, kPriceWidth = 100, kCountWidth = 40, kColumnGap = 8;
constexpr double kAmountAt = kMargin + kLine - kAmountWidth;
constexpr double kPriceAt = kAmountAt - kColumnGap - kPriceWidth;
constexpr double kCountAt = kPriceAt - kColumnGap - kCountWidth;
constexpr double kWhatWidth = kCountAt - kColumnGap - kMargin;
// A row of two lines of text, the tallest, fits above the lower margin when it begins here.
constexpr double kLastRowAt = kSheetHeight - kMargin - 40;

// The rest of the document, from there on downwards; begins another sheet where this one is full.
class LineTable {
 public:
  LineTable(Sheets& sheet, double y) : sheet_(sheet), y_(y) {}

  void rule() {
    make_room();
    sheet_.fill({{kMargin, y_ + 2, kLine, 0.75}});
    y_ += 8;
  }
  void head() {
    row({"", "NUMBER", "PRICE", "AMOUNT"}, kLabel, kLabelRight);
    rule();
  }
  void line(const PrintedLine& line) { row(line, kWhat, kRight); }
  void total(const std::pair<std::string, std::string>& total) { pair(total, kTotal, kTotalRight); }
  void tax(const std::pair<std::string, std::string>& tax) { pair(tax, kLabel, kLabelRight); }

 private:
  void make_room() {
    if (y_ < kLastRowAt) return;
    sheet_.end_sheet();
    y_ = kMargin;
  }

  void row(const PrintedLine& line, const TextStyle& left, const TextStyle& right) {
    make_room();
    const auto end = sheet_.write(line.what, {kMargin, y_, kWhatWidth}, left);
    sheet_.write(line.count, {kCountAt, y_, kCountWidth}, right);
    sheet_.write(line.price, {kPriceAt, y_, kPriceWidth}, right);
    y_ = std::max(end, sheet_.write(line.amount, {kAmountAt, y_, kAmountWidth}, right)) + 4;
  }

  void pair(const std::pair<std::string, std::string>& texts, const TextStyle& left,
            const TextStyle& right) {
    make_room();
    sheet_.write(texts.first, {kMargin, y_, kHalf}, left);
    y_ = sheet_.write(texts.second, {kMargin + kHalf + kGap, y_, kHalf}, right) + 4;
  }

  Sheets& sheet_;
  double y_;
};

}  // namespace

Result<std::string> document_pdf(const PrintedDocument& document) {
  Sheets sheet({.title = document.title, .at = document.at});
  double y = sheet.write(document.title, {kMargin, kMargin, kLine}, kTitle) + kGap;
  const auto left = draw_party(sheet, "FROM", document.seller, kMargin, y);
  const auto right = draw_party(sheet, "TO", document.buyer, kMargin + kHalf + kGap, y);
  y = std::max(left, right) + kGap;
  for (const auto& [what, value] : document.head) {
    sheet.write(what, {kMargin, y, kHalf / 2}, kLabel);
    y = sheet.write(value, {kMargin + kHalf / 2, y, kLine - kHalf / 2}, kValue) + 3;
  }
  LineTable table(sheet, y + kGap);
  table.head();
  for (const auto& line : document.lines) table.line(line);
  table.rule();
  table.total(document.total);
  for (const auto& tax : document.taxes) table.tax(tax);
  sheet.end_sheet();
  return sheet.finish();
}

}  // namespace bilten::payment
