// What the ticket daemon remembers. Rows are made from facts by evolve alone; names and addresses
// of buyers stand in the vault (vault_key), never here.
#pragma once

#include "common/api/event.h"
#include "common/api/ticket_door_facts.h"
#include "common/api/ticket_key_facts.h"
#include "common/api/ticket_orders.h"
#include "common/api/ticket_tickets.h"
#include "common/store/rows.h"

namespace bilten::ticket {

using api::ticket::Line;
using api::ticket::OrderState;
using api::ticket::PromoTerms;
using api::ticket::PromoUse;
using api::ticket::QuotaTerms;
using api::ticket::TicketState;
using api::ticket::TypeTerms;

// Key: event id. As the event service announced it last, and what of this service's every order
// must know.
struct EventRow {
  static constexpr std::string_view table = "event";
  static constexpr bool kReadOften = true;
  Id organization_id;
  api::event::Terms terms;
  bool has_room = false;              // A waiting room: an order needs a pass.
  bool has_questions = false;         // Orders answer some (question_rows.h).
  std::optional<int64_t> dates = {};  // How many it has (date_rows.h); absent: it is on once.
  static constexpr auto fields() {
    return field_list(field("organization_id", &EventRow::organization_id),
                      field("terms", &EventRow::terms), field("has_room", &EventRow::has_room),
                      field("has_questions", &EventRow::has_questions),
                      field("dates", &EventRow::dates, between(1, INT64_MAX)));
  }
};

// Key: event id. What a printed ticket says of the event; apart from the terms, so that an order
// need not read it.
struct EventDetailsRow {
  static constexpr std::string_view table = "event_details";
  Text title;
  std::optional<api::event::Venue> venue = {};
  Instant changed_at;  // Of the event's last fact.
  static constexpr auto fields() {
    return field_list(field("title", &EventDetailsRow::title, length(0, 255)),
                      field("venue", &EventDetailsRow::venue),
                      field("changed_at", &EventDetailsRow::changed_at));
  }
};

// Key: event id. Absent: the event's first key is its only one.
struct EventKeysRow {
  static constexpr std::string_view table = "event_keys";
  static constexpr bool kReadOften = true;
  int64_t current = 1;          // Signs codes.
  int64_t oldest_accepted = 1;  // Codes of keys before it are revoked.
  std::optional<Instant> since = {};
  static constexpr auto fields() {
    constexpr auto limits = between(1, api::ticket::kKeyIdMax);
    return field_list(field("current", &EventKeysRow::current, limits),
                      field("oldest", &EventKeysRow::oldest_accepted, limits),
                      field("since", &EventKeysRow::since));
  }
};

// Key: ticket type id.
struct TypeRow {
  static constexpr std::string_view table = "type";
  static constexpr bool kReadOften = true;
  Id event_id;
  TypeTerms terms;
  static constexpr auto fields() {
    return field_list(field("event_id", &TypeRow::event_id), field("terms", &TypeRow::terms));
  }
};

// Key: quota id.
struct QuotaRow {
  static constexpr std::string_view table = "quota";
  static constexpr bool kReadOften = true;
  Id event_id;
  QuotaTerms terms;
  static constexpr auto fields() {
    return field_list(field("event_id", &QuotaRow::event_id), field("terms", &QuotaRow::terms));
  }
};

// Key: promo id.
struct PromoRow {
  static constexpr std::string_view table = "promo";
  Id event_id;
  PromoTerms terms;
  int64_t tickets = 0;  // Held and sold under it.
  static constexpr auto fields() {
    return field_list(field("event_id", &PromoRow::event_id), field("terms", &PromoRow::terms),
                      field("tickets", &PromoRow::tickets, between(0, INT64_MAX)));
  }
};

// Key: event id + code.
struct PromoByCode {
  static constexpr std::string_view table = "promo_code";
  Id promo_id;
  static constexpr auto fields() { return field_list(field("promo", &PromoByCode::promo_id)); }
};

// Key: ticket type id or quota id. total = free + held + sold, always, and none is below zero;
// what a quota has held and sold is the sum of its types': evolve checks it after every move
// (stock.cpp).
struct StockRow {
  static constexpr std::string_view table = "stock";
  int64_t total = 0, free = 0, held = 0, sold = 0;
  std::vector<Id> quota_ids = {};  // Of a type: what else limits it.
  int64_t waiting = 0;             // Entries in line for the type, or for all types of the quota.
  static constexpr auto fields() {
    constexpr auto limits = between(0, INT64_MAX);
    return field_list(
        field("total", &StockRow::total, limits), field("free", &StockRow::free, limits),
        field("held", &StockRow::held, limits), field("sold", &StockRow::sold, limits),
        field("quotas", &StockRow::quota_ids, items(0, api::ticket::kQuotasPerTypeMax)),
        field("waiting", &StockRow::waiting, limits).or_default());
  }
};

// Key: order id (UUIDv7, so that orders land in time order).
struct OrderRow {
  static constexpr std::string_view table = "order";
  Id event_id;
  std::string code;
  std::optional<Id> person_id = {};  // Absent: a guest.
  Bytes buyer = {};                  // Keyed hash of the buyer's address.
  OrderState state = OrderState::held;
  std::vector<Line> lines = {};
  Money total = {};
  std::optional<PromoUse> promo = {};
  bool extended = false;  // The hold, which may be once.
  Instant created_at = {};
  std::optional<Instant> expires_at = {};  // Of a hold.
  std::vector<Id> ticket_ids = {};         // Once paid.
  std::optional<Id> payment_id = {};       // That paid it; absent where it was free.
  static constexpr auto fields() {
    return field_list(
        field("event", &OrderRow::event_id), field("code", &OrderRow::code, length(1, 16)),
        field("person", &OrderRow::person_id), field("buyer", &OrderRow::buyer, between(16, 16)),
        field("state", &OrderRow::state),
        field("lines", &OrderRow::lines, items(1, api::ticket::kOrderLinesMax)),
        field("total", &OrderRow::total), field("promo", &OrderRow::promo),
        field("extended", &OrderRow::extended), field("created_at", &OrderRow::created_at),
        field("expires_at", &OrderRow::expires_at),
        field("tickets", &OrderRow::ticket_ids, items(0, api::ticket::kOrderTicketsMax)),
        field("payment", &OrderRow::payment_id));
  }
};

// Key: ticket id (UUIDv7).
struct TicketRow {
  static constexpr std::string_view table = "ticket";
  Id order_id, event_id, ticket_type_id;
  TicketState state = TicketState::valid;
  int64_t generation = 1;  // Rises when the ticket changes hands: older codes are revoked.
  std::optional<Bytes> code_hash = {};  // Of the code that was found genuine at a door.
  static constexpr auto fields() {
    return field_list(field("order", &TicketRow::order_id), field("event", &TicketRow::event_id),
                      field("type", &TicketRow::ticket_type_id), field("state", &TicketRow::state),
                      field("generation", &TicketRow::generation, between(1, 0xFFFF)),
                      field("code_hash", &TicketRow::code_hash, between(16, 16)));
  }
};

// Rows whose key says it all.
struct Mark {
  static constexpr auto fields() { return field_list(); }
};
struct TypeOfEvent : Mark {  // Key: event id + ticket type id.
  static constexpr std::string_view table = "event_type";
};
struct QuotaOfEvent : Mark {  // Key: event id + quota id.
  static constexpr std::string_view table = "event_quota";
};
struct OrderOfPerson : Mark {  // Key: person id + newest_first(order id).
  static constexpr std::string_view table = "person_order";
};
struct OrderOfBuyer : Mark {  // Key: event id + hash of the buyer's address + order id.
  static constexpr std::string_view table = "buyer_order";
};
struct LatePayment : Mark {  // Key: order id + payment id. Announced by ticket.paid_too_late.
  static constexpr std::string_view table = "late_payment";
};

inline std::string key_of(const Id& first, const Id& second) {
  return std::string(RowKey(first).id(second));
}
// The prefix of a buyer's orders for an event; `buyer`: the hash of their address.
inline std::string buyer_key(const Id& event_id, std::string_view buyer) {
  return std::string(event_id.view()).append(buyer);
}
// The id with every bit turned over: keys of it sort from the newest to the oldest. Its own
// inverse.
inline Id newest_first(Id id) {
  for (auto& byte : id.bytes) byte = static_cast<uint8_t>(~byte);
  return id;
}
// Where the vault keeps an order's buyer.
inline std::string vault_key(const Id& order_id) {
  return std::string(RowKey().text("order/").id(order_id));
}

inline constexpr std::string_view kHoldTimer = "hold";             // Key: order id.
inline constexpr std::string_view kWaitingTimer = "waiting_list";  // Key: ticket type id.

}  // namespace bilten::ticket
