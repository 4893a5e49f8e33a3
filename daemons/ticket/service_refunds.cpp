// Refunds as they are asked for, and their rows of the table.
#include "daemons/ticket/refunds.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table refund_table(const ServiceKeys& keys) {
  const auto refund = [mesh_key = keys.mail_index](const Rows& rows, const Context& context,
                                                   const RefundOrder& message) {
    return decide_refund(rows, context, message, mesh_key);
  };
  const auto refunds = [mesh_key = keys.mail_index](
                           const Reader& reader,
                           const ListRefunds& message) -> Result<ListOf<RefundView>> {
    const auto order = reader.rows.find<OrderRow>(message.order_id.view());
    if (!order) return unknown_order(nullptr);
    const auto access = order_access(reader.rows, reader.person, mesh_key, message.order_id, *order,
                                     message.secret);
    if (access != OrderAccess::all) return unknown_order(reader.person);
    return ListOf<RefundView>{refunds_of(reader.rows, message.order_id, *order), {}};
  };
  return {
      command<RefundOrder>("ticket.order.refund", refund),
      query<ListRefunds>("ticket.order.refunds", refunds),
  };
}

}  // namespace bilten::ticket
