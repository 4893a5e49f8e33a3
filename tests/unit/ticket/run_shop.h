// A shop whose event is a run of a month: dates as the event service announces them, and a type of
// tickets for each of the first two, beside one for the whole of it.
#pragma once

#include <map>

#include "common/api/event_date_facts.h"
#include "tests/unit/ticket/door_shop.h"

namespace bilten::test {

inline constexpr int64_t kDay = 24 * kHour;

struct RunShop : DoorShop {
  RunShop() {
    terms.ends_at = {bench.now + 30 * kDay};
    terms.doors_at = {bench.now + kHour};
    tell<api::event::Changed>(api::event::State::published);
    first = add_date(1, 1 * kDay);
    second = add_date(2, 3 * kDay);
    of_first = bench.must(offer_for(first), &manager).id;
    of_second = bench.must(offer_for(second), &manager).id;
    of_all = bench.must(offer(0, 10), &manager).id;
  }

  // Begins so long from now, and lasts three hours; doors open an hour before.
  Id add_date(uint8_t number, int64_t from_now) {
    const Id date_id = id_of(static_cast<uint8_t>(150 + number));
    const auto starts_at = bench.now + from_now;
    dates[date_id] = {.starts_at = {starts_at},
                      .ends_at = {starts_at + 3 * kHour},
                      .doors_at = {starts_at - kHour}};
    announce<api::event::DateAdded>(date_id);
    return date_id;
  }
  template <class Fact>
  void announce(const Id& date_id) {
    Fact fact;
    fact.event_id = event_id;
    fact.organization_id = organization;
    fact.date_id = date_id;
    fact.at = {bench.now};
    fact.terms = dates[date_id];
    bench.note(fact);
  }
  void put_off(const Id& date_id, int64_t by) {
    auto& date = dates[date_id];
    ++date.version;
    for (auto* time : {&date.starts_at, &date.ends_at, &date.doors_at}) time->ms += by;
    announce<api::event::DateChanged>(date_id);
  }
  void cancel(const Id& date_id) {
    auto& date = dates[date_id];
    ++date.version;
    date.state = api::event::DateState::cancelled;
    announce<api::event::DateCancelled>(date_id);
  }

  AddType offer_for(const Id& date_id, int64_t amount = 0) const {
    auto message = offer(amount, 10);
    message.date_id = date_id;
    return message;
  }
  Id type_for(const Id& date_id, int64_t amount) {
    return bench.must(offer_for(date_id, amount), &manager).id;
  }
  OrderView paid(const Id& of_type, int64_t quantity = 1) {
    const auto order = buy(of_type, quantity);
    auto confirmed = bench.must(ConfirmOrder{order.id, id_of(200)});
    confirmed.secret = order.secret;
    return confirmed;
  }
  TicketView ticket(const OrderView& order, size_t index = 0) {
    ReadTicket message;
    message.ticket_id = order.ticket_ids.at(index);
    message.secret = order.secret;
    return bench.must(message);
  }

  std::map<Id, api::event::DateTerms> dates;
  Id first, second, of_first, of_second, of_all;
};

}  // namespace bilten::test
