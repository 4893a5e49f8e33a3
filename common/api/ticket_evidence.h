// What the ticket service knows of an order that speaks in a dispute about its money: for the
// payment service, when evidence is given. Personal data in it is in no fact.
#pragma once

#include "common/api/ticket_list_terms.h"
#include "common/api/ticket_terms.h"
#include "common/api/ticket_tickets.h"

namespace bilten::api::ticket {

inline constexpr int64_t kEvidenceWordsMax = 300;
inline constexpr int64_t kEvidenceAdmissionsMax = 20;  // Of one ticket; more are left out.
inline constexpr int64_t kEvidenceResendsMax = 5;      // The last ones.

// That a check-in list let a ticket in.
struct EvidenceAdmission {
  std::string list = {};
  std::optional<std::string> gate = {};
  Instant first_at = {};
  std::optional<Instant> last_at = {};
  int64_t entries = 1;
  static constexpr auto fields() {
    using Self = EvidenceAdmission;
    return field_list(field("list", &Self::list, length(0, kEvidenceWordsMax)),
                      field("gate", &Self::gate, length(1, kGateNameMax)),
                      field("first_at", &Self::first_at), field("last_at", &Self::last_at),
                      field("entries", &Self::entries, between(1, INT64_MAX)));
  }
};

struct EvidenceTicket {
  Id ticket_id;
  std::string type = {};
  TicketState state = TicketState::valid;
  bool refundable = true;
  std::vector<EvidenceAdmission> admissions = {};
  static constexpr auto fields() {
    using Self = EvidenceTicket;
    return field_list(field("ticket_id", &Self::ticket_id),
                      field("type", &Self::type, length(0, kEvidenceWordsMax)),
                      field("state", &Self::state), field("refundable", &Self::refundable),
                      field("admissions", &Self::admissions, items(0, kEvidenceAdmissionsMax)));
  }
};

struct OrderEvidence {
  static constexpr std::string_view name = "ticket.order.evidence";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .refusals = {"unknown_order"},
      .doc = "What an order was of, who bought it and when its tickets were let in."};
  struct Answer {
    std::string code = {}, event_title = {}, venue = {}, timezone = {};
    Instant ordered_at = {}, starts_at = {}, ends_at = {};
    std::string buyer_name = {}, buyer_email = {};  // Empty: erased at the buyer's wish.
    std::vector<EvidenceTicket> tickets = {};
    std::vector<Instant> resends_asked_at = {};
    static constexpr auto fields() {
      using Self = Answer;
      return join_fields(
          field_list(field("code", &Self::code, length(1, 16)),
                     field("event_title", &Self::event_title, length(0, kEvidenceWordsMax)),
                     field("venue", &Self::venue, length(0, kEvidenceWordsMax)),
                     field("timezone", &Self::timezone, length(0, 64)),
                     field("ordered_at", &Self::ordered_at), field("starts_at", &Self::starts_at),
                     field("ends_at", &Self::ends_at)),
          field_list(
              field("buyer_name", &Self::buyer_name, length(0, 200)),
              field("buyer_email", &Self::buyer_email, length(0, 254)),
              field("tickets", &Self::tickets, items(0, kOrderTicketsMax)),
              field("resends_asked_at", &Self::resends_asked_at, items(0, kEvidenceResendsMax))
                  .or_default()
                  .doc("When somebody who holds the order's link had it mailed to the buyer "
                       "again.")));
    }
  };
  Id order_id;
  static constexpr auto fields() { return field_list(field("order_id", &OrderEvidence::order_id)); }
};

}  // namespace bilten::api::ticket
