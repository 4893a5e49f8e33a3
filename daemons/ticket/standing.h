// What is left of a paid order: its tickets, each at the price it was sold for, and their cost.
#pragma once

#include "daemons/ticket/refund_rows.h"

namespace bilten::ticket {

// As the order was sold, where nothing happened to it since.
StandingRow find_standing(const Rows& rows, const Id& order_id, const OrderRow& order);
// The lines and the code's part of an order that counts against a buyer's limits.
void take_what_stands(const Rows& rows, std::string_view order_id, OrderRow& order);

// A part of an order's tickets, and what it costs by itself.
struct Rest {
  std::vector<StandingTicket> tickets;
  std::vector<Line> lines;
  std::optional<PromoUse> promo;
};
Rest price_tickets(const Rows& rows, const StandingRow& standing,
                   std::vector<StandingTicket> tickets);
// Those not named. Each id must be one of a ticket that stands.
std::vector<StandingTicket> without(const StandingRow& standing, const std::vector<Id>& ticket_ids);
std::vector<Id> ids_of(const std::vector<StandingTicket>& tickets);

}  // namespace bilten::ticket
