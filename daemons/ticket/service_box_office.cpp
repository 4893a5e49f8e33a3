// The box office's rows of the table.
#include "daemons/ticket/box_office.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table box_office_table(const ServiceKeys& keys) {
  const auto order = [order_keys = OrderKeys{keys.secret, keys.mail_index}](
                         const Rows& rows, const Context& context, const BoxOfficeOrder& message) {
    return decide_box_office_order(rows, context, message, order_keys);
  };
  return {
      command<BoxOfficeOrder>("ticket.box_office.order", order),
      query<ReadBoxOffice>("ticket.box_office", read_box_office),
  };
}

}  // namespace bilten::ticket
