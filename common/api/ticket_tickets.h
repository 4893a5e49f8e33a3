// The contract of tickets: their codes, and the keys that check them.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_facts.h"

namespace bilten::api::ticket {

using api::ListOf;  // For who uses this namespace.

enum class TicketState : uint8_t { valid, used, cancelled, refunded, transferred };
constexpr auto names_of(TicketState) {
  return std::array<std::string_view, 5>{"valid", "used", "cancelled", "refunded", "transferred"};
}

struct TicketView {
  Id id, order_id, event_id, ticket_type_id;
  TicketState state = TicketState::valid;
  std::optional<std::string> code = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &TicketView::id), field("order_id", &TicketView::order_id),
        field("event_id", &TicketView::event_id),
        field("ticket_type_id", &TicketView::ticket_type_id), field("state", &TicketView::state),
        field("code", &TicketView::code, length(0, 400, Format::secret))
            .doc("What the QR code holds: signed, base45. Left out where it is not asked for."));
  }
};

struct TicketKey {
  int64_t key_id = 0;
  std::string algorithm;
  Bytes public_key;
  static constexpr auto fields() {
    return field_list(field("key_id", &TicketKey::key_id, between(1, 255)),
                      field("algorithm", &TicketKey::algorithm, length(1, 16)),
                      field("public_key", &TicketKey::public_key, between(32, 32)));
  }
};

struct ListOrderTickets {
  static constexpr std::string_view name = "ticket.order.tickets";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/orders/{order_id}/tickets"},
      .refusals = {"unknown_order"},
      .doc =
          "The tickets of an order with their codes: for who holds its secret, the person who "
          "made it, and managers."};
  using Answer = ListOf<TicketView>;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    using Self = ListOrderTickets;
    return field_list(field("order_id", &Self::order_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret)));
  }
};

struct ReadTicket {
  static constexpr std::string_view name = "ticket.ticket";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/tickets/{ticket_id}"},
      .refusals = {"unknown_ticket"},
      .doc = "One ticket with its code; the secret is that of its order."};
  using Answer = TicketView;
  Id ticket_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &ReadTicket::ticket_id),
                      field("secret", &ReadTicket::secret, length(0, 64, Format::secret)));
  }
};

struct ReadTicketQr {
  static constexpr std::string_view name = "ticket.qr";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET",
                                              .path = "/v1/tickets/{ticket_id}/qr.svg",
                                              .produces = "image/svg+xml"},
                                     .refusals = {"unknown_ticket", "ticket_ended"},
                                     .doc = "The ticket's code as a QR image."};
  using Answer = Content;
  Id ticket_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &ReadTicketQr::ticket_id),
                      field("secret", &ReadTicketQr::secret, length(0, 64, Format::secret)));
  }
};

struct ListTicketKeys {
  static constexpr std::string_view name = "ticket.keys";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/ticket-keys"},
      .refusals = {"unknown_event"},
      .doc = "The public keys that check the event's ticket codes without a network."};
  using Answer = ListOf<TicketKey>;
  Id event_id;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListTicketKeys::event_id));
  }
};

}  // namespace bilten::api::ticket
