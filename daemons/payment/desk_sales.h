// What staff sells at the box office, for cash or by a card reader of its own: the money is with
// the organiser at once, and so is what goes back. No payment is asked for, but the ledger has it.
#pragma once

#include "common/api/ticket_box_office_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "common/service/handlers.h"
#include "common/store/rows.h"
#include "daemons/payment/ledger.h"

namespace bilten::payment {

// Key: empty. The last order that was sold without a payment though it costs something: what staff
// took for it is told by the fact after it, if it was staff and not an import.
struct UnpaidSaleRow {
  static constexpr std::string_view table = "unpaid_sale";
  Id organization_id, event_id, order_id;
  std::string code = {};
  std::optional<Id> person_id = {};
  std::vector<api::ticket::Line> lines = {};
  Money total = {};
  Instant at = {};
  static constexpr auto fields() {
    using Self = UnpaidSaleRow;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("code", &Self::code, length(1, 16)),
                      field("person_id", &Self::person_id),
                      field("lines", &Self::lines, items(1, api::ticket::kOrderLinesMax)),
                      field("total", &Self::total, between(0, kMoneyMax)), field("at", &Self::at));
  }
};

// Key: order id. It was sold at the box office.
struct DeskSaleRow {
  static constexpr std::string_view table = "desk_sale";
  static constexpr auto fields() { return field_list(); }
};

// Free ones and complimentary tickets move no money.
bool is_money_taken(const Rows& rows, const api::ticket::BoxOfficeIssued& fact);
Effects decide_desk_sale(const Rows& rows, const Context& context,
                         const api::ticket::BoxOfficeIssued& fact);
// What goes back of an order that was sold so is handed back by staff, and is gone.
void book_desk_refund(Books& books, const Rows& rows, const Id& order_id, const Money& amount);

void note_unpaid_sale(Rows& rows, const api::ticket::Sold& fact);
void apply(Rows& rows, const api::ticket::BoxOfficeIssued& fact);

}  // namespace bilten::payment
