// A person's own tickets: bought, taken over, given away.
#include "common/api/ticket_transfers.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Wallet : Shop {
  Wallet() : type_id(add_type(0, 500)) {}

  OrderView order(const Person& person, int64_t quantity = 1) {
    bench.now += 1000;
    return buy(type_id, quantity, &person);
  }
  // Offers the ticket and has it accepted, with an account or without.
  void hand_over(const Id& ticket_id, const Person& from, const Person* to) {
    bench.now += 1000;
    OfferTransfer offer;
    offer.ticket_id = ticket_id;
    offer.email = "omar@example.org";
    AcceptTransfer accept;
    accept.transfer_id = bench.must(offer, &from).id;
    accept.code = bench.must(TransferMail{accept.transfer_id}).code;
    accept.holder_name = "Omar Said";
    bench.must(accept, to);
  }
  // All pages of at least `limit`.
  std::vector<TicketView> tickets(const Person& person, int64_t limit = 50) {
    std::vector<TicketView> all;
    ListMyTickets list;
    list.limit = limit;
    do {
      const auto page = bench.must(list, &person);
      all.insert(all.end(), page.items.begin(), page.items.end());
      list.cursor = page.next_cursor;
    } while (list.cursor);
    return all;
  }
  std::vector<Id> ids(const Person& person, int64_t limit = 50) {
    std::vector<Id> ids;
    for (const auto& ticket : tickets(person, limit)) ids.push_back(ticket.id);
    return ids;
  }

  Id type_id;
};

}  // namespace

TEST_CASE("a person's tickets of all events are listed with their codes, newest first",
          "[ticket]") {
  Wallet shop;
  const auto first = shop.order(shop.buyer, 2);
  shop.event_id = shop.draft(id_of(101));
  shop.tell<api::event::Published>(api::event::State::published);
  shop.type_id = shop.add_type(0, 10);
  const auto second = shop.order(shop.buyer);
  shop.order(shop.stranger);
  const auto tickets = shop.tickets(shop.buyer);
  REQUIRE(tickets.size() == 3);
  CHECK(tickets[0].id == second.ticket_ids[0]);
  CHECK(tickets[0].event_id == shop.event_id);
  CHECK(tickets[1].id == first.ticket_ids[0]);
  CHECK(tickets[2].id == first.ticket_ids[1]);
  CHECK(tickets[1].code == shop.code_of(first));
}

TEST_CASE("a ticket is on the list of who has it, and of nobody who had it", "[ticket][transfer]") {
  Wallet shop;
  const auto order = shop.order(shop.buyer, 2);
  const auto moving = order.ticket_ids[0], staying = order.ticket_ids[1];
  shop.hand_over(moving, shop.buyer, &shop.stranger);
  CHECK(shop.ids(shop.buyer) == std::vector{staying});
  REQUIRE(shop.ids(shop.stranger) == std::vector{moving});
  CHECK(shop.tickets(shop.stranger)[0].code);

  shop.hand_over(moving, shop.stranger, &shop.viewer);
  CHECK(shop.ids(shop.stranger).empty());
  CHECK(shop.ids(shop.viewer) == std::vector{moving});

  shop.hand_over(moving, shop.viewer, &shop.buyer);  // Back where it came from.
  CHECK(shop.ids(shop.viewer).empty());
  CHECK(shop.ids(shop.buyer) == std::vector{moving, staying});

  shop.hand_over(moving, shop.buyer, nullptr);
  CHECK(shop.ids(shop.buyer) == std::vector{staying});
  shop.bench.check_rebuild();
}

TEST_CASE("pages of a person's tickets have each once, whatever brought them", "[ticket]") {
  Wallet shop;
  std::vector<Id> expected;
  for (int i = 0; i < 5; ++i) {  // One may offer five an hour.
    const auto own = shop.order(shop.buyer, 1 + i % 3);
    const auto given = shop.order(shop.stranger);
    shop.hand_over(given.ticket_ids[0], shop.stranger, &shop.buyer);
    expected.insert(expected.begin(), own.ticket_ids.begin(), own.ticket_ids.end());
    expected.insert(expected.begin(), given.ticket_ids[0]);
  }
  for (const int64_t limit : {1, 2, 3, 100}) CHECK(shop.ids(shop.buyer, limit) == expected);
  ListMyTickets list;
  list.cursor = "bm9uc2Vuc2U";
  CHECK(shop.bench.refusal(list, &shop.buyer) == "invalid");
}

TEST_CASE("orders that never had tickets add nothing, and their pages end", "[ticket]") {
  Wallet shop;
  const auto paid = shop.order(shop.buyer);
  shop.type_id = shop.add_type(5000, 1000);
  for (int i = 0; i < 250; ++i) shop.order(shop.buyer);
  ListMyTickets list;
  const auto first = shop.bench.must(list, &shop.buyer);
  CHECK(first.items.empty());
  REQUIRE(first.next_cursor);
  CHECK(shop.ids(shop.buyer) == paid.ticket_ids);
}
