// Mails that are wanted again: their rows of the table.
#include "daemons/ticket/resend.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table resend_table(const ServiceKeys& keys) {
  return {
      command<ResendOrder>("ticket.order.resend", with(keys.mail_index, decide_resend)),
      command<LookUpOrders>("ticket.order.look_up",
                            with(OrderKeys{keys.secret, keys.mail_index}, decide_look_up)),
      query<OrderMail>("ticket.order_mail", with(keys.mail_index, order_mail)),
  };
}

}  // namespace bilten::ticket
