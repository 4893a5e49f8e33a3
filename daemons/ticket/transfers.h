// The rules of transfers: a ticket is offered, and accepted, taken back or left to expire
// (docs/transfers.md).
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/transfer_rows.h"

namespace bilten::ticket {

// unknown_ticket, ticket_used, ticket_ended, event_over, not_transferable, transfer_open,
// too_many_transfers
Decided<api::ticket::TransferView> decide_offer_transfer(const Rows& rows, const Context& context,
                                                         const api::ticket::OfferTransfer& message,
                                                         const OrderKeys& keys);
// unknown_transfer, transfer_over
Decided<api::ticket::TransferView> decide_withdraw_transfer(
    const Rows& rows, const Context& context, const api::ticket::WithdrawTransfer& message,
    const OrderKeys& keys);
// unknown_transfer, transfer_over, ticket_used, ticket_ended, event_over
Decided<api::ticket::AcceptedTransfer> decide_accept_transfer(
    const Rows& rows, const Context& context, const api::ticket::AcceptTransfer& message,
    const OrderKeys& keys);
// The timer "transfer": an offer passed its time.
Effects decide_transfer_ended(const Rows& rows, const Context& context, std::string_view key);

// For the ticket's holder, managers, and who shows the code. unknown_transfer
Result<api::ticket::TransferView> view_of_transfer(const Reader& reader,
                                                   const api::ticket::ReadTransfer& message,
                                                   const OrderKeys& keys);
// unknown_transfer, transfer_over
Result<api::ticket::TransferMail::Answer> transfer_mail(const Reader& reader,
                                                        const api::ticket::TransferMail& message,
                                                        std::string_view secret);

void apply(Rows& rows, const api::ticket::TransferOffered& fact);
void apply(Rows& rows, const api::ticket::Transferred& fact);
void apply(Rows& rows, const api::ticket::TransferWithdrawn& fact);
void apply(Rows& rows, const api::ticket::TransferExpired& fact);

}  // namespace bilten::ticket
