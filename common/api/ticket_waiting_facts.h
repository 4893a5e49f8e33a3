// What the ticket service announces of waiting lists.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

struct WaitingListJoined {
  static constexpr std::string_view name = "ticket.waiting_list_joined";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Somebody waits for tickets of a type that is sold out. Who: in the vault.";
  Id organization_id, event_id, ticket_type_id, entry_id;
  int64_t quantity = 0;
  std::optional<Id> person_id;  // Absent: a guest.
  Bytes buyer;                  // Keyed hash of their address.
  Instant at;
  static constexpr auto fields() {
    using Self = WaitingListJoined;
    return field_list(
        field("organization_id", &Self::organization_id), field("event_id", &Self::event_id),
        field("ticket_type_id", &Self::ticket_type_id), field("entry_id", &Self::entry_id),
        field("quantity", &Self::quantity, between(1, kOrderTicketsMax)),
        field("person_id", &Self::person_id), field("buyer", &Self::buyer, between(16, 16)),
        field("at", &Self::at));
  }
};

struct OfWaitingEntry {
  Id organization_id, event_id, ticket_type_id, entry_id;
  Instant at;
  static constexpr auto fields() {
    using Self = OfWaitingEntry;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id),
                      field("ticket_type_id", &Self::ticket_type_id),
                      field("entry_id", &Self::entry_id), field("at", &Self::at));
  }
};

struct WaitingListOffered : OfWaitingEntry {
  static constexpr std::string_view name = "ticket.waiting_list_offered";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Places are held for the first in line whose quantity fits, until expires_at. A mail is "
      "wanted: ticket.waiting_list_mail says where to and with which secret.";
  Instant expires_at;
  static constexpr auto fields() {
    return join_fields(OfWaitingEntry::fields(),
                       field_list(field("expires_at", &WaitingListOffered::expires_at)));
  }
};

struct WaitingListAccepted : OfWaitingEntry {
  static constexpr std::string_view name = "ticket.waiting_list_accepted";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "The offered places become an order's, which the next fact announces.";
  Id order_id;
  static constexpr auto fields() {
    return join_fields(OfWaitingEntry::fields(),
                       field_list(field("order_id", &WaitingListAccepted::order_id)));
  }
};

struct WaitingListLeft : OfWaitingEntry {
  static constexpr std::string_view name = "ticket.waiting_list_left";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Somebody waits no more, or declines the places that were held for them.";
};

struct WaitingListLapsed : OfWaitingEntry {
  static constexpr std::string_view name = "ticket.waiting_list_lapsed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Nobody accepted an offer in time: its places go to the next in line.";
};

struct WaitingListRested {
  static constexpr std::string_view name = "ticket.waiting_list_rested";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "Nobody in line fits what is free; more has to be released.";
  Id ticket_type_id;
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &WaitingListRested::ticket_type_id));
  }
};

using WaitingFacts = std::variant<WaitingListJoined, WaitingListOffered, WaitingListAccepted,
                                  WaitingListLeft, WaitingListLapsed, WaitingListRested>;

}  // namespace bilten::api::ticket
