// The contract of mails that are wanted again: an order's, or all orders' of an address.
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_resend_facts.h"

namespace bilten::api::ticket {

struct ResendOrder {
  static constexpr std::string_view name = "ticket.order.resend";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/orders/{order_id}/resend", .status = 202},
      .refusals = {"unknown_order", "order_over", "too_many_resends"},
      .doc =
          "Mails the order's link to its buyer again: for who holds its secret, the person who "
          "made it, and managers. Five times an hour an order."};
  using Answer = Nothing;
  Id order_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("order_id", &ResendOrder::order_id),
                      field("secret", &ResendOrder::secret, length(0, 64, Format::secret)));
  }
};

struct LookUpOrders {
  static constexpr std::string_view name = "ticket.order.look_up";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/orders/look-up", .status = 202},
      .refusals = {"unknown_event"},
      .doc =
          "Mails the links of the orders that an address has for an event to that address, five "
          "times an hour at most. The answer is the same whether it has any."};
  using Answer = Nothing;
  Id event_id;
  std::string email;
  static constexpr auto fields() {
    return field_list(field("event_id", &LookUpOrders::event_id),
                      field("email", &LookUpOrders::email, length(3, 254, Format::email)));
  }
};

struct OrderMail {
  static constexpr std::string_view name = "ticket.order_mail";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .refusals = {"unknown_order"},
      .doc = "What the mail of an order needs when it is sent: it is in no fact."};
  struct Answer {
    std::string email, buyer_name, secret, code;
    Id event_id;
    static constexpr auto fields() {
      return field_list(field("email", &Answer::email, length(3, 254)),
                        field("name", &Answer::buyer_name, length(1, 200)),
                        field("secret", &Answer::secret, length(1, 64, Format::secret)),
                        field("code", &Answer::code, length(1, 16)),
                        field("event_id", &Answer::event_id));
    }
  };
  Id order_id;
  static constexpr auto fields() { return field_list(field("order_id", &OrderMail::order_id)); }
};

}  // namespace bilten::api::ticket
