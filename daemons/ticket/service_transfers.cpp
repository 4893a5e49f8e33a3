// Transfers: their rows of the table.
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/transfers.h"

namespace bilten::ticket {

using namespace api::ticket;

Table transfer_table(const ServiceKeys& keys) {
  // Binds the service's secret as the last argument.
  const auto with_secret = [secret = keys.secret](auto function) {
    return [secret, function](const auto&... arguments) { return function(arguments..., secret); };
  };
  const auto accept = [order_keys = OrderKeys{keys.secret, keys.mail_index}](
                          const Rows& rows, const Context& context, const AcceptTransfer& message) {
    return decide_accept_transfer(rows, context, message, order_keys);
  };
  return {
      command<OfferTransfer>("ticket.offer_transfer", with_secret(decide_offer_transfer)),
      query<ReadTransfer>("ticket.transfer", with_secret(view_of_transfer)),
      command<WithdrawTransfer>("ticket.withdraw_transfer", with_secret(decide_withdraw_transfer)),
      command<AcceptTransfer>("ticket.accept_transfer", accept),
      query<TransferMail>("ticket.transfer_mail", with_secret(transfer_mail)),
      timer(kTransferTimer, decide_transfer_ended),
  };
}

}  // namespace bilten::ticket
