// What the ledger must know of each order: how its price divides, and what was booked of it.
#pragma once

#include "common/api/payment_ledger_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "common/store/rows.h"
#include "daemons/payment/split.h"

namespace bilten::payment {

// Key: ticket type id. At what rate it is taxed now.
struct TypeTaxRow {
  static constexpr std::string_view table = "type_tax";
  int64_t rate = 0;
  static constexpr auto fields() {
    return field_list(field("rate", &TypeTaxRow::rate, between(0, api::ticket::kRateMax)));
  }
};

// Key: ticket type id. What it is called now, in the language of any_text.
struct TypeNameRow {
  static constexpr std::string_view table = "type_name";
  std::string title;
  static constexpr auto fields() {
    return field_list(field("name", &TypeNameRow::title, length(0, 100)));
  }
};

// Key: order id. An order that costs something, as it was made or stands by now.
struct OrderPriceRow {
  static constexpr std::string_view table = "order_price";
  Id organization_id, event_id;
  std::string currency = {};
  Split split = {};                  // What all of it costs.
  std::vector<TypeRate> rates = {};  // As they were when it was ordered.
  int64_t fee_version = 0;           // Of the platform's fees; 0: none.
  int64_t fee = 0;                   // That the platform takes by it.
  Split before = {};                 // The same of what it was before it changed last.
  int64_t fee_before = 0;
  std::vector<api::ticket::Line> lines = {}, lines_before = {};  // As of split and before.
  static constexpr auto fields() {
    using Self = OrderPriceRow;
    return field_list(
        field("organization_id", &Self::organization_id), field("event_id", &Self::event_id),
        field("currency", &Self::currency, length(3, 3)), field("split", &Self::split),
        field("rates", &Self::rates, items(0, api::ticket::kOrderLinesMax)),
        field("fee_version", &Self::fee_version, between(0, INT64_MAX)),
        field("fee", &Self::fee, between(0, kMoneyMax)), field("before", &Self::before),
        field("fee_before", &Self::fee_before, between(0, kMoneyMax)),
        field("lines", &Self::lines, items(0, api::ticket::kOrderLinesMax)).or_default(),
        field("lines_before", &Self::lines_before, items(0, api::ticket::kOrderLinesMax))
            .or_default());
  }
};

// Key: order id. What its entries sum to, by account; accounts at 0 are left out.
struct OrderSumsRow {
  static constexpr std::string_view table = "order_sums";
  std::vector<api::payment::Posting> sums;
  static constexpr auto fields() {
    return field_list(field("sums", &OrderSumsRow::sums, items(0, 200)));
  }
};

// Key: payment id. The entry that its money came in by.
struct PaymentEntryRow {
  static constexpr std::string_view table = "payment_entry";
  Id organization_id;
  int64_t number = 0;
  bool is_returned = false;  // All of it is to go back to who paid.
  static constexpr auto fields() {
    return field_list(field("organization_id", &PaymentEntryRow::organization_id),
                      field("number", &PaymentEntryRow::number, between(1, INT64_MAX)),
                      field("is_returned", &PaymentEntryRow::is_returned));
  }
};

}  // namespace bilten::payment
