// What the ticket service announces of selling: ticket types and orders.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::ticket {

// The most tickets one order may hold, whatever its event allows.
inline constexpr int64_t kOrderTicketsMax = 100;
inline constexpr int64_t kOrderLinesMax = 10;
// The most tickets of one type.
inline constexpr int64_t kQuantityMax = 10'000'000;

// The most quotas of one event, and the most that may limit one type.
inline constexpr int64_t kQuotasPerEventMax = 100;
inline constexpr int64_t kQuotasPerTypeMax = 10;
inline constexpr int64_t kTypesPerQuotaMax = 200;

// So many tickets of one type, at the price of the moment of ordering.
struct Line {
  Id ticket_type_id;
  int64_t quantity = 0;
  int64_t unit_price = 0;  // Minor units of the order's currency.
  bool operator==(const Line&) const = default;
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &Line::ticket_type_id),
                      field("quantity", &Line::quantity, between(1, kOrderTicketsMax)),
                      field("unit_price", &Line::unit_price, between(0, kMoneyMax)));
  }
};

// On what terms a type is sold; facts carry them whole.
struct TypeTerms {
  Text name;
  Money price;
  int64_t min_per_order = 1, max_per_order = 10;
  std::optional<Instant> sales_starts_at, sales_ends_at;
  bool operator==(const TypeTerms&) const = default;
  static constexpr auto fields() {
    return field_list(
        field("name", &TypeTerms::name, length(1, 100, Format::line)),
        field("price", &TypeTerms::price, between(0, kMoneyMax)),
        field("min_per_order", &TypeTerms::min_per_order, between(1, kOrderTicketsMax)),
        field("max_per_order", &TypeTerms::max_per_order, between(1, kOrderTicketsMax)),
        field("sales_starts_at", &TypeTerms::sales_starts_at),
        field("sales_ends_at", &TypeTerms::sales_ends_at));
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

// How many tickets of some types together may be held and sold.
struct QuotaTerms {
  std::string title;
  int64_t quantity = 0;
  std::vector<Id> ticket_type_ids;
  bool operator==(const QuotaTerms&) const = default;
  static constexpr auto fields() {
    return field_list(
        field("name", &QuotaTerms::title, length(1, 100, Format::line)),
        field("quantity", &QuotaTerms::quantity, between(0, kQuantityMax)),
        field("ticket_type_ids", &QuotaTerms::ticket_type_ids, items(0, kTypesPerQuotaMax)));
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

struct Held {
  static constexpr std::string_view name = "ticket.held";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "Tickets are set aside for an order that is to be paid before expires_at.";
  Id organization_id, event_id, order_id;
  std::string code;             // The order's, for people.
  std::optional<Id> person_id;  // Absent: a guest.
  std::vector<Line> lines;
  Money total;
  Instant at, expires_at;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &Held::organization_id), field("event_id", &Held::event_id),
        field("order_id", &Held::order_id), field("code", &Held::code, length(1, 16)),
        field("person_id", &Held::person_id),
        field("lines", &Held::lines, items(1, kOrderLinesMax)), field("total", &Held::total),
        field("at", &Held::at), field("expires_at", &Held::expires_at));
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
  std::vector<Line> lines;
  Money total;
  std::vector<Id> ticket_ids;  // In the order of the lines.
  std::optional<Id> payment_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &Sold::organization_id), field("event_id", &Sold::event_id),
        field("order_id", &Sold::order_id), field("code", &Sold::code, length(1, 16)),
        field("person_id", &Sold::person_id),
        field("lines", &Sold::lines, items(1, kOrderLinesMax)), field("total", &Sold::total),
        field("ticket_ids", &Sold::ticket_ids, items(1, kOrderTicketsMax)),
        field("payment_id", &Sold::payment_id), field("at", &Sold::at));
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
      "A payment came that buys nothing: the order is over, its places are gone, or it was already "
      "paid. The money goes back.";
  Id organization_id, event_id, order_id, payment_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &PaidTooLate::organization_id),
                      field("event_id", &PaidTooLate::event_id),
                      field("order_id", &PaidTooLate::order_id),
                      field("payment_id", &PaidTooLate::payment_id), field("at", &PaidTooLate::at));
  }
};

}  // namespace bilten::api::ticket
