#include "daemons/ticket/standing.h"

#include <algorithm>

#include "daemons/ticket/promos.h"
#include "daemons/ticket/repricing.h"

namespace bilten::ticket {
namespace {

std::vector<Wanted> types_of(const Rows& rows, const std::vector<Line>& lines,
                             const PromoTerms* promo) {
  std::vector<Wanted> types;
  for (const auto& line : lines) {
    const auto& type_id = line.ticket_type_id;
    const bool is_known = std::any_of(types.begin(), types.end(), [&](const Wanted& each) {
      return each.ticket_type_id == type_id;
    });
    if (is_known) continue;
    auto type = rows.find<TypeRow>(type_id.view());
    CHECK_INVARIANT(type);
    auto& wanted = types.emplace_back();
    wanted.ticket_type_id = type_id;
    wanted.terms = std::move(type->terms);
    wanted.by_promo = promo && applies_to(*promo, type_id);
  }
  return types;
}

int64_t count_by_promo(const std::vector<StandingTicket>& tickets, const PromoTerms& promo) {
  return std::count_if(tickets.begin(), tickets.end(), [&](const StandingTicket& ticket) {
    return applies_to(promo, ticket.ticket_type_id);
  });
}

}  // namespace

StandingRow find_standing(const Rows& rows, const Id& order_id, const OrderRow& order) {
  if (auto row = rows.find<StandingRow>(order_id.view())) return std::move(*row);
  StandingRow standing{.paid = order.total.amount};
  auto id = order.ticket_ids.begin();
  for (const auto& line : order.lines) {
    for (int64_t i = 0; i < line.quantity; ++i, ++id) {
      CHECK_INVARIANT(id != order.ticket_ids.end());
      standing.tickets.push_back({*id, line.ticket_type_id, line.unit_price});
    }
  }
  standing.lines = order.lines;
  standing.promo = order.promo;
  return standing;
}

void take_what_stands(const Rows& rows, std::string_view order_id, OrderRow& order) {
  auto standing = rows.find<StandingRow>(order_id);
  if (!standing) return;
  order.lines = std::move(standing->lines);
  order.promo = standing->promo;
}

Rest price_tickets(const Rows& rows, const StandingRow& standing,
                   std::vector<StandingTicket> tickets) {
  Rest rest{.tickets = std::move(tickets), .lines = {}, .promo = {}};
  if (rest.tickets.empty()) return rest;
  const auto promo =
      standing.promo ? rows.find<PromoRow>(standing.promo->promo_id.view()) : std::nullopt;
  TodaysTerms terms;
  if (promo) terms.promo = &promo->terms;
  terms.types = types_of(rows, standing.lines, terms.promo);
  rest.lines = price_rest(standing.lines, lines_of(rest.tickets), terms);
  if (promo) {
    const auto count = count_by_promo(rest.tickets, promo->terms);
    rest.promo = PromoUse{standing.promo->promo_id, std::min(standing.promo->tickets, count)};
  }
  return rest;
}

std::vector<StandingTicket> without(const StandingRow& standing,
                                    const std::vector<Id>& ticket_ids) {
  auto tickets = standing.tickets;
  const auto end =
      std::remove_if(tickets.begin(), tickets.end(), [&](const StandingTicket& ticket) {
        return std::find(ticket_ids.begin(), ticket_ids.end(), ticket.ticket_id) !=
               ticket_ids.end();
      });
  CHECK_INVARIANT(static_cast<size_t>(tickets.end() - end) == ticket_ids.size());
  tickets.erase(end, tickets.end());
  return tickets;
}

std::vector<Id> ids_of(const std::vector<StandingTicket>& tickets) {
  std::vector<Id> ids;
  ids.reserve(tickets.size());
  for (const auto& ticket : tickets) ids.push_back(ticket.ticket_id);
  return ids;
}

}  // namespace bilten::ticket
