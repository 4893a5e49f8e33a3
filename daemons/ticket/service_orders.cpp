// Orders as they are asked for, and their rows of the table.
#include "common/service/paging.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

std::optional<Buyer> find_buyer(const Vault& vault, const Id& order_id) {
  const auto kept = vault.get(vault_key(order_id));
  if (!kept) return std::nullopt;  // Erased at the buyer's wish.
  auto buyer = decode<Buyer>(*kept);
  CHECK_INVARIANT(buyer);
  return std::move(*buyer);
}

Error not_logged_in() {
  return {Code::unauthenticated, "unauthenticated", "Log in and send the access token."};
}

// The queries, with the key that the secrets of orders come from.
class Queries {
 public:
  explicit Queries(std::string secret) : secret_(std::move(secret)) {}

  Result<OrderView> order(const Reader& reader, const ReadOrder& message) const {
    const auto order = reader.rows.find<OrderRow>(message.order_id.view());
    if (!order) return unknown_order(nullptr);
    const auto access =
        order_access(reader.rows, reader.person, secret_, message.order_id, *order, message.secret);
    if (access == OrderAccess::none) return unknown_order(reader.person);
    auto view = view_of_order(message.order_id, *order, reader.now);
    if (access == OrderAccess::all) view.buyer = find_buyer(reader.vault, message.order_id);
    return view;
  }

  Result<ListOf<OrderView>> my_orders(const Reader& reader, const ListMyOrders& message) const {
    if (!reader.person) return not_logged_in();
    const auto& person_id = reader.person->person_id;
    const auto limit = static_cast<size_t>(message.limit);
    const auto after = key_after(message.cursor, person_id.view(), 32);
    if (!after) return after.error();
    ListOf<OrderView> list;
    std::string last;
    reader.rows.scan<OrderOfPerson>(
        person_id.view(), *after, limit + 1, [&](std::string_view key, const OrderOfPerson&) {
          if (list.items.size() == limit) {
            list.next_cursor = cursor_at(last);
            return false;
          }
          last = key;
          const auto order_id = newest_first(*Id::from_bytes(key.substr(16)));
          const auto order = reader.rows.find<OrderRow>(order_id.view());
          CHECK_INVARIANT(order);
          list.items.push_back(view_of_order(order_id, *order, reader.now));
          return true;
        });
    return list;
  }

 private:
  std::string secret_;
};

}  // namespace

Table order_table(const ServiceKeys& keys) {
  const auto queries = std::make_shared<const Queries>(keys.secret);
  const auto order = [secret = keys.secret](const Rows& rows, const Context& context,
                                            const Order& message) {
    return decide_order(rows, context, message, secret);
  };
  const auto cancel_order = [secret = keys.secret](const Rows& rows, const Context& context,
                                                   const CancelOrder& message) {
    return decide_cancel_order(rows, context, message, secret);
  };
  return {
      command<Order>("ticket.order", order),
      command<CancelOrder>("ticket.order.cancel", cancel_order),
      command<ConfirmOrder>("ticket.order.confirm", decide_confirm_order),
      query<ReadOrder>("ticket.order.view", by<Queries, ReadOrder>(queries, &Queries::order)),
      query<ListMyOrders>("ticket.my_orders",
                          by<Queries, ListMyOrders>(queries, &Queries::my_orders)),
      timer(kHoldTimer, decide_hold_ended),
  };
}

}  // namespace bilten::ticket
