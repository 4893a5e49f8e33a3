// The rules of selling and admitting: each decide_* reads rows and answers facts or a refusal;
// evolve alone changes rows. The order in which a decide names its refusals is the order it checks
// them in.
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/config.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// What orders are kept under: the service's secret, for their links, and the mesh's key of mail
// indexes, for their buyers.
struct OrderKeys {
  std::string secret, mail_index;
};

// ---- events, as the event service announces them ----

// A new event has the check-in list "Main".
Effects decide_drafted(const Rows& rows, const Context& context, const api::event::Drafted& fact);

// ---- the catalogue (catalogue.cpp) ----

// unknown_event, role_missing, invalid, wrong_currency, unknown_ticket_type, too_many_types
Decided<api::ticket::TicketTypeView> decide_add_type(const Rows& rows, const Context& context,
                                                     const api::ticket::AddType& message,
                                                     const Config& config);
// quantity_below_taken: `taken` are held or sold.
Status check_not_below_taken(int64_t quantity, int64_t taken);
// unknown_ticket_type, role_missing, invalid, wrong_currency, unknown_ticket_type (of an add-on),
// quantity_below_taken
Decided<api::ticket::TicketTypeView> decide_change_type(const Rows& rows, const Context& context,
                                                        const api::ticket::ChangeType& message);
api::ticket::TicketTypeView view_of_type(const Rows& rows, const Id& type_id, const TypeRow& type,
                                         UnixMillis now);
// The types of an event in the order they were added.
std::vector<std::pair<Id, TypeRow>> types_of_event(const Rows& rows, const Id& event_id);

// ---- quotas (quotas.cpp) ----

// unknown_event, role_missing, invalid (a type twice), unknown_ticket_type, too_many_quotas (of a
// type), quantity_below_taken, too_many_quotas (of the event)
Decided<api::ticket::QuotaView> decide_add_quota(const Rows& rows, const Context& context,
                                                 const api::ticket::AddQuota& message);
// unknown_quota, role_missing; then as above
Decided<api::ticket::QuotaView> decide_change_quota(const Rows& rows, const Context& context,
                                                    const api::ticket::ChangeQuota& message);
// unknown_quota, role_missing
Decided<Nothing> decide_remove_quota(const Rows& rows, const Context& context,
                                     const api::ticket::RemoveQuota& message);
// For members. unknown_quota, role_missing
Result<api::ticket::QuotaView> view_of_quota(const Rows& rows, const Person* person,
                                             const Id& quota_id);
// In the order they were added.
std::vector<Id> quotas_of_event(const Rows& rows, const Id& event_id);

// ---- promo codes (promos.cpp) ----

// unknown_event, role_missing, invalid, unknown_ticket_type, code_taken, too_many_promo_codes
Decided<api::ticket::PromoView> decide_add_promo(const Rows& rows, const Context& context,
                                                 const api::ticket::AddPromo& message);
// unknown_promo_code, role_missing, invalid, unknown_ticket_type
Decided<api::ticket::PromoView> decide_change_promo(const Rows& rows, const Context& context,
                                                    const api::ticket::ChangePromo& message);
// For members. unknown_promo_code, role_missing
Result<api::ticket::PromoView> view_of_promo(const Rows& rows, const Person* person,
                                             const Id& promo_id);

// ---- orders (orders.cpp, holds.cpp) ----

// unknown_event, not_on_sale; unknown_promo_code, promo_not_open, promo_over; then for each item,
// in turn: invalid (a type twice), unknown_ticket_type, sales_not_open, sales_closed,
// under_minimum, over_limit; then over_limit for the whole, addon_alone, promo_not_applicable,
// promo_exhausted, over_limit and promo_exhausted for the buyer, total_too_large, sold_out
Decided<api::ticket::OrderView> decide_order(const Rows& rows, const Context& context,
                                             const api::ticket::Order& message,
                                             const OrderKeys& keys);
// As an order of the same basket, but for the buyer's limits.
Result<api::ticket::QuoteView> quote(const Reader& reader, const api::ticket::Quote& message);
// unknown_order, role_missing, hold_expired, already_paid; then as an order; becomes_free
Decided<api::ticket::OrderView> decide_change_order(const Rows& rows, const Context& context,
                                                    const api::ticket::ChangeOrder& message,
                                                    std::string_view secret);
// unknown_order, role_missing, hold_expired, already_paid, already_extended
Decided<api::ticket::OrderView> decide_extend_hold(const Rows& rows, const Context& context,
                                                   const api::ticket::ExtendHold& message,
                                                   std::string_view secret);
// unknown_order, role_missing, hold_expired, already_paid
Decided<api::ticket::OrderView> decide_cancel_order(const Rows& rows, const Context& context,
                                                    const api::ticket::CancelOrder& message,
                                                    std::string_view secret);
// unknown_order
Decided<api::ticket::OrderView> decide_confirm_order(const Rows& rows, const Context& context,
                                                     const api::ticket::ConfirmOrder& message);
// The timer "hold": its order passed its time unpaid.
Effects decide_hold_ended(const Rows& rows, const Context& context, std::string_view order_id);
// A hold past its time reads as expired, though its timer has not fired yet.
api::ticket::OrderView view_of_order(const Id& order_id, const OrderRow& order, UnixMillis now);

// ---- doors (scans.cpp; doors.h for what a scan is judged by) ----

// What a scan's code was found to be, before the batch: checking a signature takes 70 us.
struct CheckedCode {
  std::optional<TicketCode> code;  // Nothing: not one of ours.
  std::string hash;
};
// A code that was found genuine before is known by its hash; any other has its signature checked.
Result<CheckedCode> prepare_check_in(const Reader& reader, const api::ticket::CheckIn& message,
                                     std::string_view secret);
// unknown_check_in_list, role_missing, nonce_reused, (what a known nonce got before), invalid,
// wrong_event, revoked, cancelled, refunded, unpaid, wrong_type, too_late, not_yet,
// already_redeemed, not_inside. A ticket that is not let in is recorded and refused.
Decided<api::ticket::CheckInView> decide_check_in(const Rows& rows, const Context& context,
                                                  const api::ticket::CheckIn& message);

// ---- evolve ----

// Applies one fact by name: one of this service, or one it noted from the event service.
void evolve(Rows& rows, std::string_view name, std::string_view body);

void apply(Rows& rows, const api::ticket::TypeAdded& fact);  // catalogue.cpp
void apply(Rows& rows, const api::ticket::TypeChanged& fact);
void apply(Rows& rows, const api::ticket::QuotaAdded& fact);  // quotas.cpp
void apply(Rows& rows, const api::ticket::QuotaChanged& fact);
void apply(Rows& rows, const api::ticket::QuotaRemoved& fact);
void apply(Rows& rows, const api::ticket::PromoAdded& fact);  // promos.cpp
void apply(Rows& rows, const api::ticket::PromoChanged& fact);
void apply(Rows& rows, const api::ticket::Held& fact);  // orders.cpp, holds.cpp
void apply(Rows& rows, const api::ticket::OrderChanged& fact);
void apply(Rows& rows, const api::ticket::HoldExtended& fact);
void apply(Rows& rows, const api::ticket::Sold& fact);
void apply(Rows& rows, const api::ticket::Expired& fact);
void apply(Rows& rows, const api::ticket::Cancelled& fact);
void apply(Rows& rows, const api::ticket::PaidTooLate& fact);
void apply(Rows& rows, const api::ticket::CheckInListAdded& fact);  // lists.cpp, admissions.cpp
void apply(Rows& rows, const api::ticket::CheckedIn& fact);
void apply(Rows& rows, const api::ticket::ScanRefused& fact);

}  // namespace bilten::ticket
