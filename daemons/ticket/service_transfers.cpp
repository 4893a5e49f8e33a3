// Transfers: their rows of the table.
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/transfers.h"

namespace bilten::ticket {

using namespace api::ticket;

Table transfer_table(const ServiceKeys& service_keys) {
  const OrderKeys keys{service_keys.secret, service_keys.mail_index};
  return {
      command<OfferTransfer>("ticket.offer_transfer", with(keys, decide_offer_transfer)),
      query<ReadTransfer>("ticket.transfer", with(keys, view_of_transfer)),
      command<WithdrawTransfer>("ticket.withdraw_transfer", with(keys, decide_withdraw_transfer)),
      command<AcceptTransfer>("ticket.accept_transfer", with(keys, decide_accept_transfer)),
      query<TransferMail>("ticket.transfer_mail", with(keys.secret, transfer_mail)),
      timer(kTransferTimer, decide_transfer_ended),
  };
}

}  // namespace bilten::ticket
