// What receipts, invoices and credit notes list: tickets and add-ons by name, with what each costs;
// fees; the tax that is added to prices. An order's lines say it, as they were when it was made or
// changed last.
#pragma once

#include "common/api/payment_document_facts.h"
#include "daemons/payment/order_book_rows.h"

namespace bilten::payment {

// All that the order is of, and what went of it by its last change: where a ticket became another,
// that one is given with a quantity below 0. Names are the types' of now.
std::vector<api::payment::DocumentLine> lines_of(const Rows& rows, const OrderPriceRow& price);
std::vector<api::payment::DocumentLine> lines_that_went(const Rows& rows,
                                                        const OrderPriceRow& price);

// With one more line, where they sum to another amount: of money that moved without a ticket, of
// fees that are kept, of what was paid beyond the price.
std::vector<api::payment::DocumentLine> completed(std::vector<api::payment::DocumentLine> lines,
                                                  int64_t amount);

}  // namespace bilten::payment
