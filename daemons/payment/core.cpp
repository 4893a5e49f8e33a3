#include "daemons/payment/core.h"

#include "common/api/payment_facts.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/bounces.h"
#include "daemons/payment/debts.h"
#include "daemons/payment/desk_sales.h"
#include "daemons/payment/disputes.h"
#include "daemons/payment/evidence.h"
#include "daemons/payment/fees.h"
#include "daemons/payment/order_prices.h"
#include "daemons/payment/orders.h"
#include "daemons/payment/own_accounts.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/payouts.h"
#include "daemons/payment/reconcile_runs.h"
#include "daemons/payment/refund_line.h"
#include "daemons/payment/refunds.h"
#include "daemons/payment/sandbox.h"
#include "daemons/payment/staff.h"
#include "daemons/payment/statements.h"
#include "daemons/payment/tasks.h"
#include "daemons/payment/webhooks.h"

namespace bilten::payment {
namespace {

namespace ticket = api::ticket;

using OrderFacts = std::variant<ticket::Held, ticket::Sold, ticket::Expired, ticket::Cancelled,
                                ticket::OrderChanged, ticket::HoldExtended, ticket::Exchanged,
                                ticket::BoxOfficeIssued>;
using PriceFacts = std::variant<ticket::Held, ticket::OrderChanged, ticket::Refunded,
                                ticket::Exchanged, ticket::TypeAdded, ticket::TypeChanged>;

// Each carries the event's terms whole.
using EndFacts = std::variant<api::event::Drafted, api::event::Changed, api::event::Published,
                              api::event::Cancelled, api::event::Completed>;

}  // namespace

void evolve(Rows& rows, std::string_view name, std::string_view body) {
  const auto to_rows = [](Rows& into, const auto& fact) { apply(into, fact); };
  if (evolve_named<api::payment::Facts>(rows, name, body, to_rows)) return;
  evolve_named<OrderFacts>(rows, name, body, to_rows);
  evolve_named<EndFacts>(rows, name, body,
                         [](Rows& into, const auto& fact) { note_end(into, fact); });
  evolve_named<PriceFacts>(rows, name, body,
                           [](Rows& into, const auto& fact) { note_price(into, fact); });
}

}  // namespace bilten::payment
