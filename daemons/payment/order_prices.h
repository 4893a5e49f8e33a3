// What the ledger must know of orders before their money moves: how each price divides, at the tax
// rates and under the fee policy of the moment it was ordered. Follows facts of the ticket service.
#pragma once

#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_refund_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "daemons/payment/order_book_rows.h"

namespace bilten::payment {

void note_price(Rows& rows, const api::ticket::TypeAdded& fact);
void note_price(Rows& rows, const api::ticket::TypeChanged& fact);
void note_price(Rows& rows, const api::ticket::Held& fact);
// An order that was never held.
struct NewOrder {
  Id organization_id, event_id, order_id;
  std::string currency;
  std::vector<api::ticket::Line> lines;
};
void note_price(Rows& rows, const NewOrder& order);
void note_price(Rows& rows, const api::ticket::OrderChanged& fact);
void note_price(Rows& rows, const api::ticket::Refunded& fact);
// What was paid for the difference counts as paid for the order from here on.
void note_price(Rows& rows, const api::ticket::Exchanged& fact);

// What the entry adds to the order's sums.
void add_to_order(Rows& rows, const Id& order_id,
                  const std::vector<api::payment::Posting>& postings);

}  // namespace bilten::payment
