// A payment service on memory with orders that the ticket service tells of, and money that moves.
#pragma once

#include <map>
#include <vector>

#include "common/api/event.h"
#include "common/base/shares.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/service.h"
#include "tests/support/people.h"
#include "tests/support/service_bench.h"

namespace bilten::test {

using namespace bilten::payment;
using api::ticket::Line;
using api::user::Role;

struct Till {
  Till() {
    bench.note(api::user::MemberJoined{organization, manager.person_id, Role::manager});
    bench.note(api::user::MemberJoined{organization, door.person_id, Role::door_staff});
    bench.note(api::user::MemberJoined{id_of(2), stranger.person_id, Role::owner});
    tax(type, 1900);
    tax(reduced, 700);
  }

  void tax(const Id& ticket_type_id, int64_t rate) {
    api::ticket::TypeAdded fact{};
    fact.organization_id = organization;
    fact.event_id = event_id;
    fact.ticket_type_id = ticket_type_id;
    fact.terms.title.plain = "Seat";
    fact.terms.price = {1, currency};
    fact.terms.tax_rate = rate;
    bench.note(fact);
  }
  // So many tickets at a price that has its tax in it, and a fee on top of each.
  Line line(const Id& ticket_type_id, int64_t quantity, int64_t price, int64_t fee, int64_t rate) {
    Line made{.ticket_type_id = ticket_type_id, .quantity = quantity, .unit_price = price};
    made.fee = fee * quantity;
    made.total = price * quantity + made.fee;
    made.tax = tax_within(made.total, rate);
    return made;
  }
  Id hold(const std::vector<Line>& lines) {
    api::ticket::Held fact{};
    fact.organization_id = organization;
    fact.event_id = event_id;
    fact.order_id = id_of(++orders_);
    fact.code = "ABC";
    fact.buyer.data = std::string(16, 'b');
    fact.lines = lines;
    for (const auto& each : lines) fact.total.amount += each.total;
    fact.total.currency = currency;
    fact.at = {bench.now};
    bench.note(fact);
    return fact.order_id;
  }
  Movement movement(const Id& order_id, int64_t amount, uint8_t payment = 0) {
    Id payment_id = order_id;
    payment_id.bytes[0] = static_cast<uint8_t>(0x80 + payment);
    return {order_id, payment_id, organization, {amount, currency}, "sandbox", "ref"};
  }
  // As a decision of the service that books something.
  template <class Book>
  void book(Book book) {
    const auto snapshot = bench.store->snapshot();
    Effects effects;
    Books books(snapshot->rows(), {bench.now}, effects);
    book(books, snapshot->rows());
    bench.take(effects);
  }
  void capture(const Id& order_id, int64_t amount, uint8_t payment = 0) {
    book([&](Books& books, const Rows& rows) {
      book_capture(books, rows, movement(order_id, amount, payment));
    });
  }
  // The ticket service has given tickets back: these lines are left.
  void refund(const Id& order_id, int64_t amount, const std::vector<Line>& left, int64_t kept = 0) {
    api::ticket::Refunded fact{};
    fact.organization_id = organization;
    fact.event_id = event_id;
    fact.order_id = order_id;
    fact.amount = {amount, currency};
    fact.kept = kept;
    fact.lines = left;
    fact.at = {bench.now};
    bench.note(fact);
    book([&](Books& books, const Rows& rows) { book_refund_due(books, rows, fact); });
  }

  // The event ended a moment ago.
  void end_event() {
    api::event::Completed fact{};
    fact.event_id = event_id;
    fact.organization_id = organization;
    fact.terms.currency = currency;
    fact.terms.timezone = "UTC";
    fact.terms.starts_at = fact.terms.doors_at = {bench.now - kHour};
    fact.terms.ends_at = {bench.now};
    bench.note(fact);
  }

  // Balances by name: "tax/1900".
  std::map<std::string, int64_t> balances(int64_t number = INT64_MAX) {
    std::map<std::string, int64_t> out;
    const auto snapshot = bench.store->snapshot();
    for (const auto& each : trial_balance(snapshot->rows(), organization, number)) {
      const auto& account = each.account;
      const auto name = std::string(word(account.kind));
      if (each.amount != 0) out[account.of.empty() ? name : name + "/" + account.of] = each.amount;
    }
    return out;
  }

  ServiceBench bench{service({}, {})};
  std::string currency = "EUR";
  Id organization = id_of(1), event_id = id_of(100), type = id_of(51), reduced = id_of(52);
  Person manager = person_of(11), door = person_of(12), stranger = person_of(13);

 private:
  uint8_t orders_ = 200;
};

using Balances = std::map<std::string, int64_t>;

}  // namespace bilten::test
