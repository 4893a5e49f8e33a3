// What the ticket daemon remembers of tickets that change hands. Addresses stand in the vault
// (transfer_key).
#pragma once

#include "common/api/ticket_transfers.h"
#include "common/store/rows.h"

namespace bilten::ticket {

// How long an offer may be accepted.
inline constexpr UnixMillis kOfferLasts = UnixMillis{48} * 60 * 60'000;

// Key: transfer id.
struct TransferRow {
  static constexpr std::string_view table = "transfer";
  Id ticket_id, event_id;
  api::ticket::TransferState state = api::ticket::TransferState::open;
  Instant offered_at, expires_at;
  static constexpr auto fields() {
    return field_list(field("ticket", &TransferRow::ticket_id),
                      field("event", &TransferRow::event_id), field("state", &TransferRow::state),
                      field("offered_at", &TransferRow::offered_at),
                      field("expires_at", &TransferRow::expires_at));
  }
};

// Key: ticket id. There while an offer of the ticket is open.
struct OpenTransfer {
  static constexpr std::string_view table = "open_transfer";
  Id transfer_id;
  static constexpr auto fields() {
    return field_list(field("transfer", &OpenTransfer::transfer_id));
  }
};

// Key: ticket id. Who has it, if that is not who ordered it: by which transfer.
struct HolderRow {
  static constexpr std::string_view table = "holder";
  Id transfer_id;
  std::optional<Id> person_id;  // Absent: a guest.
  Bytes address;                // Keyed hash.
  static constexpr auto fields() {
    return field_list(field("transfer", &HolderRow::transfer_id),
                      field("person", &HolderRow::person_id),
                      field("address", &HolderRow::address, between(16, 16)));
  }
};

// Key: person id + newest_first(transfer id). A ticket that a person with an account took over, and
// has.
struct TicketOfHolder {
  static constexpr std::string_view table = "holder_ticket";
  Id ticket_id;
  static constexpr auto fields() { return field_list(field("ticket", &TicketOfHolder::ticket_id)); }
};

// Where the vault keeps the address of an open offer.
inline std::string transfer_key(const Id& transfer_id) {
  return std::string(RowKey().text("transfer/").id(transfer_id));
}

inline constexpr std::string_view kTransferTimer = "transfer";  // Key: transfer id.

}  // namespace bilten::ticket
