// What a scanner takes along: every ticket of its list, and all that happens to one afterwards.
#include "daemons/ticket/offline_pages.h"

#include "daemons/ticket/code.h"
#include "tests/unit/ticket/offline_shop.h"
#include "tests/unit/ticket/signed_code.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("a snapshot tells of each ticket its generation, type, state and entry", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto stalls = shop.add_type(0, 10);
  const auto order = shop.buy(stalls, 3);
  shop.buy(shop.add_type(900, 10), 2);  // Held only: there are no tickets.
  const auto scanned_at = shop.bench.now;
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order))) == "");
  const auto page = shop.snapshot(device);
  CHECK(page.event_id == shop.event_id);
  CHECK(page.opens_at == shop.terms.doors_at);
  CHECK(page.closes_at == shop.terms.ends_at);
  CHECK_FALSE(page.next_cursor);
  REQUIRE(page.keys.size() == 1);
  const auto tickets = OfflineShop::tickets_of(page);
  REQUIRE(tickets.size() == 3);
  const auto& first = tickets.at(order.ticket_ids[0]);
  CHECK(page.types.at(static_cast<size_t>(first.type.value())).id == stalls);
  CHECK(first.generation == 1);
  CHECK(first.state == 0);
  CHECK(first.used == 1);
  CHECK(first.first_at == scanned_at);
  CHECK(first.inside);
  CHECK_FALSE(tickets.at(order.ticket_ids[1]).used);
}

TEST_CASE("the keys of a snapshot check a ticket's code without the service", "[ticket]") {
  OfflineShop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  const auto page = shop.snapshot(shop.enrol(21));
  const auto shown = ticket::read_code(code);
  REQUIRE(shown);
  CHECK(is_signed(*shown, page.keys.at(0).public_key.data));
  CHECK(OfflineShop::tickets_of(page).contains(shown->code.ticket_id));
}

TEST_CASE("changes tell what was sold and scanned after a position, and no more", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto type = shop.add_type(0, 100);
  const auto before = shop.buy(type, 2);
  const auto position = shop.snapshot(device).position;
  CHECK(OfflineShop::tickets_of(shop.changes(device, position)).empty());
  const auto after = shop.buy(type, 2);
  CHECK(shop.scan_reason(shop.scan(shop.code_of(before, 1))) == "");
  const auto page = shop.changes(device, position);
  const auto tickets = OfflineShop::tickets_of(page);
  CHECK(tickets.size() == 3);
  CHECK(tickets.contains(after.ticket_ids[0]));
  CHECK(tickets.at(before.ticket_ids[1]).used == 1);
  CHECK_FALSE(page.more);
  CHECK(OfflineShop::tickets_of(shop.changes(device, page.position)).empty());
}

TEST_CASE("changes tell of a ticket that was exchanged for a type that the list does not let in",
          "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto stalls = shop.add_type(0, 10), boxes = shop.add_type(0, 10);
  AddCheckInList side;
  side.event_id = shop.event_id;
  side.title = "Side door";
  side.ticket_type_ids = {stalls};
  shop.main = shop.bench.must(side, &shop.manager).id;
  const auto order = shop.buy(stalls);
  shop.buy(boxes);
  const auto page = shop.snapshot(device);
  CHECK(OfflineShop::tickets_of(page).size() == 1);
  ExchangeTicket exchange;
  exchange.ticket_id = order.ticket_ids[0];
  exchange.ticket_type_id = boxes;
  shop.bench.must(exchange, &shop.manager);
  const auto changed = OfflineShop::tickets_of(shop.changes(device, page.position));
  REQUIRE(changed.size() == 1);
  CHECK_FALSE(changed.at(order.ticket_ids[0]).type);
}

TEST_CASE("snapshot pages and changes together are the tickets as they are", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto type = shop.add_type(0, 100'000);
  const auto buy_many = [&](int orders) {
    for (int i = 0; i < orders; ++i) {
      auto order = shop.basket({{type, 10}});
      order.buyer.email = "buyer-" + std::to_string(++shop.nonces) + "@example.org";
      shop.bench.must(order);
    }
  };
  buy_many(4'000);
  auto page = shop.snapshot(device);
  const auto position = page.position;
  REQUIRE(page.next_cursor);
  auto tickets = OfflineShop::tickets_of(page);
  buy_many(50);
  while (page.next_cursor) {
    page = shop.snapshot(device, page.next_cursor);
    tickets.merge(OfflineShop::tickets_of(page));
  }
  tickets.merge(OfflineShop::tickets_of(shop.changes(device, position)));
  CHECK(tickets.size() == 40'500);
}

TEST_CASE("changes of much history come in bounded pieces", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto type = shop.add_type(0, 100'000);
  auto position = shop.snapshot(device).position;
  for (int i = 0; i < 12'000; ++i) shop.buy(type);
  size_t seen = 0;
  int calls = 0;
  for (bool more = true; more; ++calls) {
    const auto page = shop.changes(device, position);
    seen += OfflineShop::tickets_of(page).size();
    position = page.position;
    more = page.more;
  }
  CHECK(seen == 12'000);
  CHECK(calls > 1);
}

TEST_CASE("a position of another past asks for a new snapshot", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto head = shop.bench.head();
  auto restored = head;
  ++restored.epoch;
  const auto after = [&](const std::string& position) {
    return shop.bench.refusal(ReadChanges{shop.main, position}, &device);
  };
  CHECK(after(ticket::position_at(restored, head.seq)) == "snapshot_again");
  CHECK(after(ticket::position_at(head, head.seq + 1)) == "snapshot_again");
  CHECK(after("nonsense") == "invalid");
  CHECK(after(ticket::position_at(head, 0)) == "");
}

TEST_CASE("a device finds the lists of its own event, and of no other", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto any = shop.enrol(22, {}, false);
  const auto first = shop.event_id;
  const auto other = shop.draft(id_of(101));
  CHECK(shop.bench.must(ListCheckInLists{first}, &device).items.at(0).id == shop.main);
  CHECK(shop.bench.refusal(ListCheckInLists{other}, &device) == "unknown_event");
  CHECK(shop.bench.refusal(ListCheckInLists{other}, &any) == "");
  CHECK(shop.bench.refusal(ListCheckInLists{id_of(99)}, &any) == "unknown_event");
}

TEST_CASE("a device reads the lists of its own event alone, until it is revoked", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto any = shop.enrol(22, {}, false);
  const auto first_list = shop.main;
  shop.draft(id_of(101));
  const auto other_list = shop.list_id(id_of(101));
  const auto read = [&](const Id& list, const Person& person) {
    return shop.bench.refusal(ReadSnapshot{list, {}}, &person);
  };
  CHECK(read(first_list, device) == "");
  CHECK(read(other_list, device) == "unknown_check_in_list");
  CHECK(read(other_list, any) == "");
  CHECK(read(first_list, shop.door) == "");
  CHECK(read(first_list, shop.viewer) == "role_missing");
  shop.bench.note(
      api::user::DeviceRevoked{shop.organization, device.person_id, id_of(11), {shop.bench.now}});
  CHECK(read(first_list, device) == "unknown_check_in_list");
  shop.bench.check_rebuild();
}
