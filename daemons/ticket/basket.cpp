#include "daemons/ticket/basket.h"

#include <algorithm>

#include "common/base/time.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/pricing.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/standing.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::OrderItem;
using api::ticket::OrderLine;
using api::ticket::Sums;
using api::ticket::TypeVisibility;

namespace {

// More orders of one buyer for one event than this are not counted: nobody has so many.
constexpr size_t kOrdersOfBuyerMax = 1000;

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

Status check_item(const Rows& rows, const OrderItem& item, const TypeTerms& terms, UnixMillis now) {
  const auto& type_id = item.ticket_type_id;
  if (terms.sales_starts_at && now < terms.sales_starts_at->ms) {
    return outside_window("sales_not_open", "This ticket type is not on sale yet.", type_id,
                          "opens_at", *terms.sales_starts_at);
  }
  if (const auto fit = check_date_stands(rows, terms); !fit) return fit.error();
  const auto ends_at = sales_end_of(rows, terms);
  if (ends_at && now >= ends_at->ms) {
    auto error = outside_window("sales_closed", "This ticket type is no longer on sale.", type_id,
                                "closed_at", *ends_at);
    // A date may have been put off a moment ago.
    return terms.date_id ? rests_on("event", std::move(error)) : error;
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
    if (items[earlier].ticket_type_id == items[index].ticket_type_id) return type_twice(index);
  }
  return Done{};
}

int64_t quantity_of(const std::vector<Line>& lines, const Id& type_id) {
  int64_t count = 0;
  for (const auto& line : lines) count += line.ticket_type_id == type_id ? line.quantity : 0;
  return count;
}

Result<std::vector<Wanted>> find_wanted(const Rows& rows, const Wish& wish,
                                        const std::optional<FoundPromo>& promo, UnixMillis now) {
  const auto& items = wish.basket.items;
  std::vector<Wanted> all;
  all.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    if (const auto once = check_not_twice(items, i); !once) return once.error();
    auto type = rows.find<TypeRow>(item.ticket_type_id.view());
    if (!type || type->event_id != wish.event_id) return unknown_ticket_type();
    const bool by_promo = promo && applies_to(promo->row.terms, item.ticket_type_id);
    const bool is_open = type->terms.visibility == TypeVisibility::listed ||
                         (by_promo && promo->row.terms.opens_hidden);
    if (!is_open) return unknown_ticket_type();
    if (const auto fit = check_item(rows, item, type->terms, now); !fit) return fit.error();
    auto& wanted = all.emplace_back();
    wanted.ticket_type_id = item.ticket_type_id;
    wanted.quantity = item.quantity;
    wanted.by_promo = by_promo;
    if (!type->terms.tiers.empty()) {
      const auto stock = find_stock(rows, item.ticket_type_id);
      const auto own = wish.changed ? quantity_of(wish.changed->lines, item.ticket_type_id) : 0;
      wanted.taken = stock.held + stock.sold - own;
    }
    wanted.terms = std::move(type->terms);
  }
  return all;
}

// What is sold only beside other tickets has so many of these beside it.
Status check_addons(const std::vector<Wanted>& all) {
  for (const auto& wanted : all) {
    const auto& hosts = wanted.terms.addon_to;
    if (hosts.empty()) continue;
    int64_t beside = 0;
    for (const auto& other : all) {
      const bool is_host =
          std::find(hosts.begin(), hosts.end(), other.ticket_type_id) != hosts.end();
      beside += is_host ? other.quantity : 0;
    }
    if (wanted.quantity > beside) {
      return about_type(Code::conflict, "addon_alone",
                        "This is sold only beside other tickets, one for each; the basket has " +
                            std::to_string(beside) + " of those.",
                        wanted.ticket_type_id, "beside", beside);
    }
  }
  return Done{};
}

Status check_count(const std::vector<Wanted>& all, const EventRow& event) {
  int64_t count = 0;
  for (const auto& wanted : all) count += wanted.quantity;
  const int64_t most = event.terms.order_max;
  if (count <= most) return Done{};
  Error error = rests_on("event", {Code::conflict, "over_limit",
                                   "One order may have " + std::to_string(most) + " tickets."});
  error.extra = Packer().map(1).text("order_max").integer(most).take();
  return error;
}

// The buyer's other orders for the event that hold or have tickets.
template <class Use>
void each_order_of_buyer(const Rows& rows, const Wish& wish, Use use) {
  const auto prefix = buyer_key(wish.event_id, wish.buyer);
  rows.scan<OrderOfBuyer>(prefix, {}, kOrdersOfBuyerMax,
                          [&](std::string_view key, const OrderOfBuyer&) {
                            const auto order_id = key.substr(prefix.size());
                            if (wish.changed_id && order_id == wish.changed_id->view()) return true;
                            auto order = rows.find<OrderRow>(order_id);
                            CHECK_INVARIANT(order);
                            if (order->state == OrderState::partially_refunded) {
                              take_what_stands(rows, order_id, *order);
                            }
                            const bool counts = order->state != OrderState::expired &&
                                                order->state != OrderState::cancelled &&
                                                order->state != OrderState::refunded;
                            if (counts) use(*order);
                            return true;
                          });
}

Status check_buyer(const Rows& rows, const Wish& wish, const std::vector<Wanted>& all,
                   const std::optional<FoundPromo>& promo, int64_t by_promo) {
  const auto promo_most = promo ? promo->row.terms.tickets_per_buyer_max.value_or(0) : 0;
  const bool is_limited =
      promo_most > 0 || std::any_of(all.begin(), all.end(), [](const Wanted& each) {
        return each.terms.max_per_buyer.has_value();
      });
  if (wish.buyer.empty() || !is_limited) return Done{};
  std::vector<int64_t> before(all.size());
  int64_t promo_before = 0;
  each_order_of_buyer(rows, wish, [&](const OrderRow& order) {
    for (size_t i = 0; i < all.size(); ++i) {
      before[i] += quantity_of(order.lines, all[i].ticket_type_id);
    }
    if (promo && order.promo && order.promo->promo_id == promo->id) {
      promo_before += order.promo->tickets;
    }
  });
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& most = all[i].terms.max_per_buyer;
    if (!most || before[i] + all[i].quantity <= *most) continue;
    return about_type(Code::conflict, "over_limit",
                      "One buyer may have " + std::to_string(*most) + " of this type.",
                      all[i].ticket_type_id, "max_per_buyer", *most);
  }
  if (promo_most > 0 && promo_before + by_promo > promo_most) {
    return promo_exhausted(std::max<int64_t>(0, promo_most - promo_before));
  }
  return Done{};
}

Result<std::optional<PromoUse>> use_promo(const std::optional<FoundPromo>& promo, const Wish& wish,
                                          int64_t by_promo) {
  if (!promo) return std::optional<PromoUse>();
  if (by_promo == 0) {
    return Error{Code::conflict, "promo_not_applicable",
                 "The promo code is for other tickets than these."};
  }
  const auto& most = promo->row.terms.tickets_max;
  const auto* own = wish.changed && wish.changed->promo ? &*wish.changed->promo : nullptr;
  const auto used = promo->row.tickets - (own && own->promo_id == promo->id ? own->tickets : 0);
  if (most && used + by_promo > *most) return promo_exhausted(std::max<int64_t>(0, *most - used));
  return std::optional(PromoUse{promo->id, by_promo});
}

}  // namespace

Error type_twice(size_t index) {
  Faults faults;
  const Path root;
  const Path list{&root, "items"};
  const Path item{&list, {}, index};
  faults.add(Path{&item, "ticket_type_id"}, "stands in the order twice; add the quantities");
  return invalid(std::move(faults));
}

Error total_too_large() {
  return {Code::unprocessable, "total_too_large",
          "The total is more than Bilten can handle; order fewer tickets."};
}

Error sold_out(const Shortage& shortage) {
  return about_type(Code::exhausted, "sold_out",
                    std::to_string(shortage.left) + " tickets of this type are left.",
                    shortage.ticket_type_id, "available", shortage.left);
}

std::optional<int64_t> sum_of(const std::vector<Line>& lines) {
  std::optional<int64_t> total = 0;
  for (size_t i = 0; total && i < lines.size(); ++i) total = add_amounts(*total, lines[i].total);
  return total;
}

int64_t count_tickets(const std::vector<Line>& lines) {
  int64_t count = 0;
  for (const auto& line : lines) count += line.quantity;
  return count;
}

Sums sums_of(const std::vector<Line>& lines, const Money& total) {
  Sums sums{{0, total.currency}, {0, total.currency}, {0, total.currency}, total};
  for (const auto& line : lines) {
    sums.discount.amount += line.discount;
    sums.fees.amount += line.fee;
    sums.tax.amount += line.tax;
  }
  return sums;
}

std::vector<OrderLine> view_of_lines(const std::vector<Line>& lines, const std::string& currency) {
  std::vector<OrderLine> views;
  views.reserve(lines.size());
  for (const auto& line : lines) {
    views.push_back({line.ticket_type_id,
                     line.quantity,
                     {line.unit_price, currency},
                     {line.discount, currency},
                     {line.fee, currency},
                     {line.tax, currency},
                     {line.total, currency}});
  }
  return views;
}

Result<PricedBasket> fill_basket(const Rows& rows, const Wish& wish, UnixMillis now) {
  const auto promo = find_promo(rows, wish.event_id, wish.basket.promo_code, now);
  if (!promo) return promo.error();
  const auto all = find_wanted(rows, wish, *promo, now);
  if (!all) return all.error();
  if (const auto fit = check_count(*all, wish.event); !fit) return fit.error();
  if (const auto fit = check_addons(*all); !fit) return fit.error();
  int64_t by_promo = 0;
  for (const auto& wanted : *all) by_promo += wanted.by_promo ? wanted.quantity : 0;
  const auto use = use_promo(*promo, wish, by_promo);
  if (!use) return use.error();
  if (const auto fit = check_buyer(rows, wish, *all, *promo, by_promo); !fit) return fit.error();

  auto lines = price_lines(*all, *promo ? &(*promo)->row.terms : nullptr, now);
  const auto total = lines ? sum_of(*lines) : std::nullopt;
  if (!total) return total_too_large();
  if (const auto shortage =
          find_shortage(rows, *lines, wish.changed ? wish.changed->lines : std::vector<Line>{})) {
    return sold_out(*shortage);
  }
  return PricedBasket{std::move(*lines), {*total, wish.event.terms.currency}, *use};
}

}  // namespace bilten::ticket
