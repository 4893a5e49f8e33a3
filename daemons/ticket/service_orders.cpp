// Orders as they are asked for, and their rows of the table.
#include "common/service/paging.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/orders.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

Error not_logged_in() {
  return {Code::unauthenticated, "unauthenticated", "Log in and send the access token."};
}

// The queries, with the key that the secrets of orders come from.
class OrderQueries {
 public:
  explicit OrderQueries(std::string mesh_key) : mesh_key_(std::move(mesh_key)) {}

  Result<OrderView> order(const Reader& reader, const ReadOrder& message) const {
    const auto order = reader.rows.find<OrderRow>(message.order_id.view());
    if (!order) return unknown_order(nullptr);
    const auto access = order_access(reader.rows, reader.person, mesh_key_, message.order_id,
                                     *order, message.secret);
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
  std::string mesh_key_;
};

}  // namespace

Table order_table(const ServiceKeys& keys) {
  const auto queries = std::make_shared<const OrderQueries>(keys.mail_index);
  const auto order = [order_keys = OrderKeys{keys.secret, keys.mail_index}](
                         const Rows& rows, const Context& context, const Order& message) {
    return decide_order(rows, context, message, order_keys);
  };
  const auto change_order = [mesh_key = keys.mail_index](const Rows& rows, const Context& context,
                                                         const ChangeOrder& message) {
    return decide_change_order(rows, context, message, mesh_key);
  };
  const auto extend_hold = [mesh_key = keys.mail_index](const Rows& rows, const Context& context,
                                                        const ExtendHold& message) {
    return decide_extend_hold(rows, context, message, mesh_key);
  };
  const auto cancel_order = [mesh_key = keys.mail_index](const Rows& rows, const Context& context,
                                                         const CancelOrder& message) {
    return decide_cancel_order(rows, context, message, mesh_key);
  };
  return {
      query<Quote>("ticket.quote", quote),
      command<Order>("ticket.order", order),
      command<ChangeOrder>("ticket.order.change", change_order),
      command<ExtendHold>("ticket.order.extend", extend_hold),
      command<CancelOrder>("ticket.order.cancel", cancel_order),
      query<ReadOrder>("ticket.order.view",
                       by<OrderQueries, ReadOrder>(queries, &OrderQueries::order)),
      query<ListMyOrders>("ticket.my_orders",
                          by<OrderQueries, ListMyOrders>(queries, &OrderQueries::my_orders)),
      timer(kHoldTimer, decide_hold_ended),
  };
}

}  // namespace bilten::ticket
