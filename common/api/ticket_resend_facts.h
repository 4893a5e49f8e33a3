// What the ticket service announces of mails that are wanted again.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::ticket {

// The most orders one look-up sends.
inline constexpr int64_t kLookUpMax = 20;

struct ResendWanted {
  static constexpr std::string_view name = "ticket.resend_wanted";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc =
      "The mail of an order is wanted again: ticket.order_mail says where to and with which "
      "secret.";
  Id organization_id, event_id, order_id;
  Instant at;
  static constexpr auto fields() {
    using Self = ResendWanted;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("at", &Self::at));
  }
};

struct LookUpWanted {
  static constexpr std::string_view name = "ticket.look_up_wanted";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc =
      "Somebody looks for the orders of an address: a mail with their links is wanted there.";
  Id organization_id, event_id;
  Bytes buyer;  // Keyed hash of the address.
  std::vector<Id> order_ids;
  Instant at;
  static constexpr auto fields() {
    using Self = LookUpWanted;
    return field_list(
        field("organization_id", &Self::organization_id), field("event_id", &Self::event_id),
        field("buyer", &Self::buyer, between(16, 16)),
        field("order_ids", &Self::order_ids, items(1, kLookUpMax)), field("at", &Self::at));
  }
};

using ResendFacts = std::variant<ResendWanted, LookUpWanted>;

}  // namespace bilten::api::ticket
