// What the ticket daemon remembers of tickets that change hands. Addresses stand in the vault
// (transfer_key).
#pragma once

#include "common/api/ticket_transfers.h"
#include "common/store/rows.h"

namespace bilten::ticket {

// Offers one holder may make within kOffersWithin.
inline constexpr size_t kOffersMax = 5;
inline constexpr UnixMillis kOffersWithin = UnixMillis{60} * 60'000;
inline constexpr UnixMillis kOfferLasts = 48 * kOffersWithin;

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

// Key: a holder, as ticket.transfer_offered names them. Their last offers, the oldest first.
struct OffersRow {
  static constexpr std::string_view table = "offers";
  std::vector<Instant> at;
  static constexpr auto fields() {
    return field_list(field("at", &OffersRow::at, items(1, static_cast<int64_t>(kOffersMax))));
  }
};

// Where the vault keeps the address of an open offer.
inline std::string transfer_key(const Id& transfer_id) {
  return std::string(RowKey().text("transfer/").id(transfer_id));
}

inline constexpr std::string_view kTransferTimer = "transfer";  // Key: transfer id.

}  // namespace bilten::ticket
