// What an event offers, as it is asked for, and its rows of the table.
#include "daemons/ticket/core.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

Result<TicketTypeView> read_type(const Reader& reader, const ReadType& message) {
  const auto type = reader.rows.find<TypeRow>(message.ticket_type_id.view());
  if (!type) return rests_on("event", unknown_ticket_type());
  if (!find_event(reader.rows, reader.person, type->event_id)) {
    return rests_on("event", unknown_ticket_type());
  }
  return view_of_type(reader.rows, message.ticket_type_id, *type);
}

Result<ListOf<TicketTypeView>> list_types(const Reader& reader, const ListTypes& message) {
  const auto event = find_event(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  ListOf<TicketTypeView> list;
  for (const auto& [id, type] : types_of_event(reader.rows, message.event_id)) {
    list.items.push_back(view_of_type(reader.rows, id, type));
  }
  return list;
}

Result<QuotaView> read_quota(const Reader& reader, const ReadQuota& message) {
  return view_of_quota(reader.rows, reader.person, message.quota_id);
}

Result<ListOf<QuotaView>> list_quotas(const Reader& reader, const ListQuotas& message) {
  const auto event = find_own_event(reader.rows, reader.person, message.event_id, Role::viewer);
  if (!event) return event.error();
  ListOf<QuotaView> list;
  for (const auto& id : quotas_of_event(reader.rows, message.event_id)) {
    auto quota = view_of_quota(reader.rows, reader.person, id);
    CHECK_INVARIANT(quota);
    list.items.push_back(std::move(*quota));
  }
  return list;
}

}  // namespace

Table catalogue_table(const Config& config) {
  const auto add_type = [config](const Rows& rows, const Context& context, const AddType& message) {
    return decide_add_type(rows, context, message, config);
  };
  return {
      command<AddType>("ticket.add_type", add_type),
      command<ChangeType>("ticket.change_type", decide_change_type),
      query<ReadType>("ticket.type", read_type),
      query<ListTypes>("ticket.types", list_types),
      command<AddQuota>("ticket.add_quota", decide_add_quota),
      command<ChangeQuota>("ticket.change_quota", decide_change_quota),
      command<RemoveQuota>("ticket.remove_quota", decide_remove_quota),
      query<ReadQuota>("ticket.quota", read_quota),
      query<ListQuotas>("ticket.quotas", list_quotas),
  };
}

}  // namespace bilten::ticket
