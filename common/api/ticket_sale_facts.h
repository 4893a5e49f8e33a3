// What the ticket service announces of selling: ticket types and orders.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

// So many tickets of one type at one price, as ordered: what is asked for later is this, whatever
// the type's terms are by then. All amounts are minor units of the order's currency, for the whole
// line (docs/pricing.md).
struct Line {
  Id ticket_type_id;
  int64_t quantity = 0;
  int64_t unit_price = 0;  // Before everything else.
  int64_t discount = 0;    // Group rate and promo code together.
  int64_t fee = 0;
  int64_t tax = 0;    // In the total, whether prices include it or not.
  int64_t total = 0;  // What is paid for the line.
  bool operator==(const Line&) const = default;
  static constexpr auto fields() {
    constexpr auto amount = between(0, kMoneyMax);
    return field_list(field("ticket_type_id", &Line::ticket_type_id),
                      field("quantity", &Line::quantity, between(1, kOrderTicketsMax)),
                      field("unit_price", &Line::unit_price, amount),
                      field("discount", &Line::discount, amount), field("fee", &Line::fee, amount),
                      field("tax", &Line::tax, amount), field("total", &Line::total, amount));
  }
};

// A promo code's part in an order.
struct PromoUse {
  Id promo_id;
  int64_t tickets = 0;  // Of the code's limit.
  bool operator==(const PromoUse&) const = default;
  static constexpr auto fields() {
    return field_list(field("promo_id", &PromoUse::promo_id),
                      field("tickets", &PromoUse::tickets, between(0, kOrderTicketsMax)));
  }
};

struct TypeAdded {
  static constexpr std::string_view name = "ticket.type_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event has a ticket type more.";
  Id organization_id, event_id, ticket_type_id;
  TypeTerms terms;
  int64_t quantity = 0;  // Sold and held ones included.
  static constexpr auto fields() {
    return field_list(field("organization_id", &TypeAdded::organization_id),
                      field("event_id", &TypeAdded::event_id),
                      field("ticket_type_id", &TypeAdded::ticket_type_id),
                      field("terms", &TypeAdded::terms),
                      field("quantity", &TypeAdded::quantity, between(0, kQuantityMax)));
  }
};

struct TypeChanged {
  static constexpr std::string_view name = "ticket.type_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A ticket type has other terms. Orders made before keep the price they were made at.";
  Id organization_id, event_id, ticket_type_id;
  TypeTerms terms;
  int64_t quantity = 0;  // Sold and held ones included.
  static constexpr auto fields() {
    return field_list(field("organization_id", &TypeChanged::organization_id),
                      field("event_id", &TypeChanged::event_id),
                      field("ticket_type_id", &TypeChanged::ticket_type_id),
                      field("terms", &TypeChanged::terms),
                      field("quantity", &TypeChanged::quantity, between(0, kQuantityMax)));
  }
};

struct QuotaAdded {
  static constexpr std::string_view name = "ticket.quota_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Some ticket types of an event may together sell no more than a quota, beside their own "
      "quantities.";
  Id organization_id, event_id, quota_id;
  QuotaTerms terms;
  static constexpr auto fields() {
    return field_list(field("organization_id", &QuotaAdded::organization_id),
                      field("event_id", &QuotaAdded::event_id),
                      field("quota_id", &QuotaAdded::quota_id), field("terms", &QuotaAdded::terms));
  }
};

struct QuotaChanged {
  static constexpr std::string_view name = "ticket.quota_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A quota has another size or limits other types; what these have held and sold counts.";
  Id organization_id, event_id, quota_id;
  QuotaTerms terms;
  static constexpr auto fields() {
    return field_list(field("organization_id", &QuotaChanged::organization_id),
                      field("event_id", &QuotaChanged::event_id),
                      field("quota_id", &QuotaChanged::quota_id),
                      field("terms", &QuotaChanged::terms));
  }
};

struct QuotaRemoved {
  static constexpr std::string_view name = "ticket.quota_removed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A quota limits nothing any more.";
  Id organization_id, event_id, quota_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &QuotaRemoved::organization_id),
                      field("event_id", &QuotaRemoved::event_id),
                      field("quota_id", &QuotaRemoved::quota_id));
  }
};

struct PromoAdded {
  static constexpr std::string_view name = "ticket.promo_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "An event has a promo code more.";
  Id organization_id, event_id, promo_id;
  PromoTerms terms;
  static constexpr auto fields() {
    return field_list(field("organization_id", &PromoAdded::organization_id),
                      field("event_id", &PromoAdded::event_id),
                      field("promo_id", &PromoAdded::promo_id), field("terms", &PromoAdded::terms));
  }
};

struct PromoChanged {
  static constexpr std::string_view name = "ticket.promo_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A promo code has other terms. Orders made before keep their discount.";
  Id organization_id, event_id, promo_id;
  PromoTerms terms;
  static constexpr auto fields() {
    return field_list(field("organization_id", &PromoChanged::organization_id),
                      field("event_id", &PromoChanged::event_id),
                      field("promo_id", &PromoChanged::promo_id),
                      field("terms", &PromoChanged::terms));
  }
};

struct Held {
  static constexpr std::string_view name = "ticket.held";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Tickets are set aside for an order that is to be paid before expires_at.";
  Id organization_id, event_id, order_id;
  std::string code;             // The order's, for people.
  std::optional<Id> person_id;  // Absent: a guest.
  Bytes buyer;                  // Keyed hash of the buyer's address.
  std::vector<Line> lines;
  Money total;
  std::optional<PromoUse> promo;
  Instant at, expires_at;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &Held::organization_id), field("event_id", &Held::event_id),
        field("order_id", &Held::order_id), field("code", &Held::code, length(1, 16)),
        field("person_id", &Held::person_id), field("buyer", &Held::buyer, between(16, 16)),
        field("lines", &Held::lines, items(1, kOrderLinesMax)), field("total", &Held::total),
        field("promo", &Held::promo), field("at", &Held::at),
        field("expires_at", &Held::expires_at));
  }
};

struct Sold {
  static constexpr std::string_view name = "ticket.sold";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "An order is paid, or was free, and its tickets exist. A free order has no ticket.held "
      "before.";
  Id organization_id, event_id, order_id;
  std::string code;
  std::optional<Id> person_id;
  Bytes buyer;  // Keyed hash of the buyer's address.
  std::vector<Line> lines;
  Money total;
  std::optional<PromoUse> promo;
  std::vector<Id> ticket_ids;  // In the order of the lines.
  std::optional<Id> payment_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &Sold::organization_id), field("event_id", &Sold::event_id),
        field("order_id", &Sold::order_id), field("code", &Sold::code, length(1, 16)),
        field("person_id", &Sold::person_id), field("buyer", &Sold::buyer, between(16, 16)),
        field("lines", &Sold::lines, items(1, kOrderLinesMax)), field("total", &Sold::total),
        field("promo", &Sold::promo),
        field("ticket_ids", &Sold::ticket_ids, items(1, kOrderTicketsMax)),
        field("payment_id", &Sold::payment_id), field("at", &Sold::at));
  }
};

struct OrderChanged {
  static constexpr std::string_view name = "ticket.order_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A held order is for other tickets, at the prices of this moment; its time goes on.";
  Id organization_id, event_id, order_id;
  std::vector<Line> lines;
  Money total;
  std::optional<PromoUse> promo;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &OrderChanged::organization_id),
                      field("event_id", &OrderChanged::event_id),
                      field("order_id", &OrderChanged::order_id),
                      field("lines", &OrderChanged::lines, items(1, kOrderLinesMax)),
                      field("total", &OrderChanged::total), field("promo", &OrderChanged::promo),
                      field("at", &OrderChanged::at));
  }
};

struct HoldExtended {
  static constexpr std::string_view name = "ticket.hold_extended";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A held order has more time, once.";
  Id organization_id, event_id, order_id;
  Instant at, expires_at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &HoldExtended::organization_id),
                      field("event_id", &HoldExtended::event_id),
                      field("order_id", &HoldExtended::order_id), field("at", &HoldExtended::at),
                      field("expires_at", &HoldExtended::expires_at));
  }
};

struct Expired {
  static constexpr std::string_view name = "ticket.expired";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A hold passed its time unpaid; its stock is free again.";
  Id organization_id, event_id, order_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Expired::organization_id),
                      field("event_id", &Expired::event_id), field("order_id", &Expired::order_id),
                      field("at", &Expired::at));
  }
};

struct Cancelled {
  static constexpr std::string_view name = "ticket.cancelled";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A held order was given up; its stock is free again.";
  Id organization_id, event_id, order_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Cancelled::organization_id),
                      field("event_id", &Cancelled::event_id),
                      field("order_id", &Cancelled::order_id), field("at", &Cancelled::at));
  }
};

struct PaidTooLate {
  static constexpr std::string_view name = "ticket.paid_too_late";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "A payment came that buys nothing: the order is over, its places are gone, it was already "
      "paid, or the amount is not its total. The money goes back.";
  Id organization_id, event_id, order_id, payment_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &PaidTooLate::organization_id),
                      field("event_id", &PaidTooLate::event_id),
                      field("order_id", &PaidTooLate::order_id),
                      field("payment_id", &PaidTooLate::payment_id), field("at", &PaidTooLate::at));
  }
};

using SaleFacts =
    std::variant<Sold, Held, Expired, Cancelled, TypeAdded, TypeChanged, QuotaAdded, QuotaChanged,
                 QuotaRemoved, PromoAdded, PromoChanged, OrderChanged, HoldExtended, PaidTooLate>;

}  // namespace bilten::api::ticket
