// Who serves in a run: user, event, ticket and payment as they are, and a reader of ticket's facts.
#pragma once

#include <memory>

#include "common/service/table.h"
#include "daemons/payment/providers.h"

namespace bilten::sim {

// Tables serve all runs of a process.
const Table& user_table();
const Table& event_table();
const Table& ticket_table();
const Table& payment_table();
// The same where the organisation has an account of its own, which lives as long.
payment::OwnAccounts own_account(const Id& organization_id, payment::Provider& own);
std::unique_ptr<Table> payment_table_of(const payment::OwnAccounts& own);
// Notes every fact of ticket in its own journal, and does nothing else.
const Table& reader_table();

// Whom payment asks for money from now on, in the platform's account: each run has a provider of
// its own, which lives as long.
void set_provider(payment::Provider& provider);

// What user and payment record at each start.
Effects start_of_user(const Rows& rows, const Context& context);
Effects start_of_payment(const Rows& rows, const Context& context, const payment::OwnAccounts& own);

}  // namespace bilten::sim
