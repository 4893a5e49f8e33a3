// Waiting lists: their rows of the table.
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/waiting_list.h"

namespace bilten::ticket {

using namespace api::ticket;

Table waiting_table(const Config& config, const ServiceKeys& keys) {
  const auto next_in_line = [config](const Rows& rows, const Context& context,
                                     std::string_view key) {
    return decide_next_in_line(rows, context, key, config);
  };
  const OrderKeys order_keys{keys.secret, keys.mail_index};
  return {
      command<JoinWaitingList>("ticket.waiting_list.join",
                               with(order_keys, decide_join_waiting_list)),
      query<ReadWaitingEntry>("ticket.waiting_list.entry", with(keys.secret, view_of_waiting)),
      command<LeaveWaitingList>("ticket.waiting_list.leave",
                                with(keys.secret, decide_leave_waiting_list)),
      command<AcceptWaitingOffer>("ticket.waiting_list.accept",
                                  with(order_keys, decide_accept_waiting_offer)),
      query<WaitingListMail>("ticket.waiting_list_mail", with(keys.secret, waiting_list_mail)),
      timer(kWaitingTimer, next_in_line),
      timer(kWaitingOfferTimer, decide_offer_lapsed),
  };
}

}  // namespace bilten::ticket
