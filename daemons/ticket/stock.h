// The stock: how many tickets there are, and where each of them stands. Only evolve moves them.
#pragma once

#include <vector>

#include "daemons/ticket/rows.h"

namespace bilten::ticket {

StockRow find_stock(const Rows& rows, const Id& stock_id);

// The first line that its stock cannot serve, counting what earlier lines take from the same stock;
// nothing if all can be served. `left` is what that stock still had for it.
struct Shortage {
  Id ticket_type_id;
  int64_t left = 0;
};
std::optional<Shortage> find_shortage(const Rows& rows, const std::vector<Line>& lines);

// Places change hands. Each checks that total = free + held + sold still holds and none is
// negative.
void set_total(Rows& rows, const Id& stock_id, int64_t total);
void hold(Rows& rows, const std::vector<Line>& lines);                  // free -> held
void release(Rows& rows, const std::vector<Line>& lines);               // held -> free
void sell(Rows& rows, const std::vector<Line>& lines, bool were_held);  // held or free -> sold

}  // namespace bilten::ticket
