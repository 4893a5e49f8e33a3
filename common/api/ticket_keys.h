// The contract of the keys that sign an event's ticket codes: which there are, and a new one.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_key_facts.h"

namespace bilten::api::ticket {

struct TicketKey {
  int64_t key_id = 1;
  std::string algorithm = "Ed25519";
  Bytes public_key = {};
  bool current = true, accepted = true;
  std::optional<Instant> since_at = {};
  static constexpr auto fields() {
    return field_list(
        field("key_id", &TicketKey::key_id, between(1, kKeyIdMax)),
        field("algorithm", &TicketKey::algorithm, length(1, 16)),
        field("public_key", &TicketKey::public_key, between(32, 32)),
        field("current", &TicketKey::current).doc("Codes are signed by this one now."),
        field("accepted", &TicketKey::accepted).doc("No: codes it signed are revoked."),
        field("since_at", &TicketKey::since_at)
            .doc("When the current key became it; absent where it is the event's first."));
  }
};

struct ListTicketKeys {
  static constexpr std::string_view name = "ticket.keys";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/ticket-keys"},
      .refusals = {"unknown_event"},
      .doc =
          "The public keys that check the event's ticket codes without a network "
          "(docs/ticket-code.md), the oldest first."};
  using Answer = ListOf<TicketKey>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListTicketKeys::event_id));
  }
};

struct RotateTicketKeys {
  static constexpr std::string_view name = "ticket.keys.rotate";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/events/{event_id}/ticket-keys", .status = 201},
      .refusals = {"unknown_event", "role_missing", "too_many_keys"},
      .doc =
          "Signs the event's ticket codes with a new key from now on. Codes that were given out "
          "before stay good, unless they are revoked with this; their holders then need the new "
          "ones. Managers only."};
  using Answer = TicketKey;
  Id event_id;
  bool revoke_before = false;
  static constexpr auto fields() {
    return field_list(field("event_id", &RotateTicketKeys::event_id),
                      field("revoke_before", &RotateTicketKeys::revoke_before)
                          .or_default()
                          .doc("Codes of every key before are refused at the door as revoked."));
  }
};

}  // namespace bilten::api::ticket
