#include "daemons/ticket/type_dates.h"

#include <set>

#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ListOf;
using api::ticket::RepeatedType;
using api::ticket::RepeatType;
using api::ticket::TypeAdded;

namespace {

Status check_no_date_twice(const std::vector<Id>& date_ids) {
  std::set<Id> seen;
  Faults faults;
  const Path root;
  const Path list{&root, "date_ids"};
  for (size_t i = 0; i < date_ids.size(); ++i) {
    if (!seen.insert(date_ids[i]).second)
      faults.add(Path{&list, {}, i}, "stands in the list twice");
  }
  if (!faults.list.empty()) return invalid(std::move(faults));
  return Done{};
}

// What is sold beside tickets of one date would be sold beside those on all dates.
Status check_hosts(const Rows& rows, const TypeTerms& terms) {
  for (const auto& host_id : terms.addon_to) {
    const auto host = rows.find<TypeRow>(host_id.view());
    CHECK_INVARIANT(host);
    if (!host->terms.date_id) continue;
    return Error{Code::conflict, "addon_of_date",
                 "The type is sold beside tickets of one date; add it for each date by itself."};
  }
  return Done{};
}

}  // namespace

Decided<ListOf<RepeatedType>> decide_repeat_type(const Rows& rows, const Context& context,
                                                 const RepeatType& message, const Config& config) {
  auto own = find_own_type(rows, context.person, message.ticket_type_id);
  if (!own) return own.error();
  auto& [type, event] = *own;
  if (const auto fit = check_no_date_twice(message.date_ids); !fit) return fit.error();
  for (const auto& date_id : message.date_ids) {
    type.terms.date_id = date_id;
    if (const auto fit = check_type_date(rows, type.event_id, type.terms); !fit) return fit.error();
  }
  if (const auto fit = check_hosts(rows, type.terms); !fit) return fit.error();
  const auto room = check_room_for_types(rows, type.event_id, message.date_ids.size(), config);
  if (!room) return room.error();
  const auto quantity = find_stock(rows, message.ticket_type_id).total;
  Decision<ListOf<RepeatedType>> decision;
  for (const auto& date_id : message.date_ids) {
    const Id type_id = context.fresh_id();
    type.terms.date_id = date_id;
    decision.record(TypeAdded{.organization_id = event.organization_id,
                              .event_id = type.event_id,
                              .ticket_type_id = type_id,
                              .terms = type.terms,
                              .quantity = quantity});
    decision.answer.items.push_back({type_id, date_id});
  }
  return decision;
}

}  // namespace bilten::ticket
