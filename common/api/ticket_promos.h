// The contract of promo codes.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

using api::ListOf;  // For who uses this namespace.

struct PromoView : PromoTerms {
  Id id, event_id;
  int64_t tickets = 0;
  static constexpr auto fields() {
    using View = PromoView;
    return join_fields(field_list(field("id", &View::id), field("event_id", &View::event_id)),
                       PromoTerms::fields(),
                       field_list(field("tickets", &View::tickets, between(0, INT64_MAX))
                                      .doc("Held and sold under the code.")));
  }
};

struct AddPromo : PromoTerms {
  static constexpr std::string_view name = "ticket.add_promo";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/promo-codes",
               .status = 201,
               .location = "/v1/promo-codes/{id}"},
      .refusals = {"unknown_event", "role_missing", "unknown_ticket_type", "code_taken",
                   "too_many_promo_codes"},
      .doc =
          "Adds a promo code to an event. Letters count alike in either case. What is used of its "
          "limits is counted with each order, never later. Managers and owners only."};
  using Answer = PromoView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &AddPromo::event_id)), PromoTerms::fields());
  }
};

struct ChangePromo {
  static constexpr std::string_view name = "ticket.change_promo";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/promo-codes/{promo_id}"},
      .refusals = {"unknown_promo_code", "role_missing", "unknown_ticket_type"},
      .doc =
          "Changes what is given of a promo code; orders made before keep their discount. To end "
          "a code, let ends_at be now. Managers and owners only."};
  using Answer = PromoView;
  Id promo_id;
  std::optional<int64_t> rate, amount, tickets_max, tickets_per_buyer_max;
  std::optional<std::vector<Id>> ticket_type_ids;
  std::optional<bool> opens_hidden;
  std::optional<Instant> starts_at, ends_at;
  static constexpr auto fields() {
    using Self = ChangePromo;
    return field_list(
        field("promo_id", &Self::promo_id), field("rate", &Self::rate, between(0, kRateMax)),
        field("amount", &Self::amount, between(0, kMoneyMax)),
        field("ticket_type_ids", &Self::ticket_type_ids, bilten::items(0, kTypesPerQuotaMax)),
        field("opens_hidden", &Self::opens_hidden), field("starts_at", &Self::starts_at),
        field("ends_at", &Self::ends_at),
        field("tickets_max", &Self::tickets_max, between(1, kQuantityMax)),
        field("tickets_per_buyer_max", &Self::tickets_per_buyer_max, between(1, 10'000)));
  }
};

struct ReadPromo {
  static constexpr std::string_view name = "ticket.promo";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/promo-codes/{promo_id}"},
      .refusals = {"unknown_promo_code", "role_missing"},
      .doc = "One promo code and what is used of it, for members of the organisation."};
  using Answer = PromoView;
  Id promo_id;
  static constexpr auto fields() { return field_list(field("promo_id", &ReadPromo::promo_id)); }
};

struct ListPromos {
  static constexpr std::string_view name = "ticket.promos";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/promo-codes"},
      .refusals = {"unknown_event", "role_missing", "invalid"},
      .doc = "The promo codes of an event by their letters, for members of the organisation."};
  using Answer = ListOf<PromoView>;
  Id event_id;
  int64_t limit = 50;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("event_id", &ListPromos::event_id),
                      field("limit", &ListPromos::limit, between(1, 100)).or_default(),
                      field("cursor", &ListPromos::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::ticket
