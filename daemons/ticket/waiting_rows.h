// What the ticket daemon remembers of waiting lists. Names and addresses stand in the vault
// (waiting_key). How many wait for a type is in its stock.
#pragma once

#include "common/api/ticket_waiting.h"
#include "common/store/rows.h"

namespace bilten::ticket {

// Key: entry id (UUIDv7: their order is that of joining).
struct WaitingRow {
  static constexpr std::string_view table = "waiting";
  Id event_id, ticket_type_id;
  int64_t quantity = 0;
  std::optional<Id> person_id = {};  // Absent: a guest.
  Bytes buyer = {};                  // Keyed hash of the address.
  api::ticket::WaitingState state = api::ticket::WaitingState::waiting;
  Instant joined_at = {};
  std::optional<Instant> expires_at = {};  // Of an offer.
  std::optional<Id> order_id = {};         // Once accepted.
  static constexpr auto fields() {
    using Self = WaitingRow;
    return field_list(field("event", &Self::event_id), field("type", &Self::ticket_type_id),
                      field("quantity", &Self::quantity, between(1, api::ticket::kOrderTicketsMax)),
                      field("person", &Self::person_id),
                      field("buyer", &Self::buyer, between(16, 16)), field("state", &Self::state),
                      field("joined_at", &Self::joined_at), field("expires_at", &Self::expires_at),
                      field("order", &Self::order_id));
  }
};

// Key: ticket type id + quantity + entry id. Who waits; so the first of each quantity is found by
// one look, however many wait.
struct InLine {
  static constexpr std::string_view table = "in_line";
  static constexpr auto fields() { return field_list(); }
};

// Key: event id + entry id. All that ever joined.
struct WaitingOfEvent {
  static constexpr std::string_view table = "event_waiting";
  static constexpr auto fields() { return field_list(); }
};

// Key: ticket type id + hash of an address. Its one entry that waits or has an offer.
struct WaitingOfBuyer {
  static constexpr std::string_view table = "buyer_waiting";
  Id entry_id;
  static constexpr auto fields() { return field_list(field("entry", &WaitingOfBuyer::entry_id)); }
};

inline std::string line_key(const Id& ticket_type_id, int64_t quantity) {
  return std::string(RowKey(ticket_type_id).number(static_cast<uint64_t>(quantity)));
}
inline std::string waiting_buyer_key(const Id& ticket_type_id, const Bytes& buyer) {
  return std::string(RowKey(ticket_type_id).text(buyer.data));
}
// Where the vault keeps who waits.
inline std::string waiting_key(const Id& entry_id) {
  return std::string(RowKey().text("waiting/").id(entry_id));
}

inline constexpr std::string_view kWaitingOfferTimer = "waiting_offer";  // Key: entry id.

}  // namespace bilten::ticket
