// What the payment service remembers. Nothing here is personal; where a payer is sent stands in the
// vault.
#pragma once

#include "common/api/payment_facts.h"
#include "common/api/ticket_sale_facts.h"
#include "common/store/rows.h"

namespace bilten::payment {

// How the ticket service last spoke of an order.
enum class OrderState : uint8_t { held, over, sold };
constexpr auto names_of(OrderState) {
  return std::array<std::string_view, 3>{"held", "over", "sold"};
}

// Key: order id. Of orders that cost something: a free one is never seen held.
struct OrderRow {
  static constexpr std::string_view table = "order";
  Id organization_id, event_id;
  std::string code = {};
  std::optional<Id> person_id = {};
  Money total = {};
  OrderState state = OrderState::held;
  Instant expires_at = {};
  static constexpr auto fields() {
    return field_list(field("organization_id", &OrderRow::organization_id),
                      field("event_id", &OrderRow::event_id),
                      field("code", &OrderRow::code, length(1, 16)),
                      field("person_id", &OrderRow::person_id),
                      field("total", &OrderRow::total, between(0, kMoneyMax)),
                      field("state", &OrderRow::state), field("expires_at", &OrderRow::expires_at));
  }
};

}  // namespace bilten::payment
