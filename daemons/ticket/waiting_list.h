// The rules of waiting lists: who joins and leaves, who is offered what is released, and what
// becomes of the offer (docs/waiting-list.md).
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/config.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/waiting_rows.h"

namespace bilten::ticket {

// unknown_event, not_on_sale; as an order of the same, from unknown_ticket_type to
// total_too_large; not_sold_out, already_waiting, waiting_list_full
Decided<api::ticket::WaitingView> decide_join_waiting_list(
    const Rows& rows, const Context& context, const api::ticket::JoinWaitingList& message,
    const OrderKeys& keys);
// unknown_waiting_entry, offer_over
Decided<api::ticket::WaitingView> decide_leave_waiting_list(
    const Rows& rows, const Context& context, const api::ticket::LeaveWaitingList& message,
    std::string_view secret);
// unknown_waiting_entry, not_offered, offer_over, not_on_sale; then as an order
Decided<api::ticket::OrderView> decide_accept_waiting_offer(
    const Rows& rows, const Context& context, const api::ticket::AcceptWaitingOffer& message,
    const OrderKeys& keys);
// The timer "waiting_list": something of the type was released, or somebody joined.
Effects decide_next_in_line(const Rows& rows, const Context& context, std::string_view key,
                            const Config& config);
// The timer "waiting_offer": an offer passed its time.
Effects decide_offer_lapsed(const Rows& rows, const Context& context, std::string_view key);

// The entry as anybody may see it who sees it at all; nothing of who it is.
api::ticket::WaitingView view_of_entry(const Id& entry_id, const WaitingRow& entry, UnixMillis now);
// For who holds the secret, who joined, and managers. unknown_waiting_entry
Result<api::ticket::WaitingView> view_of_waiting(const Reader& reader,
                                                 const api::ticket::ReadWaitingEntry& message,
                                                 std::string_view secret);
// unknown_waiting_entry, offer_over
Result<api::ticket::WaitingListMail::Answer> waiting_list_mail(
    const Reader& reader, const api::ticket::WaitingListMail& message, std::string_view secret);

void apply(Rows& rows, const api::ticket::WaitingListJoined& fact);
void apply(Rows& rows, const api::ticket::WaitingListOffered& fact);
void apply(Rows& rows, const api::ticket::WaitingListAccepted& fact);
void apply(Rows& rows, const api::ticket::WaitingListLeft& fact);
void apply(Rows& rows, const api::ticket::WaitingListLapsed& fact);
void apply(Rows& rows, const api::ticket::WaitingListRested& fact);

}  // namespace bilten::ticket
