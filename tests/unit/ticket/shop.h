// A ticket service on memory with an organisation, its people, and an event on sale.
#pragma once

#include <string>
#include <vector>

#include "common/api/event.h"
#include "common/api/ticket.h"
#include "daemons/ticket/rows.h"
#include "daemons/ticket/service.h"
#include "tests/support/people.h"
#include "tests/support/service_bench.h"

namespace bilten::test {

using namespace api::ticket;
using api::user::Role;

struct Shop {
  Shop() {
    bench.note(api::user::MemberJoined{organization, manager.person_id, Role::manager});
    bench.note(api::user::MemberJoined{organization, door.person_id, Role::door_staff});
    bench.note(api::user::MemberJoined{organization, viewer.person_id, Role::viewer});
    bench.note(api::user::MemberJoined{id_of(2), stranger.person_id, Role::owner});
    event_id = draft(id_of(100));
    tell<api::event::Published>(api::event::State::published);
  }

  // What the event service announces, as its feed brings it.
  Id draft(const Id& id) {
    terms.state = api::event::State::draft;
    api::event::Drafted fact;
    fact.event_id = id;
    fact.organization_id = organization;
    fact.terms = terms;
    fact.details.title.plain = "Nile Jazz Night";
    fact.details.venue = {"Opera House", "El Borg", "Cairo", "EG", {}, {}, 1200};
    bench.note(fact);
    SeededRandom random(id.bytes[15]);
    IdSource ids(random);
    const auto snapshot = bench.store->snapshot();
    const std::any nothing;
    const Context context{bench.now, nullptr, 0, ids, random, snapshot->vault(), nothing};
    bench.take(
        bench.table.reaction("event.drafted")->decide(snapshot->rows(), context, encode(fact)));
    return id;
  }
  template <class Fact>
  void tell(api::event::State state) {
    terms.state = state;
    Fact fact;
    fact.event_id = event_id;
    fact.organization_id = organization;
    fact.terms = terms;
    bench.note(fact);
  }

  AddType offer(int64_t amount, int64_t quantity) const {
    AddType message;
    message.event_id = event_id;
    message.title.plain = "Stalls";
    message.price = {amount, "EGP"};
    message.quantity = quantity;
    return message;
  }
  Id add_type(int64_t amount, int64_t quantity) {
    return bench.must(offer(amount, quantity), &manager).id;
  }
  Order basket(std::vector<OrderItem> items) const {
    Order message;
    message.event_id = event_id;
    message.items = std::move(items);
    message.buyer = {"nadia@example.org", "Nadia Fathy"};
    return message;
  }
  OrderView buy(const Id& type_id, int64_t quantity = 1, const Person* person = nullptr) {
    return bench.must(basket({{type_id, quantity}}), person);
  }
  ticket::StockRow stock(const Id& type_id) const {
    const auto snapshot = bench.store->snapshot();
    const auto stock = snapshot->rows().find<ticket::StockRow>(type_id.view());
    REQUIRE(stock);
    return *stock;
  }

  Id list_id(const Id& of_event) {
    ListCheckInLists message;
    message.event_id = of_event;
    return bench.must(message, &viewer).items.at(0).id;
  }
  std::string code_of(const OrderView& order, size_t index = 0) {
    ListOrderTickets message;
    message.order_id = order.id;
    message.secret = order.secret;
    return *bench.must(message).items.at(index).code;
  }
  CheckIn scan(const std::string& code, Direction direction = Direction::entry) {
    CheckIn message;
    message.code = code;
    message.check_in_list_id = list_id(event_id);
    message.direction = direction;
    message.nonce = "nonce-" + std::to_string(++nonces);
    return message;
  }
  // The reason a message is refused with; "" if it is not.
  template <class Message>
  std::string reason(const Message& message, const Person* person = nullptr) {
    const auto answer = bench.send(message, person);
    return answer ? "" : answer.error().reason;
  }
  std::string scan_reason(const CheckIn& message) { return reason(message, &door); }

  Id organization = id_of(1), event_id;
  Person manager = person_of(11), door = person_of(12), viewer = person_of(13),
         stranger = person_of(14), buyer = person_of(15);
  std::string secret = std::string(32, 's');
  ServiceBench bench{ticket::service({}, {secret, std::string(32, 'm')})};
  api::event::Terms terms{.version = 1,
                          .state = api::event::State::draft,
                          .visibility = api::event::Visibility::listed,
                          .currency = "EGP",
                          .timezone = "Africa/Cairo",
                          .starts_at = {bench.now + 2 * kHour},
                          .ends_at = {bench.now + 5 * kHour},
                          .doors_at = {bench.now - kHour}};
  int nonces = 0;
};

}  // namespace bilten::test
