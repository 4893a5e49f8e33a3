// The contract of complimentary tickets and of what staff sell themselves.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_box_office_facts.h"
#include "common/api/ticket_orders.h"

namespace bilten::api::ticket {

struct BoxOfficeOrder {
  static constexpr std::string_view name = "ticket.box_office.order";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/box-office-orders",
               .status = 201,
               .location = "/v1/orders/{id}"},
      .refusals = {"unknown_event", "role_missing", "not_on_sale", "unknown_ticket_type",
                   "date_cancelled", "over_limit", "total_too_large", "sold_out"},
      .doc =
          "Sells tickets at the box office for what they cost now, or gives complimentary ones: "
          "the "
          "order is paid at once. Hidden types, closed sales and limits of an order do not stop "
          "it; "
          "stock and quotas do. Managers only."};
  using Answer = OrderView;
  Id event_id;
  std::vector<OrderItem> items = {};
  BoxOfficeKind kind = BoxOfficeKind::box_office;
  PaidBy paid_by = PaidBy::none;
  std::optional<Buyer> buyer = {};
  static constexpr auto fields() {
    using Self = BoxOfficeOrder;
    return field_list(field("event_id", &Self::event_id),
                      field("items", &Self::items, bilten::items(1, kOrderItemsMax)),
                      field("kind", &Self::kind),
                      field("paid_by", &Self::paid_by)
                          .or_default()
                          .doc("none for complimentary tickets and where all is free, else not."),
                      field("buyer", &Self::buyer).doc("Who gets the tickets, where it is known."));
  }
};

// What was issued of one type, given back tickets included.
struct BoxOfficeLine {
  Id ticket_type_id;
  int64_t comps = 0, sold = 0;
  Money cash = {}, card = {};
  static constexpr auto fields() {
    using Self = BoxOfficeLine;
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(field("ticket_type_id", &Self::ticket_type_id),
                      field("comps", &Self::comps, limits).doc("Complimentary tickets."),
                      field("sold", &Self::sold, limits).doc("Tickets sold by staff."),
                      field("cash", &Self::cash, limits).doc("Taken in for these."),
                      field("card", &Self::card, limits));
  }
};

struct ReadBoxOffice {
  static constexpr std::string_view name = "ticket.box_office";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/box-office"},
      .refusals = {"unknown_event", "role_missing"},
      .doc =
          "What was given away and sold at the box office, by ticket type; refunds are not taken "
          "off. For members of the organisation."};
  using Answer = ListOf<BoxOfficeLine>;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &ReadBoxOffice::event_id)); }
};

}  // namespace bilten::api::ticket
