#include "daemons/ticket/basket.h"

#include "common/base/time.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Order;
using api::ticket::OrderItem;

namespace {

// A refusal about one ticket type, which it names, with one more member.
Error about_type(Code code, std::string reason, std::string detail, const Id& type_id,
                 std::string_view member, int64_t value) {
  Error error{code, std::move(reason), std::move(detail)};
  error.extra = Packer()
                    .map(2)
                    .text("ticket_type_id")
                    .text(type_id.text())
                    .text(member)
                    .integer(value)
                    .take();
  return error;
}

Error outside_window(std::string reason, std::string detail, const Id& type_id,
                     std::string_view member, Instant at) {
  Error error{Code::conflict, std::move(reason), std::move(detail)};
  error.extra = Packer()
                    .map(2)
                    .text("ticket_type_id")
                    .text(type_id.text())
                    .text(member)
                    .text(rfc3339(at.ms))
                    .take();
  return error;
}

Status check_item(const OrderItem& item, const TypeTerms& terms, UnixMillis now) {
  const auto& type_id = item.ticket_type_id;
  if (terms.sales_starts_at && now < terms.sales_starts_at->ms) {
    return outside_window("sales_not_open", "This ticket type is not on sale yet.", type_id,
                          "opens_at", *terms.sales_starts_at);
  }
  if (terms.sales_ends_at && now >= terms.sales_ends_at->ms) {
    return outside_window("sales_closed", "This ticket type is no longer on sale.", type_id,
                          "closed_at", *terms.sales_ends_at);
  }
  if (item.quantity < terms.min_per_order) {
    return about_type(Code::conflict, "under_minimum",
                      "Order at least " + std::to_string(terms.min_per_order) + " of this type.",
                      type_id, "min_per_order", terms.min_per_order);
  }
  if (item.quantity > terms.max_per_order) {
    return about_type(Code::conflict, "over_limit",
                      "Order at most " + std::to_string(terms.max_per_order) + " of this type.",
                      type_id, "max_per_order", terms.max_per_order);
  }
  return Done{};
}

Status check_not_twice(const std::vector<OrderItem>& items, size_t index) {
  for (size_t earlier = 0; earlier < index; ++earlier) {
    if (items[earlier].ticket_type_id != items[index].ticket_type_id) continue;
    Faults faults;
    const Path root;
    const Path list{&root, "items"};
    const Path item{&list, {}, index};
    faults.add(Path{&item, "ticket_type_id"}, "stands in the order twice; add the quantities");
    return invalid(std::move(faults));
  }
  return Done{};
}

Result<std::vector<Line>> price_items(const Rows& rows, const Order& message, UnixMillis now) {
  std::vector<Line> lines;
  lines.reserve(message.items.size());
  for (size_t i = 0; i < message.items.size(); ++i) {
    const auto& item = message.items[i];
    if (const auto once = check_not_twice(message.items, i); !once) return once.error();
    const auto type = rows.find<TypeRow>(item.ticket_type_id.view());
    if (!type || type->event_id != message.event_id) return unknown_ticket_type();
    if (const auto fit = check_item(item, type->terms, now); !fit) return fit.error();
    lines.push_back({item.ticket_type_id, item.quantity, type->terms.price.amount});
  }
  return lines;
}

Result<Money> total_of(const std::vector<Line>& lines, const EventRow& event) {
  int64_t total = 0;
  for (const auto& line : lines) {
    const auto amount = multiply_amount(line.unit_price, line.quantity);
    const auto sum = amount ? add_amounts(total, *amount) : std::nullopt;
    if (!sum) {
      return Error{Code::unprocessable, "total_too_large",
                   "The total is more than Bilten can handle; order fewer tickets."};
    }
    total = *sum;
  }
  return Money{total, event.terms.currency};
}

Status check_count(const std::vector<Line>& lines, const EventRow& event) {
  const int64_t most = event.terms.order_max;
  if (count_tickets(lines) <= most) return Done{};
  Error error = rests_on("event", {Code::conflict, "over_limit",
                                   "One order may have " + std::to_string(most) + " tickets."});
  error.extra = Packer().map(1).text("order_max").integer(most).take();
  return error;
}

}  // namespace

int64_t count_tickets(const std::vector<Line>& lines) {
  int64_t count = 0;
  for (const auto& line : lines) count += line.quantity;
  return count;
}

Result<Basket> fill_basket(const Rows& rows, const Order& message, const EventRow& event,
                           UnixMillis now) {
  auto lines = price_items(rows, message, now);
  if (!lines) return lines.error();
  if (const auto fit = check_count(*lines, event); !fit) return fit.error();
  auto total = total_of(*lines, event);
  if (!total) return total.error();
  if (const auto shortage = find_shortage(rows, *lines)) {
    return about_type(Code::exhausted, "sold_out",
                      std::to_string(shortage->left) + " tickets of this type are left.",
                      shortage->ticket_type_id, "available", shortage->left);
  }
  return Basket{std::move(*lines), std::move(*total)};
}

}  // namespace bilten::ticket
