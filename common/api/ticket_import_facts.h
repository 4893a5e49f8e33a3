// What the ticket service announces of tickets that were sold elsewhere and are imported.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

// The longest order code, and position in an order, of another system.
inline constexpr int64_t kImportedCodeMax = 16;

struct ImportedTicket {
  Id ticket_id;
  std::string position;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &ImportedTicket::ticket_id),
                      field("position", &ImportedTicket::position, length(1, kImportedCodeMax)));
  }
};

struct Imported {
  static constexpr std::string_view name = "ticket.imported";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "The ticket.sold just before was sold by another system, which was paid for it: its code is "
      "the other system's, and so are these positions.";
  Id organization_id, event_id, order_id;
  std::vector<ImportedTicket> tickets;
  Id person_id;  // Who imported it.
  Instant at;
  static constexpr auto fields() {
    using Self = Imported;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("tickets", &Self::tickets, items(1, kOrderTicketsMax)),
                      field("person_id", &Self::person_id), field("at", &Self::at));
  }
};

using ImportFacts = std::variant<Imported>;

}  // namespace bilten::api::ticket
