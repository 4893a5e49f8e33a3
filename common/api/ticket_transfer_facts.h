// What the ticket service announces of tickets that change hands.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

// How often a ticket may change hands: its codes have two bytes for the generation.
inline constexpr int64_t kGenerationMax = 0xFFFF;

struct TransferOffered {
  static constexpr std::string_view name = "ticket.transfer_offered";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A ticket's holder offers it to somebody, whom ticket.transfer_mail knows. Until they accept "
      "nothing changes.";
  Id organization_id, event_id, order_id, ticket_id, transfer_id;
  Bytes holder;  // Who offers it: a person's id, or the keyed hash of an address.
  Instant at, expires_at;
  static constexpr auto fields() {
    using Self = TransferOffered;
    return field_list(
        field("organization_id", &Self::organization_id), field("event_id", &Self::event_id),
        field("order_id", &Self::order_id), field("ticket_id", &Self::ticket_id),
        field("transfer_id", &Self::transfer_id), field("holder", &Self::holder, between(16, 16)),
        field("at", &Self::at), field("expires_at", &Self::expires_at));
  }
};

struct Transferred {
  static constexpr std::string_view name = "ticket.transferred";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A ticket has changed hands: codes of lower generations are revoked. Its order stays the "
      "buyer's.";
  Id organization_id, event_id, order_id, ticket_id, transfer_id;
  int64_t generation = 2;
  std::optional<Id> person_id;  // Absent: a guest.
  Bytes address;                // Keyed hash of the new holder's address.
  Instant at;
  static constexpr auto fields() {
    using Self = Transferred;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("ticket_id", &Self::ticket_id),
                      field("transfer_id", &Self::transfer_id),
                      field("generation", &Self::generation, between(2, kGenerationMax)),
                      field("person_id", &Self::person_id),
                      field("address", &Self::address, between(16, 16)), field("at", &Self::at));
  }
};

// How an offer ends that nobody accepted.
struct EndedTransfer {
  Id organization_id, event_id, ticket_id, transfer_id;
  Instant at;
  static constexpr auto fields() {
    using Self = EndedTransfer;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("ticket_id", &Self::ticket_id),
                      field("transfer_id", &Self::transfer_id), field("at", &Self::at));
  }
};

struct TransferWithdrawn : EndedTransfer {
  static constexpr std::string_view name = "ticket.transfer_withdrawn";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "The offer of a ticket is taken back.";
};

struct TransferExpired : EndedTransfer {
  static constexpr std::string_view name = "ticket.transfer_expired";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Nobody accepted the offer of a ticket in time: all is as it was.";
};

using TransferFacts =
    std::variant<TransferOffered, Transferred, TransferWithdrawn, TransferExpired>;

}  // namespace bilten::api::ticket
