// What an event offers, as it is asked for, and its rows of the table.
#include "common/service/paging.h"
#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/promos.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/type_dates.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

// Who may see the hidden types of an event: its members all, others what their code opens.
class Hidden {
 public:
  Hidden(const Reader& reader, const EventRow& event, const Id& event_id,
         const std::optional<std::string>& code)
      : is_member_(is_member(reader.rows, reader.person, event.organization_id)) {
    auto promo = find_promo(reader.rows, event_id, code, reader.now);
    if (promo && *promo && (*promo)->row.terms.opens_hidden) opened_ = (*promo)->row.terms;
  }
  bool shows(const Id& type_id, const TypeRow& type) const {
    return is_member_ || type.terms.visibility == TypeVisibility::listed ||
           (opened_ && applies_to(*opened_, type_id));
  }

 private:
  bool is_member_;
  std::optional<PromoTerms> opened_;
};

Result<TicketTypeView> read_type(const Reader& reader, const ReadType& message) {
  const auto& type_id = message.ticket_type_id;
  const auto type = reader.rows.find<TypeRow>(type_id.view());
  if (!type) return rests_on("event", unknown_ticket_type());
  const auto event = find_event(reader.rows, reader.person, type->event_id);
  if (!event) return rests_on("event", unknown_ticket_type());
  if (!Hidden(reader, *event, type->event_id, message.promo_code).shows(type_id, *type)) {
    return rests_on("user", unknown_ticket_type());
  }
  return view_of_type(reader.rows, type_id, *type, reader.now);
}

Result<ListOf<TicketTypeView>> list_types(const Reader& reader, const ListTypes& message) {
  const auto event = find_event(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  const auto after = key_after(message.cursor, message.event_id.view(), 32);
  if (!after) return after.error();
  const Hidden hidden(reader, *event, message.event_id, message.promo_code);
  const auto limit = static_cast<size_t>(message.limit);
  ListOf<TicketTypeView> list;
  std::string last;
  reader.rows.scan<TypeOfEvent>(
      message.event_id.view(), *after, SIZE_MAX, [&](std::string_view key, const TypeOfEvent&) {
        const auto type_id = *Id::from_bytes(key.substr(16));
        const auto type = reader.rows.find<TypeRow>(type_id.view());
        CHECK_INVARIANT(type);
        if (message.date_id && type->terms.date_id != message.date_id) return true;
        if (!hidden.shows(type_id, *type)) return true;
        if (list.items.size() == limit) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        list.items.push_back(view_of_type(reader.rows, type_id, *type, reader.now));
        return true;
      });
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

Result<PromoView> read_promo(const Reader& reader, const ReadPromo& message) {
  return view_of_promo(reader.rows, reader.person, message.promo_id);
}

Result<ListOf<PromoView>> list_promos(const Reader& reader, const ListPromos& message) {
  const auto& event_id = message.event_id;
  const auto event = find_own_event(reader.rows, reader.person, event_id, Role::viewer);
  if (!event) return event.error();
  const auto limit = static_cast<size_t>(message.limit);
  const auto after = key_after(message.cursor, event_id.view());
  if (!after) return after.error();
  ListOf<PromoView> list;
  std::string last;
  reader.rows.scan<PromoByCode>(
      event_id.view(), *after, limit + 1, [&](std::string_view key, const PromoByCode& promo) {
        if (list.items.size() == limit) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        auto view = view_of_promo(reader.rows, reader.person, promo.promo_id);
        CHECK_INVARIANT(view);
        list.items.push_back(std::move(*view));
        return true;
      });
  return list;
}

}  // namespace

Table catalogue_table(const Config& config) {
  const auto add_type = [config](const Rows& rows, const Context& context, const AddType& message) {
    return decide_add_type(rows, context, message, config);
  };
  const auto repeat_type = [config](const Rows& rows, const Context& context,
                                    const RepeatType& message) {
    return decide_repeat_type(rows, context, message, config);
  };
  return {
      command<AddType>("ticket.add_type", add_type),
      command<ChangeType>("ticket.change_type", decide_change_type),
      command<RepeatType>("ticket.repeat_type", repeat_type),
      query<ReadType>("ticket.type", read_type),
      query<ListTypes>("ticket.types", list_types),
      command<AddQuota>("ticket.add_quota", decide_add_quota),
      command<ChangeQuota>("ticket.change_quota", decide_change_quota),
      command<RemoveQuota>("ticket.remove_quota", decide_remove_quota),
      query<ReadQuota>("ticket.quota", read_quota),
      query<ListQuotas>("ticket.quotas", list_quotas),
      command<AddPromo>("ticket.add_promo", decide_add_promo),
      command<ChangePromo>("ticket.change_promo", decide_change_promo),
      query<ReadPromo>("ticket.promo", read_promo),
      query<ListPromos>("ticket.promos", list_promos),
  };
}

}  // namespace bilten::ticket
