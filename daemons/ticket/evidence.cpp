#include "daemons/ticket/evidence.h"

#include "daemons/ticket/buyer.h"
#include "daemons/ticket/door_rows.h"
#include "daemons/ticket/printout.h"
#include "daemons/ticket/resend.h"

namespace bilten::ticket {

using api::ticket::EvidenceTicket;
using api::ticket::kEvidenceAdmissionsMax;
using api::ticket::kListsPerEventMax;
using api::ticket::OrderEvidence;

namespace {

using Lists = std::vector<std::pair<Id, ListRow>>;

Lists lists_of(const Rows& rows, const Id& event_id) {
  Lists lists;
  rows.scan<ListOfEvent>(event_id.view(), {}, static_cast<size_t>(kListsPerEventMax),
                         [&](std::string_view key, const ListOfEvent&) {
                           const auto id = *Id::from_bytes(key.substr(16));
                           auto list = rows.find<ListRow>(id.view());
                           CHECK_INVARIANT(list);
                           lists.emplace_back(id, std::move(*list));
                           return true;
                         });
  return lists;
}

EvidenceTicket evidence_of(const Rows& rows, const Id& ticket_id, const Lists& lists) {
  const auto ticket = rows.find<TicketRow>(ticket_id.view());
  CHECK_INVARIANT(ticket);
  EvidenceTicket made{.ticket_id = ticket_id};
  made.state = ticket->state;
  if (const auto type = rows.find<TypeRow>(ticket->ticket_type_id.view())) {
    made.type = text_in(type->terms.title, std::nullopt);
    made.refundable = type->terms.refundable;
  }
  for (const auto& [list_id, list] : lists) {
    if (made.admissions.size() == static_cast<size_t>(kEvidenceAdmissionsMax)) break;
    const auto admission = rows.find<AdmissionRow>(key_of(list_id, ticket_id));
    if (!admission || admission->entries == 0) continue;
    made.admissions.push_back({.list = list.terms.title,
                               .gate = admission->first_gate,
                               .first_at = admission->first_at,
                               .last_at = admission->entered_at,
                               .entries = admission->entries});
  }
  return made;
}

}  // namespace

Result<OrderEvidence::Answer> order_evidence(const Reader& reader, const OrderEvidence& message) {
  const auto& rows = reader.rows;
  const auto order = rows.find<OrderRow>(message.order_id.view());
  if (!order) return Error{Code::not_found, "unknown_order", "There is no such order."};
  OrderEvidence::Answer answer{.code = order->code, .ordered_at = order->created_at};
  if (const auto event = rows.find<EventRow>(order->event_id.view())) {
    answer.timezone = event->terms.timezone;
    answer.starts_at = event->terms.starts_at;
    answer.ends_at = event->terms.ends_at;
  }
  if (const auto details = rows.find<EventDetailsRow>(order->event_id.view())) {
    answer.event_title = text_in(details->title, std::nullopt);
    if (details->venue) answer.venue = details->venue->name;
  }
  if (const auto buyer = find_buyer(reader.vault, message.order_id)) {
    answer.buyer_name = buyer->name;
    answer.buyer_email = buyer->email;
  }
  const auto lists = lists_of(rows, order->event_id);
  for (const auto& ticket_id : order->ticket_ids) {
    answer.tickets.push_back(evidence_of(rows, ticket_id, lists));
  }
  answer.resends_asked_at = resends_of(rows, message.order_id);
  return answer;
}

}  // namespace bilten::ticket
