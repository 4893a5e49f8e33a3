// The rules of imports: which lines become tickets, and what the others lack.
#pragma once

#include "common/api/ticket_imports.h"
#include "common/service/handlers.h"
#include "daemons/ticket/import_rows.h"
#include "daemons/ticket/orders.h"

namespace bilten::ticket {

// Finds the lines (import_lines.h) in context.prepared. unknown_event, role_missing, not_on_sale
Decided<api::ticket::ImportReport> decide_import(const Rows& rows, const Context& context,
                                                 const api::ticket::ImportTickets& message,
                                                 const OrderKeys& keys);
// For members. unknown_event, role_missing
Result<api::ticket::ImportProgress> read_imports(const Reader& reader,
                                                 const api::ticket::ReadImports& message);

void apply(Rows& rows, const api::ticket::Imported& fact);

}  // namespace bilten::ticket
