// The rules of ticket types and of the quotas over them.
#pragma once

#include "common/api/ticket_catalogue.h"
#include "common/api/ticket_sale_facts.h"
#include "common/service/handlers.h"
#include "daemons/ticket/config.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// ---- ticket types (catalogue.cpp) ----

// unknown_event, role_missing, invalid, wrong_currency, unknown_ticket_type, unknown_date,
// date_cancelled, too_many_types
Decided<api::ticket::TicketTypeView> decide_add_type(const Rows& rows, const Context& context,
                                                     const api::ticket::AddType& message,
                                                     const Config& config);
// A type with its event, for who may change it: unknown_ticket_type, role_missing
struct OwnType {
  TypeRow type;
  EventRow event;
};
Result<OwnType> find_own_type(const Rows& rows, const Person* person, const Id& type_id);
// unknown_date, date_cancelled: the date of the terms is not one that takes place.
Status check_type_date(const Rows& rows, const Id& event_id, const TypeTerms& terms);
// too_many_types: the event cannot have so many more.
Status check_room_for_types(const Rows& rows, const Id& event_id, size_t more,
                            const Config& config);
// quantity_below_taken: `taken` are held or sold.
Status check_not_below_taken(int64_t quantity, int64_t taken);
// unknown_ticket_type, role_missing, invalid, wrong_currency, unknown_ticket_type (of an add-on),
// unknown_date, date_cancelled, date_in_use, quantity_below_taken
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

void apply(Rows& rows, const api::ticket::TypeAdded& fact);
void apply(Rows& rows, const api::ticket::TypeChanged& fact);
void apply(Rows& rows, const api::ticket::QuotaAdded& fact);
void apply(Rows& rows, const api::ticket::QuotaChanged& fact);
void apply(Rows& rows, const api::ticket::QuotaRemoved& fact);

}  // namespace bilten::ticket
