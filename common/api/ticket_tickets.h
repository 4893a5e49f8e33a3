// The contract of tickets: their codes, and what is made of them to print or to keep.
#pragma once

#include "common/api/list.h"
#include "common/wire/contract.h"

namespace bilten::api::ticket {

using api::ListOf;  // For who uses this namespace.

enum class TicketState : uint8_t { valid, used, cancelled, refunded, transferred, blocked };
constexpr auto names_of(TicketState) {
  return std::array<std::string_view, 6>{"valid",    "used",        "cancelled",
                                         "refunded", "transferred", "blocked"};
}

struct TicketView {
  Id id, order_id, event_id, ticket_type_id;
  TicketState state = TicketState::valid;
  std::optional<std::string> code = {};
  std::optional<Id> date_id = {};
  std::optional<Instant> starts_at = {}, ends_at = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &TicketView::id), field("order_id", &TicketView::order_id),
        field("event_id", &TicketView::event_id),
        field("ticket_type_id", &TicketView::ticket_type_id), field("state", &TicketView::state),
        field("code", &TicketView::code, length(0, 400, Format::secret))
            .doc("What the QR code holds: signed, base45. Left out where it is not asked for."),
        field("date_id", &TicketView::date_id)
            .doc("The date that it is for; absent: the whole event."),
        field("starts_at", &TicketView::starts_at).doc("Of that date."),
        field("ends_at", &TicketView::ends_at));
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
      .doc =
          "One ticket with its code; the secret is that of its order, or of who took it over "
          "since: who gave it away sees it without a code."};
  using Answer = TicketView;
  Id ticket_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &ReadTicket::ticket_id),
                      field("secret", &ReadTicket::secret, length(0, 64, Format::secret)));
  }
};

struct ListMyTickets {
  static constexpr std::string_view name = "ticket.my_tickets";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/me/tickets"},
      .refusals = {"invalid"},
      .doc =
          "The tickets a person has, of all events, with their codes: of own orders and taken over "
          "from others, without those given away. Newest first, by when they were ordered or "
          "offered. A page has whole orders, so its last may go beyond the limit; it may be short, "
          "or empty, and still have a next_cursor."};
  using Answer = ListOf<TicketView>;
  int64_t limit = 50;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("limit", &ListMyTickets::limit, between(1, 100)).or_default(),
                      field("cursor", &ListMyTickets::cursor, length(1, 200)));
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

struct ReadTicketPng : ReadTicketQr {
  static constexpr std::string_view name = "ticket.qr_png";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/tickets/{ticket_id}/qr.png", .produces = "image/png"},
      .refusals = {"unknown_ticket", "ticket_ended"},
      .doc = "The same as PNG, for what shows no SVG."};
};

// What is printed or kept says titles and names in one language.
inline constexpr std::string_view kLanguageDoc =
    "Of titles and names, where they have it; otherwise the plain ones: en, ar.";

struct ReadTicketPdf {
  static constexpr std::string_view name = "ticket.pdf";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET",
                                              .path = "/v1/tickets/{ticket_id}/ticket.pdf",
                                              .produces = "application/pdf"},
                                     .refusals = {"unknown_ticket", "ticket_ended"},
                                     .budget_ms = 10'000,
                                     .doc = "The ticket to print, on a page of A4."};
  using Answer = Content;
  Id ticket_id;
  std::optional<std::string> secret, language;
  static constexpr auto fields() {
    using Self = ReadTicketPdf;
    return field_list(
        field("ticket_id", &Self::ticket_id),
        field("secret", &Self::secret, length(0, 64, Format::secret)),
        field("language", &Self::language, length(2, 35, Format::language)).doc(kLanguageDoc));
  }
};

struct OfPrintedOrder {
  using Answer = Content;
  Id order_id;
  std::optional<std::string> secret, language;
  static constexpr auto fields() {
    using Self = OfPrintedOrder;
    return field_list(
        field("order_id", &Self::order_id),
        field("secret", &Self::secret, length(0, 64, Format::secret)),
        field("language", &Self::language, length(2, 35, Format::language)).doc(kLanguageDoc));
  }
};

struct ReadOrderPdf : OfPrintedOrder {
  static constexpr std::string_view name = "ticket.order.pdf";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET",
                                              .path = "/v1/orders/{order_id}/tickets.pdf",
                                              .produces = "application/pdf"},
                                     .refusals = {"unknown_order", "no_tickets", "too_large"},
                                     .budget_ms = 10'000,
                                     .doc = "The order's good tickets to print, each on a page."};
};

struct ReadOrderCalendar : OfPrintedOrder {
  static constexpr std::string_view name = "ticket.order.calendar";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET",
               .path = "/v1/orders/{order_id}/event.ics",
               .produces = "text/calendar"},
      .refusals = {"unknown_order"},
      .doc = "What the order is for, for a calendar (RFC 5545): the event, or its dates."};
};

}  // namespace bilten::api::ticket
