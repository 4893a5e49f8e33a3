// What the ticket service announces of orders that its organisation makes itself.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::ticket {

// comp: complimentary tickets, which cost nothing. box_office: sold by staff, paid at once.
enum class BoxOfficeKind : uint8_t { comp, box_office };
constexpr auto names_of(BoxOfficeKind) {
  return std::array<std::string_view, 2>{"comp", "box_office"};
}

enum class PaidBy : uint8_t { none, cash, card };
constexpr auto names_of(PaidBy) {
  return std::array<std::string_view, 3>{"none", "cash", "card"};
}

struct BoxOfficeIssued {
  static constexpr std::string_view name = "ticket.box_office_issued";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc =
      "The ticket.sold just before was made by the organisation itself: what staff took in for it, "
      "and who.";
  Id organization_id, event_id, order_id;
  BoxOfficeKind kind = BoxOfficeKind::comp;
  PaidBy paid_by = PaidBy::none;
  Id person_id;
  Instant at;
  static constexpr auto fields() {
    using Self = BoxOfficeIssued;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("kind", &Self::kind), field("paid_by", &Self::paid_by),
                      field("person_id", &Self::person_id), field("at", &Self::at));
  }
};

using BoxOfficeFacts = std::variant<BoxOfficeIssued>;

}  // namespace bilten::api::ticket
