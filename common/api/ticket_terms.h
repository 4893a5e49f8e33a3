// On what terms an event's tickets are sold, as the contract of the ticket service and its facts
// carry them.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::ticket {

// The most tickets one order may hold, whatever its event allows.
inline constexpr int64_t kOrderTicketsMax = 100;
// What is ordered; a type whose price rises within the order makes two lines.
inline constexpr int64_t kOrderItemsMax = 10;
inline constexpr int64_t kOrderLinesMax = kOrderTicketsMax;
// The most tickets of one type.
inline constexpr int64_t kQuantityMax = 10'000'000;

// The most quotas of one event, and the most that may limit one type.
inline constexpr int64_t kQuotasPerEventMax = 600;
inline constexpr int64_t kQuotasPerTypeMax = 10;
inline constexpr int64_t kTypesPerQuotaMax = 1000;
// Rates are hundredths of a percent: 1900 is 19 %.
inline constexpr int64_t kRateMax = 10'000;
inline constexpr int64_t kTiersMax = 10;
inline constexpr int64_t kGroupRatesMax = 5;
inline constexpr int64_t kAddonsMax = 20;
inline constexpr int64_t kPromosPerEventMax = 10'000;

// Another price while it lasts: until a time, or while fewer than `up_to` tickets of the type are
// held and sold, or both.
struct Tier {
  std::string title;
  Money price;
  std::optional<Instant> until;
  std::optional<int64_t> up_to;
  bool operator==(const Tier&) const = default;
  static constexpr auto fields() {
    return field_list(field("name", &Tier::title, length(1, 100, Format::line)),
                      field("price", &Tier::price, between(0, kMoneyMax)),
                      field("until", &Tier::until),
                      field("up_to", &Tier::up_to, between(1, kQuantityMax))
                          .doc("While fewer tickets of the type than this are held and sold."));
  }
};

// From so many tickets of the type in one order on, so much off each.
struct GroupRate {
  int64_t from = 2;
  int64_t rate = 0;
  bool operator==(const GroupRate&) const = default;
  static constexpr auto fields() {
    return field_list(field("from", &GroupRate::from, between(2, kOrderTicketsMax)),
                      field("rate", &GroupRate::rate, between(1, kRateMax))
                          .doc("Hundredths of a percent off: 1000 is 10 %."));
  }
};

// Who sees a type: everybody, or only who names a promo code that opens it.
enum class TypeVisibility : uint8_t { listed, hidden };
constexpr auto names_of(TypeVisibility) {
  return std::array<std::string_view, 2>{"listed", "hidden"};
}

// On what terms a type is sold; facts carry them whole.
struct TypeTerms {
  Text title;
  Money price;  // When no tier applies.
  int64_t min_per_order = 1, max_per_order = 10;
  std::optional<int64_t> max_per_buyer = {};
  std::optional<Instant> sales_starts_at = {}, sales_ends_at = {};
  TypeVisibility visibility = TypeVisibility::listed;
  std::vector<Id> addon_to = {};  // Not empty: at most as many as tickets of these in the order.
  std::vector<Tier> tiers = {};   // The first that lasts sets the price.
  std::vector<GroupRate> group_rates = {};
  int64_t tax_rate = 0;
  bool tax_included = true;
  int64_t fee_amount = 0, fee_rate = 0;  // On each ticket that costs something.
  bool transferable = true, refundable = true;
  std::optional<Id> date_id = {};  // Absent: its tickets are for the whole event.
  bool operator==(const TypeTerms&) const = default;
  static constexpr auto fields() {
    using Self = TypeTerms;
    constexpr auto rate = between(0, kRateMax);
    return join_fields(
        field_list(
            field("name", &Self::title, length(1, 100, Format::line)),
            field("price", &Self::price, between(0, kMoneyMax)).doc("0: free, sold at once."),
            field("min_per_order", &Self::min_per_order, between(1, kOrderTicketsMax)).or_default(),
            field("max_per_order", &Self::max_per_order, between(1, kOrderTicketsMax)).or_default(),
            field("max_per_buyer", &Self::max_per_buyer, between(1, 10'000))
                .doc("Tickets of all orders under one e-mail address."),
            field("sales_starts_at", &Self::sales_starts_at),
            field("sales_ends_at", &Self::sales_ends_at),
            field("visibility", &Self::visibility).or_default(),
            field("addon_to", &Self::addon_to, items(0, kAddonsMax))
                .or_default()
                .doc("Sold only beside tickets of these types, at most one for each.")),
        field_list(field("tiers", &Self::tiers, items(0, kTiersMax))
                       .or_default()
                       .doc("Other prices while they last; the first that does applies."),
                   field("group_rates", &Self::group_rates, items(0, kGroupRatesMax)).or_default(),
                   field("tax_rate", &Self::tax_rate, rate)
                       .or_default()
                       .doc("Hundredths of a percent: 1900 is 19 %."),
                   field("tax_included", &Self::tax_included)
                       .or_default()
                       .doc("Whether the price has the tax in it, or it is added."),
                   field("fee_amount", &Self::fee_amount, between(0, kMoneyMax))
                       .or_default()
                       .doc("Minor units on each ticket that costs something."),
                   field("fee_rate", &Self::fee_rate, rate)
                       .or_default()
                       .doc("The same as a part of what it costs."),
                   field("transferable", &Self::transferable).or_default(),
                   field("refundable", &Self::refundable).or_default(),
                   field("date_id", &Self::date_id)
                       .doc("Of an event with several dates, the one that the tickets are for; "
                            "absent: the whole event.")));
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

// What a promo code gives: a part off, an amount off the whole order, or the tickets for nothing.
enum class PromoKind : uint8_t { percent, amount, free };
constexpr auto names_of(PromoKind) {
  return std::array<std::string_view, 3>{"percent", "amount", "free"};
}

struct PromoTerms {
  std::string code;  // Capital letters, digits, - and _.
  PromoKind kind = PromoKind::percent;
  int64_t rate = 0;                 // Of percent, hundredths of a percent.
  int64_t amount = 0;               // Of amount, minor units of the event's currency.
  std::vector<Id> ticket_type_ids;  // Empty: all types of the event.
  bool opens_hidden = false;        // Its types are seen and sold with it though they are hidden.
  std::optional<Instant> starts_at, ends_at;
  std::optional<int64_t> tickets_max, tickets_per_buyer_max;
  bool operator==(const PromoTerms&) const = default;
  static constexpr auto fields() {
    using Self = PromoTerms;
    return field_list(
        field("code", &Self::code, length(3, 40, Format::line)), field("kind", &Self::kind),
        field("rate", &Self::rate, between(0, kRateMax)).or_default(),
        field("amount", &Self::amount, between(0, kMoneyMax)).or_default(),
        field("ticket_type_ids", &Self::ticket_type_ids, items(0, kTypesPerQuotaMax)).or_default(),
        field("opens_hidden", &Self::opens_hidden).or_default(),
        field("starts_at", &Self::starts_at), field("ends_at", &Self::ends_at),
        field("tickets_max", &Self::tickets_max, between(1, kQuantityMax))
            .doc("Discounted tickets, held and sold, of all orders."),
        field("tickets_per_buyer_max", &Self::tickets_per_buyer_max, between(1, 10'000))
            .doc("The same, of one buyer's orders."));
  }
};

}  // namespace bilten::api::ticket
