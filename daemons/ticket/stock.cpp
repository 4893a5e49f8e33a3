#include "daemons/ticket/stock.h"

namespace bilten::ticket {
namespace {

using Place = int64_t StockRow::*;

void save_checked(Rows& rows, const Id& stock_id, const StockRow& stock) {
  CHECK_INVARIANT(stock.free >= 0 && stock.held >= 0 && stock.sold >= 0);
  CHECK_INVARIANT(stock.total == stock.free + stock.held + stock.sold);
  rows.save(stock_id.view(), stock);
}

void move(Rows& rows, const std::vector<Line>& lines, Place from, Place to) {
  for (const auto& line : lines) {
    auto stock = find_stock(rows, line.stock_id);
    stock.*from -= line.quantity;
    stock.*to += line.quantity;
    save_checked(rows, line.stock_id, stock);
  }
}

}  // namespace

StockRow find_stock(const Rows& rows, const Id& stock_id) {
  const auto stock = rows.find<StockRow>(stock_id.view());
  CHECK_INVARIANT(stock);
  return *stock;
}

std::optional<Shortage> find_shortage(const Rows& rows, const std::vector<Line>& lines) {
  for (size_t i = 0; i < lines.size(); ++i) {
    auto left = find_stock(rows, lines[i].stock_id).free;
    for (size_t earlier = 0; earlier < i; ++earlier) {
      if (lines[earlier].stock_id == lines[i].stock_id) left -= lines[earlier].quantity;
    }
    if (lines[i].quantity > left) return Shortage{lines[i].ticket_type_id, left};
  }
  return std::nullopt;
}

void set_total(Rows& rows, const Id& stock_id, int64_t total) {
  auto stock = rows.find<StockRow>(stock_id.view()).value_or(StockRow{});
  stock.total = total;
  stock.free = total - stock.held - stock.sold;
  save_checked(rows, stock_id, stock);
}

void hold(Rows& rows, const std::vector<Line>& lines) {
  move(rows, lines, &StockRow::free, &StockRow::held);
}

void release(Rows& rows, const std::vector<Line>& lines) {
  move(rows, lines, &StockRow::held, &StockRow::free);
}

void sell(Rows& rows, const std::vector<Line>& lines, bool were_held) {
  move(rows, lines, were_held ? &StockRow::held : &StockRow::free, &StockRow::sold);
}

}  // namespace bilten::ticket
