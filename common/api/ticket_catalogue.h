// The contract of what an event offers: ticket types, and quotas over several of them.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

using api::ListOf;  // For who uses this namespace.

// When a type is sold, as the clock on the event's wall shows it: 2027-03-28T20:00. Of a time that
// the clocks skip it is the moment they do; of one they show twice the first to start, the last to
// end.
struct LocalWindow {
  std::optional<std::string> sales_starts_local = {}, sales_ends_local = {};
  static constexpr auto fields() {
    return field_list(field("sales_starts_local", &LocalWindow::sales_starts_local, length(16, 16))
                          .doc("In the event's time zone: 2027-03-28T20:00; instead of "
                               "sales_starts_at."),
                      field("sales_ends_local", &LocalWindow::sales_ends_local, length(16, 16))
                          .doc("The same, instead of sales_ends_at."));
  }
};

// When the tickets of a type are for, where that is a date of its own.
struct TypeDate {
  Instant starts_at, ends_at, doors_at;
  std::optional<std::string> starts_local = {};
  std::optional<Text> label = {};
  bool cancelled = false;
  static constexpr auto fields() {
    return field_list(field("starts_at", &TypeDate::starts_at),
                      field("ends_at", &TypeDate::ends_at), field("doors_at", &TypeDate::doors_at),
                      field("starts_local", &TypeDate::starts_local, length(16, 16))
                          .doc("Wall time in the event's zone."),
                      field("label", &TypeDate::label, length(1, 100)),
                      field("cancelled", &TypeDate::cancelled));
  }
};

struct TicketTypeView : TypeTerms, LocalWindow {
  Id id, event_id;
  std::optional<TypeDate> date = {};
  Money current_price = {};
  int64_t quantity = 0, available = 0;
  static constexpr auto fields() {
    using View = TicketTypeView;
    return join_fields(
        field_list(field("id", &View::id), field("event_id", &View::event_id)),
        join_fields(TypeTerms::fields(), LocalWindow::fields()),
        field_list(
            field("current_price", &View::current_price, between(0, kMoneyMax))
                .doc("Of the next ticket, before group rate, promo code, fee and added tax."),
            field("quantity", &View::quantity, between(0, INT64_MAX)).doc("Sold, held and free."),
            field("available", &View::available, between(0, INT64_MAX)).doc("Free just now."),
            field("date", &View::date).doc("That date_id names.")));
  }
};

struct QuotaView {
  Id id, event_id;
  std::string title;
  int64_t quantity = 0, available = 0;
  std::vector<Id> ticket_type_ids = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &QuotaView::id), field("event_id", &QuotaView::event_id),
        field("name", &QuotaView::title, length(1, 100)),
        field("quantity", &QuotaView::quantity, between(0, INT64_MAX)).doc("Sold, held and free."),
        field("available", &QuotaView::available, between(0, INT64_MAX)).doc("Free just now."),
        field("ticket_type_ids", &QuotaView::ticket_type_ids, bilten::items(0, kTypesPerQuotaMax)));
  }
};

struct AddType : TypeTerms, LocalWindow {
  static constexpr std::string_view name = "ticket.add_type";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/ticket-types",
               .status = 201,
               .location = "/v1/ticket-types/{id}"},
      .refusals = {"unknown_event", "role_missing", "wrong_currency", "unknown_ticket_type",
                   "unknown_date", "date_cancelled", "too_many_types"},
      .doc = "Adds a ticket type to an event. Managers and owners only."};
  using Answer = TicketTypeView;
  Id event_id;
  int64_t quantity = 0;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &AddType::event_id)),
                       join_fields(TypeTerms::fields(), LocalWindow::fields()),
                       field_list(field("quantity", &AddType::quantity, between(0, kQuantityMax))));
  }
};

struct ChangeType : LocalWindow {
  static constexpr std::string_view name = "ticket.change_type";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/ticket-types/{ticket_type_id}"},
      .refusals = {"unknown_ticket_type", "role_missing", "wrong_currency", "unknown_date",
                   "date_cancelled", "date_in_use", "quantity_below_taken"},
      .doc =
          "Changes what is given of a ticket type. Orders already made keep their price. "
          "Managers and owners only."};
  using Answer = TicketTypeView;
  Id ticket_type_id;
  std::optional<Text> title;
  std::optional<Money> price;
  std::optional<int64_t> quantity, min_per_order, max_per_order, max_per_buyer;
  std::optional<Instant> sales_starts_at, sales_ends_at;
  std::optional<TypeVisibility> visibility;
  std::optional<std::vector<Id>> addon_to;
  std::optional<std::vector<Tier>> tiers;
  std::optional<std::vector<GroupRate>> group_rates;
  std::optional<int64_t> tax_rate, fee_amount, fee_rate;
  std::optional<bool> tax_included, transferable, refundable;
  std::optional<Id> date_id;
  static constexpr auto fields() {
    using Self = ChangeType;
    constexpr auto rate = between(0, kRateMax);
    constexpr auto count = between(1, kOrderTicketsMax);
    return join_fields(
        field_list(field("ticket_type_id", &Self::ticket_type_id),
                   field("name", &Self::title, length(1, 100, Format::line)),
                   field("price", &Self::price, between(0, kMoneyMax)),
                   field("quantity", &Self::quantity, between(0, kQuantityMax))
                       .doc("Never below what is held and sold."),
                   field("min_per_order", &Self::min_per_order, count),
                   field("max_per_order", &Self::max_per_order, count),
                   field("max_per_buyer", &Self::max_per_buyer, between(1, 10'000)),
                   field("sales_starts_at", &Self::sales_starts_at),
                   field("sales_ends_at", &Self::sales_ends_at),
                   field("visibility", &Self::visibility)),
        LocalWindow::fields(),
        field_list(
            field("addon_to", &Self::addon_to, bilten::items(0, kAddonsMax)),
            field("tiers", &Self::tiers, bilten::items(0, kTiersMax)),
            field("group_rates", &Self::group_rates, bilten::items(0, kGroupRatesMax)),
            field("tax_rate", &Self::tax_rate, rate), field("tax_included", &Self::tax_included),
            field("fee_amount", &Self::fee_amount, between(0, kMoneyMax)),
            field("fee_rate", &Self::fee_rate, rate), field("transferable", &Self::transferable),
            field("refundable", &Self::refundable),
            field("date_id", &Self::date_id)
                .doc("Another only while nothing of the type is held, sold or waited for.")));
  }
};

struct ReadType {
  static constexpr std::string_view name = "ticket.type";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/ticket-types/{ticket_type_id}"},
      .refusals = {"unknown_ticket_type"},
      .doc =
          "One ticket type with what is free of it just now; a hidden one for members, and with "
          "a promo code that opens it."};
  using Answer = TicketTypeView;
  Id ticket_type_id;
  std::optional<std::string> promo_code = {};
  static constexpr auto fields() {
    return field_list(field("ticket_type_id", &ReadType::ticket_type_id),
                      field("promo_code", &ReadType::promo_code, length(1, 40, Format::line)));
  }
};

struct ListTypes {
  static constexpr std::string_view name = "ticket.types";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/ticket-types"},
      .refusals = {"unknown_event", "invalid"},
      .doc =
          "The ticket types of an event with what is free of each just now; hidden ones for "
          "members, and with a promo code that opens them."};
  using Answer = ListOf<TicketTypeView>;
  Id event_id;
  std::optional<std::string> promo_code = {};
  std::optional<Id> date_id = {};
  int64_t limit = 200;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListTypes;
    return field_list(field("event_id", &Self::event_id),
                      field("promo_code", &Self::promo_code, length(1, 40, Format::line)),
                      field("date_id", &Self::date_id).doc("Only those for this date."),
                      field("limit", &Self::limit, between(1, 200)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

// ---- quotas ----

struct AddQuota : QuotaTerms {
  static constexpr std::string_view name = "ticket.add_quota";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/quotas",
               .status = 201,
               .location = "/v1/quotas/{id}"},
      .refusals = {"unknown_event", "role_missing", "unknown_ticket_type", "too_many_quotas",
                   "quantity_below_taken"},
      .doc =
          "Limits some ticket types of an event together. A type is available as far as its own "
          "quantity and every quota over it allow. What the types have held and sold before "
          "counts. Managers and owners only."};
  using Answer = QuotaView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &AddQuota::event_id)), QuotaTerms::fields());
  }
};

struct ChangeQuota {
  static constexpr std::string_view name = "ticket.change_quota";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/quotas/{quota_id}"},
      .refusals = {"unknown_quota", "role_missing", "unknown_ticket_type", "too_many_quotas",
                   "quantity_below_taken"},
      .doc =
          "Changes what is given of a quota; what is held and sold stays. Managers and owners "
          "only."};
  using Answer = QuotaView;
  Id quota_id;
  std::optional<std::string> title;
  std::optional<int64_t> quantity;
  std::optional<std::vector<Id>> ticket_type_ids;
  static constexpr auto fields() {
    return field_list(field("quota_id", &ChangeQuota::quota_id),
                      field("name", &ChangeQuota::title, length(1, 100, Format::line)),
                      field("quantity", &ChangeQuota::quantity, between(0, kQuantityMax))
                          .doc("Never below what is held and sold."),
                      field("ticket_type_ids", &ChangeQuota::ticket_type_ids,
                            bilten::items(0, kTypesPerQuotaMax)));
  }
};

struct RemoveQuota {
  static constexpr std::string_view name = "ticket.remove_quota";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "DELETE", .path = "/v1/quotas/{quota_id}", .status = 204},
      .refusals = {"unknown_quota", "role_missing"},
      .doc = "Lifts a quota; its types keep their own quantities. Managers and owners only."};
  using Answer = Nothing;
  Id quota_id;
  static constexpr auto fields() { return field_list(field("quota_id", &RemoveQuota::quota_id)); }
};

struct ReadQuota {
  static constexpr std::string_view name = "ticket.quota";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/quotas/{quota_id}"},
      .refusals = {"unknown_quota", "role_missing"},
      .doc = "One quota with what is free of it, for members of the organisation."};
  using Answer = QuotaView;
  Id quota_id;
  static constexpr auto fields() { return field_list(field("quota_id", &ReadQuota::quota_id)); }
};

struct ListQuotas {
  static constexpr std::string_view name = "ticket.quotas";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/quotas"},
      .refusals = {"unknown_event", "role_missing"},
      .doc = "The quotas of an event, for members of the organisation."};
  using Answer = ListOf<QuotaView>;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &ListQuotas::event_id)); }
};

}  // namespace bilten::api::ticket
