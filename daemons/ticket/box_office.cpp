#include "daemons/ticket/box_office.h"

#include <set>

#include "common/crypto/order_link.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/box_office_rows.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/pricing.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ListOf;
using api::ticket::BoxOfficeIssued;
using api::ticket::BoxOfficeKind;
using api::ticket::BoxOfficeLine;
using api::ticket::BoxOfficeOrder;
using api::ticket::kOrderTicketsMax;
using api::ticket::OrderView;
using api::ticket::PaidBy;
using api::ticket::ReadBoxOffice;

namespace {

Result<std::vector<Wanted>> find_types(const Rows& rows, const BoxOfficeOrder& message,
                                       UnixMillis now) {
  std::vector<Wanted> all;
  std::set<Id> seen;
  int64_t count = 0;
  for (size_t i = 0; i < message.items.size(); ++i) {
    const auto& item = message.items[i];
    if (!seen.insert(item.ticket_type_id).second) return type_twice(i);
    auto type = rows.find<TypeRow>(item.ticket_type_id.view());
    if (!type || type->event_id != message.event_id) return unknown_ticket_type();
    if (const auto fit = check_date_to_come(rows, type->terms, now); !fit) return fit.error();
    auto& wanted = all.emplace_back();
    wanted.ticket_type_id = item.ticket_type_id;
    wanted.quantity = item.quantity;
    wanted.terms = std::move(type->terms);
    const auto stock = find_stock(rows, item.ticket_type_id);
    wanted.taken = stock.held + stock.sold;
    count += item.quantity;
  }
  if (count <= kOrderTicketsMax) return all;
  return Error{Code::conflict, "over_limit",
               "One order may have " + std::to_string(kOrderTicketsMax) + " tickets."};
}

// Nothing: the total is beyond kMoneyMax.
std::optional<PricedBasket> price(const std::vector<Wanted>& all, BoxOfficeKind kind,
                                  const std::string& currency, UnixMillis now) {
  std::vector<Line> lines;
  if (kind == BoxOfficeKind::comp) {
    for (const auto& wanted : all) lines.push_back({wanted.ticket_type_id, wanted.quantity});
    return PricedBasket{std::move(lines), {0, currency}, {}};
  }
  auto priced = price_lines(all, nullptr, now);
  const auto total = priced ? sum_of(*priced) : std::nullopt;
  if (!total) return std::nullopt;
  return PricedBasket{std::move(*priced), {*total, currency}, {}};
}

Status check_paid_by(const BoxOfficeOrder& message, int64_t total) {
  if ((total == 0) == (message.paid_by == PaidBy::none)) return Done{};
  Faults faults;
  const Path root;
  faults.add(Path{&root, "paid_by"},
             total == 0 ? "must be none: these tickets cost nothing" : "must be cash or card");
  return invalid(std::move(faults));
}

}  // namespace

Decided<OrderView> decide_box_office_order(const Rows& rows, const Context& context,
                                           const BoxOfficeOrder& message, const OrderKeys& keys) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(rows, context.person, event_id, Role::manager);
  if (!event) return event.error();
  if (const auto fit = check_not_over(*event, context.now); !fit) return fit.error();
  const auto all = find_types(rows, message, context.now);
  if (!all) return all.error();
  auto basket = price(*all, message.kind, event->terms.currency, context.now);
  if (!basket) return total_too_large();
  if (const auto fit = check_paid_by(message, basket->total.amount); !fit) return fit.error();
  if (const auto shortage = find_shortage(rows, basket->lines)) return sold_out(*shortage);

  const Id order_id = context.fresh_id();
  OrderRow order{.event_id = event_id, .code = fresh_order_code(context.random)};
  // Nobody's hash where nobody is named, so that no limit of a buyer counts the order.
  order.buyer = buyer_hash(keys.mail_index, message.buyer ? message.buyer->email : order_id.text());
  order.lines = std::move(basket->lines);
  order.total = std::move(basket->total);
  order.created_at = {context.now};
  make_paid(order, context);

  Decision<OrderView> decision;
  decision.record(sold_fact(event->organization_id, order_id, order, context.now));
  decision.record(BoxOfficeIssued{.organization_id = event->organization_id,
                                  .event_id = event_id,
                                  .order_id = order_id,
                                  .kind = message.kind,
                                  .paid_by = message.paid_by,
                                  .person_id = context.person->person_id,
                                  .at = {context.now}});
  if (message.buyer) decision.keep(vault_key(order_id), encode(*message.buyer));
  decision.answer = view_of_order(order_id, order, context.now);
  decision.answer.buyer = message.buyer;
  decision.answer.secret = order_secret(keys.mail_index, order_id);
  return decision;
}

Result<ListOf<BoxOfficeLine>> read_box_office(const Reader& reader, const ReadBoxOffice& message) {
  const auto event = find_own_event(reader.rows, reader.person, message.event_id, Role::viewer);
  if (!event) return event.error();
  const auto& currency = event->terms.currency;
  ListOf<BoxOfficeLine> list;
  reader.rows.scan<BoxOfficeRow>(message.event_id.view(), {}, SIZE_MAX,
                                 [&](std::string_view key, const BoxOfficeRow& row) {
                                   list.items.push_back({*Id::from_bytes(key.substr(16)),
                                                         row.comps,
                                                         row.sold,
                                                         {row.cash, currency},
                                                         {row.card, currency}});
                                   return true;
                                 });
  return list;
}

void apply(Rows& rows, const BoxOfficeIssued& fact) {
  const auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order);
  for (const auto& line : order->lines) {
    const auto key = key_of(fact.event_id, line.ticket_type_id);
    auto row = rows.find<BoxOfficeRow>(key).value_or(BoxOfficeRow{});
    (fact.kind == BoxOfficeKind::comp ? row.comps : row.sold) += line.quantity;
    if (fact.paid_by == PaidBy::cash) row.cash += line.total;
    if (fact.paid_by == PaidBy::card) row.card += line.total;
    rows.save(key, row);
  }
}

}  // namespace bilten::ticket
