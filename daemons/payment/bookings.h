// Which entries each movement of money makes. Whoever decides a fact about money books it here, in
// the same decision, so that no money is recorded without its entry. docs/ledger.md shows each.
//
//   Effects effects;
//   Books books(rows, {context.now}, effects);
//   book_capture(books, rows, {order_id, payment_id, organization_id, amount, "stripe", "pi_1"});
#pragma once

#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_refund_facts.h"
#include "daemons/payment/ledger.h"

namespace bilten::payment {

// Money that moved at a provider, to us or from us.
struct Movement {
  Id order_id, payment_id, organization_id;  // No payment: staff took it, or handed it back.
  Money amount;                              // At least 0.
  std::string provider;  // Its name: "sandbox"; of an organisation's own account "stripe-own".
  std::string_view reference;  // The provider's id of the movement; what its reports call it.
};

// Money came in. It is split by what the order costs; where it is not the order's price, or the
// order was paid before, it is of no order (unapplied). Of a payment that came before: nothing.
void book_capture(Books& books, const Rows& rows, const Movement& money);
// Staff took an order's price, which is known, at the box office.
void book_desk_sale(Books& books, const Rows& rows, const Movement& money);
// Money that was of no order pays it after all, as staff says: what it is more or less than the
// price is the organiser's.
void book_release(Books& books, const Rows& rows, const Movement& money);
// What came in by the payment is to go back whole, for it bought nothing. Once.
void book_return_due(Books& books, const Rows& rows, const Id& payment_id);
// What is to go back to the buyer of an order, by its lines before and after.
void book_refund_due(Books& books, const Rows& rows, const api::ticket::Refunded& fact);
void book_refund_due(Books& books, const Rows& rows, const api::ticket::Exchanged& fact);
// Money went back to who paid. Before or after it was due: what is due and did not go stands in the
// account refunds.
void book_refund_sent(Books& books, const Rows& rows, const Movement& money);
// It came here again, and is due as it was.
void book_refund_bounced(Books& books, const Rows& rows, const Movement& money);
// What the provider kept for a movement.
void book_provider_fee(Books& books, const Rows& rows, const Movement& fee);

// The provider sent of its balance to the platform's bank account, in one sum of what many
// organisations own: booked in the platform's own books, the nil organisation's. Negative: it came
// back.
void book_provider_payout(Books& books, const std::string& provider, const Money& amount,
                          const std::string& reference);

// The provider took the money back until the dispute is decided; then it is ours again, or the
// buyer's: which is a refund, due by ticket.refunded.
void book_dispute_opened(Books& books, const Rows& rows, const Movement& money);
void book_dispute_closed(Books& books, const Rows& rows, const Movement& money, bool won);
// What of a lost dispute had gone back before: no ticket.refunded makes it due, so the organiser
// bears it. The entry is of no order: what the order earned and gave back stays as it was. Below 0:
// so much of it came here again, for the refund's bank did not take it.
void book_taken_again(Books& books, const Rows& rows, const Movement& money);

// Writes the entry, and what its order and payment are by it.
void apply(Rows& rows, const api::payment::Posted& fact);

}  // namespace bilten::payment
