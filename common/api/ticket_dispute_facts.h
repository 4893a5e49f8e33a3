// What the ticket service announces of tickets whose payment is disputed.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

// An order's tickets change together.
struct OfTickets {
  Id organization_id, event_id, order_id;
  std::vector<Id> ticket_ids;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &OfTickets::organization_id),
                      field("event_id", &OfTickets::event_id),
                      field("order_id", &OfTickets::order_id),
                      field("ticket_ids", &OfTickets::ticket_ids, items(0, kOrderTicketsMax)),
                      field("at", &OfTickets::at));
  }
};

struct Blocked : OfTickets {
  static constexpr std::string_view name = "ticket.blocked";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "An order's payment is disputed: no door lets its tickets in until that is decided.";
};

struct Unblocked : OfTickets {
  static constexpr std::string_view name = "ticket.unblocked";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A dispute was won: the order's tickets are good again.";
};

using DisputeFacts = std::variant<Blocked, Unblocked>;

}  // namespace bilten::api::ticket
