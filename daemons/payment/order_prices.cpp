#include "daemons/payment/order_prices.h"

#include <algorithm>

#include "common/wire/any_text.h"
#include "daemons/payment/fees.h"

namespace bilten::payment {

using api::payment::Posting;
using api::ticket::Line;

namespace {

void save_type(Rows& rows, const Id& ticket_type_id, const api::ticket::TypeTerms& terms) {
  rows.save(ticket_type_id.view(), TypeNameRow{any_text(terms.title)});
  if (terms.tax_rate > 0) {
    rows.save(ticket_type_id.view(), TypeTaxRow{terms.tax_rate});
  } else {
    rows.erase<TypeTaxRow>(ticket_type_id.view());
  }
}

// Types that the order had before keep the rate it knows them by.
void add_rates(const Rows& rows, const std::vector<Line>& lines, std::vector<TypeRate>& rates) {
  for (const auto& line : lines) {
    const auto& id = line.ticket_type_id;
    const bool is_known = std::any_of(rates.begin(), rates.end(),
                                      [&](const auto& each) { return each.ticket_type_id == id; });
    if (is_known) continue;
    const auto type = rows.find<TypeTaxRow>(id.view());
    rates.push_back({id, type ? type->rate : 0});
  }
}

// The order is of these lines now.
void change_lines(const Rows& rows, const std::vector<Line>& lines, OrderPriceRow& price) {
  add_rates(rows, lines, price.rates);
  price.before = std::exchange(price.split, split_of(lines, price.rates));
  price.lines_before = std::exchange(price.lines, lines);
  price.fee_before = std::exchange(price.fee, fee_of(fee_terms(rows, price.fee_version), lines));
}

void change_order(Rows& rows, const Id& order_id, const std::vector<Line>& lines) {
  auto price = rows.find<OrderPriceRow>(order_id.view());
  if (!price) return;
  change_lines(rows, lines, *price);
  rows.save(order_id.view(), *price);
}

}  // namespace

void note_price(Rows& rows, const api::ticket::TypeAdded& fact) {
  save_type(rows, fact.ticket_type_id, fact.terms);
}

void note_price(Rows& rows, const api::ticket::TypeChanged& fact) {
  save_type(rows, fact.ticket_type_id, fact.terms);
}

void note_price(Rows& rows, const api::ticket::Held& fact) {
  note_price(rows, NewOrder{fact.organization_id, fact.event_id, fact.order_id, fact.total.currency,
                            fact.lines});
}

void note_price(Rows& rows, const NewOrder& order) {
  OrderPriceRow price{.organization_id = order.organization_id, .event_id = order.event_id};
  price.currency = order.currency;
  price.fee_version = current_fee_version(rows, order.organization_id, price.currency);
  change_lines(rows, order.lines, price);
  rows.save(order.order_id.view(), price);
}

void note_price(Rows& rows, const api::ticket::OrderChanged& fact) {
  change_order(rows, fact.order_id, fact.lines);
}

void note_price(Rows& rows, const api::ticket::Refunded& fact) {
  change_order(rows, fact.order_id, fact.lines);
}

void note_price(Rows& rows, const api::ticket::Exchanged& fact) {
  change_order(rows, fact.order_id, fact.lines);
  if (!fact.paid_order_id) return;
  const auto difference = rows.find<OrderSumsRow>(fact.paid_order_id->view());
  if (!difference) return;
  add_to_order(rows, fact.order_id, difference->sums);
  rows.erase<OrderSumsRow>(fact.paid_order_id->view());
}

void add_to_order(Rows& rows, const Id& order_id, const std::vector<Posting>& postings) {
  auto row = rows.find<OrderSumsRow>(order_id.view()).value_or(OrderSumsRow{});
  for (const auto& posting : postings) {
    const auto same = std::find_if(row.sums.begin(), row.sums.end(), [&](const Posting& each) {
      return each.account == posting.account && each.of == posting.of &&
             each.amount.currency == posting.amount.currency;
    });
    if (same == row.sums.end()) {
      row.sums.push_back(posting);
    } else {
      same->amount.amount += posting.amount.amount;
    }
  }
  std::erase_if(row.sums, [](const Posting& each) { return each.amount.amount == 0; });
  rows.save(order_id.view(), row);
}

}  // namespace bilten::payment
