#include "daemons/ticket/holders.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {
namespace {

// 32 characters of base64url.
std::string secret_of(std::string_view service_secret, std::string_view purpose, const Id& id) {
  return base64url(
      std::string_view(crypto::keyed_hash(service_secret, purpose, id.view())).substr(0, 24));
}

bool manages(const Rows& rows, const Person* person, const Id& event_id) {
  if (!person) return false;
  const auto event = rows.find<EventRow>(event_id.view());
  CHECK_INVARIANT(event);
  const auto role = role_of(rows, event->organization_id, person->person_id);
  return role && *role >= Role::manager;
}

}  // namespace

OrderRow order_of(const Rows& rows, const TicketRow& ticket) {
  auto order = rows.find<OrderRow>(ticket.order_id.view());
  CHECK_INVARIANT(order);
  return std::move(*order);
}

std::optional<HolderRow> find_holder(const Rows& rows, const Id& ticket_id) {
  return rows.find<HolderRow>(ticket_id.view());
}

TicketAccess ticket_access(const Rows& rows, const Person* person, const OrderKeys& keys,
                           const Id& ticket_id, const TicketRow& ticket,
                           const std::optional<std::string>& shown_secret) {
  const auto holder = find_holder(rows, ticket_id);
  if (holder) {
    const bool shows_it =
        shown_secret &&
        crypto::equal(*shown_secret, holder_secret(keys.secret, holder->transfer_id));
    if (shows_it || (person && holder->person_id == person->person_id)) return TicketAccess::holder;
  }
  if (manages(rows, person, ticket.event_id)) return TicketAccess::manager;
  const auto access = order_access(rows, person, keys.mail_index, ticket.order_id,
                                   order_of(rows, ticket), shown_secret);
  if (access != OrderAccess::all) return TicketAccess::none;
  return holder ? TicketAccess::giver : TicketAccess::holder;
}

std::string transfer_code(std::string_view service_secret, const Id& transfer_id) {
  return secret_of(service_secret, "transfer code", transfer_id);
}

std::string holder_secret(std::string_view service_secret, const Id& transfer_id) {
  return secret_of(service_secret, "holder link", transfer_id);
}

Bytes holder_key(const Rows& rows, const Id& ticket_id, const TicketRow& ticket) {
  if (const auto holder = find_holder(rows, ticket_id)) {
    return holder->person_id ? Bytes{std::string(holder->person_id->view())} : holder->address;
  }
  const auto order = order_of(rows, ticket);
  return order.person_id ? Bytes{std::string(order.person_id->view())} : order.buyer;
}

}  // namespace bilten::ticket
