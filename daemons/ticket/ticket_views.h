// Tickets as those see them who may have their codes. A code is a pure function of rows and the
// service's key: it is made when it is read, and stored nowhere.
#pragma once

#include "common/service/daemon.h"
#include "common/service/handlers.h"
#include "daemons/ticket/config.h"
#include "daemons/ticket/event_keys.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

class TicketViews {
 public:
  TicketViews(const Config& config, const ServiceKeys& keys)
      : config_(config), links_{keys.secret, keys.mail_index}, keys_(keys.secret) {}

  // For the ticket's holder and managers; for who gave it away it is transferred, and has no code.
  // unknown_ticket
  Result<api::ticket::TicketView> ticket(const Reader& reader, const Id& ticket_id,
                                         const std::optional<std::string>& shown_secret) const;
  // For who holds the order's secret, who made it, and managers; unknown_order.
  Result<OrderRow> order(const Reader& reader, const Id& order_id,
                         const std::optional<std::string>& shown_secret) const;
  // As who made the order sees them: what was given away is transferred, and has no code.
  std::vector<api::ticket::TicketView> of_order(const Rows& rows, const OrderRow& order) const;

 private:
  // What the codes of one event's tickets are signed with; the event says how long they are good
  // offline, or the ticket's date.
  struct Signing {
    uint8_t key_id = kFirstKey;
    std::shared_ptr<const crypto::SigningKey> key;
    EventRow event;
  };
  Signing signing_of(const Rows& rows, const Id& event_id) const;
  api::ticket::TicketView view_of(const Rows& rows, const Id& id, const TicketRow& ticket,
                                  const Signing& signing) const;

  Config config_;
  OrderKeys links_;
  EventKeys keys_;
};

}  // namespace bilten::ticket
