#include "daemons/payment/document_lines.h"

#include <algorithm>
#include <map>

namespace bilten::payment {

using api::payment::DocumentLine;
using api::payment::DocumentLineKind;
using api::ticket::Line;

namespace {

// Lines as they add up: items of one type at one price are one.
class Listing {
 public:
  Listing(const Rows& rows, const OrderPriceRow& price) : rows_(rows), price_(price) {}

  // `sign`: 1, or -1 where they are taken away.
  void add(const std::vector<Line>& lines, int64_t sign) {
    for (const auto& line : lines) {
      auto& item = item_of(line);
      const auto price = line.unit_price * line.quantity - line.discount;
      item.quantity += sign * line.quantity;
      item.discount += sign * line.discount;
      item.amount += sign * price;
      fees_ += sign * line.fee;
      // Whether a price has its tax in it shows in what the line costs.
      const auto on_top = line.total - price - line.fee;
      if (on_top == line.tax) taxes_[item.rate] += sign * on_top;
    }
  }

  std::vector<DocumentLine> lines() && {
    std::erase_if(items_, [](const Item& item) {
      return item.line.quantity == 0 && item.line.amount == 0 && item.line.discount == 0;
    });
    std::vector<DocumentLine> lines;
    lines.reserve(items_.size() + taxes_.size() + 1);
    for (auto& item : items_) lines.push_back(std::move(item.line));
    if (fees_ != 0) lines.push_back({.kind = DocumentLineKind::fees, .amount = fees_});
    for (const auto& [rate, amount] : taxes_) {
      if (amount == 0) continue;
      lines.push_back({.kind = DocumentLineKind::tax, .rate = rate, .amount = amount});
    }
    return lines;
  }

 private:
  struct Item {
    Id ticket_type_id;
    DocumentLine line;
  };

  DocumentLine& item_of(const Line& line) {
    const auto same = std::find_if(items_.begin(), items_.end(), [&](const Item& each) {
      return each.ticket_type_id == line.ticket_type_id && each.line.unit_price == line.unit_price;
    });
    if (same != items_.end()) return same->line;
    DocumentLine item{.unit_price = line.unit_price,
                      .rate = rate_of(price_.rates, line.ticket_type_id)};
    if (const auto name = rows_.find<TypeNameRow>(line.ticket_type_id.view())) {
      item.title = name->title;
    }
    return items_.emplace_back(Item{line.ticket_type_id, std::move(item)}).line;
  }

  const Rows& rows_;
  const OrderPriceRow& price_;
  std::vector<Item> items_;
  int64_t fees_ = 0;
  std::map<int64_t, int64_t> taxes_;  // By rate.
};

}  // namespace

std::vector<DocumentLine> lines_of(const Rows& rows, const OrderPriceRow& price) {
  Listing listing(rows, price);
  listing.add(price.lines, 1);
  return std::move(listing).lines();
}

std::vector<DocumentLine> lines_that_went(const Rows& rows, const OrderPriceRow& price) {
  Listing listing(rows, price);
  listing.add(price.lines_before, 1);
  listing.add(price.lines, -1);
  return std::move(listing).lines();
}

std::vector<DocumentLine> completed(std::vector<DocumentLine> lines, int64_t amount) {
  for (const auto& line : lines) amount -= line.amount;
  if (amount != 0) lines.push_back({.kind = DocumentLineKind::rest, .amount = amount});
  return lines;
}

}  // namespace bilten::payment
