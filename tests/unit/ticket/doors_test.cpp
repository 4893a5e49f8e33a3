// Doors: each ticket in once, each refusal with its reason, each scan with one effect.
#include "daemons/ticket/doors.h"

#include "daemons/ticket/code.h"
#include "tests/unit/ticket/shop.h"
#include "tests/unit/ticket/signed_code.h"

using namespace bilten;
using namespace bilten::test;

namespace {

template <class Value>
Value member(const Error& error, std::string_view name) {
  const auto extra = Document::parse(error.extra);
  REQUIRE(extra);
  const auto found = extra->root().find(name);
  REQUIRE(found);
  return Value(found->text());
}

CheckInListView counters(Shop& shop) {
  ListCheckInLists message;
  message.event_id = shop.event_id;
  return shop.bench.must(message, &shop.viewer).items.at(0);
}

// A list beside "Main".
Id add_list(Shop& shop, std::vector<Id> types, bool reentry) {
  AddCheckInList message;
  message.event_id = shop.event_id;
  message.title = "Side door";
  message.ticket_type_ids = std::move(types);
  message.reentry = reentry;
  return shop.bench.must(message, &shop.manager).id;
}

// A genuine code for a ticket, of any generation.
std::string forge(const Shop& shop, const Id& ticket_id, uint16_t generation) {
  return ticket::write_code({.key_id = 1,
                             .event_id = shop.event_id,
                             .ticket_id = ticket_id,
                             .generation = generation,
                             .valid_until_s = 0},
                            ticket::event_key(shop.secret, shop.event_id, 1));
}

}  // namespace

TEST_CASE("every new event has the check-in list Main", "[ticket]") {
  Shop shop;
  const auto list = counters(shop);
  CHECK(list.title == "Main");
  CHECK(list.total == 0);
  shop.buy(shop.add_type(0, 10), 4);
  shop.buy(shop.add_type(0, 10), 3);
  shop.buy(shop.add_type(900, 10), 2);  // Held only.
  CHECK(counters(shop).total == 7);
}

TEST_CASE("a ticket is let in once, and then refused with the first time", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto code = shop.code_of(order);
  const auto first_at = shop.bench.now;
  const auto admitted = shop.bench.must(shop.scan(code), &shop.door);
  CHECK(admitted.result == "ok");
  CHECK(admitted.ticket.id == order.ticket_ids[0]);
  CHECK(admitted.ticket.state == TicketState::used);
  CHECK(admitted.ticket_type_name.plain == "Stalls");
  CHECK(admitted.at.ms == first_at);
  shop.bench.now += 60'000;
  const auto again = shop.bench.send(shop.scan(code), &shop.door);
  REQUIRE_FALSE(again);
  CHECK(again.error().reason == "already_redeemed");
  CHECK(again.error().code == Code::conflict);
  CHECK(member<std::string>(again.error(), "first_at") == rfc3339(first_at));
  CHECK(member<std::string>(again.error(), "check_in_list") == "Main");
  CHECK(member<std::string>(again.error(), "by") == shop.door.person_id.text());
  CHECK(shop.bench.names_after(0).back() == "ticket.scan_refused");
  CHECK(counters(shop).admitted == 1);
  CHECK(counters(shop).inside == 1);
  shop.bench.check_rebuild();
}

TEST_CASE("a repeated nonce answers as the first time and writes nothing", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto scan = shop.scan(shop.code_of(order));
  const auto refused = shop.scan(shop.code_of(order));
  const auto first = shop.bench.must(scan, &shop.door);
  const auto no = shop.bench.send(refused, &shop.door);
  const auto before = shop.bench.head().seq;
  shop.bench.now += 60'000;
  CHECK(encode(shop.bench.must(scan, &shop.door)) == encode(first));
  const auto no_again = shop.bench.send(refused, &shop.door);
  REQUIRE_FALSE(no_again);
  CHECK(no_again.error().reason == no.error().reason);
  CHECK(no_again.error().extra == no.error().extra);
  auto other = scan;
  other.code = shop.code_of(order, 1);
  CHECK(shop.bench.refusal(other, &shop.door) == "nonce_reused");
  other.code = "NO CODE";
  CHECK(shop.bench.refusal(other, &shop.door) == "nonce_reused");
  other = scan;
  other.direction = Direction::exit;
  CHECK(shop.bench.refusal(other, &shop.door) == "nonce_reused");
  CHECK(shop.bench.head().seq == before);
}

TEST_CASE("only door staff of the organisation may scan", "[ticket]") {
  Shop shop;
  auto scan = shop.scan("NO CODE");
  CHECK(shop.bench.refusal(scan, &shop.viewer) == "role_missing");
  CHECK(shop.bench.refusal(scan, &shop.stranger) == "unknown_check_in_list");
  CHECK(shop.bench.refusal(scan, &shop.manager) == "invalid");
  scan.check_in_list_id = id_of(99);
  CHECK(shop.bench.refusal(scan, &shop.door) == "unknown_check_in_list");
}

TEST_CASE("a code that is not ours is refused and leaves no trace", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto code = shop.code_of(order);
  for (size_t i = 0; i < code.size(); i += 7) {
    auto changed = code;
    changed[i] = changed[i] == '1' ? '2' : '1';
    CHECK(shop.bench.refusal(shop.scan(changed), &shop.door) == "invalid");
  }
  // Signed with our key, for a ticket that was never sold.
  CHECK(shop.bench.refusal(shop.scan(forge(shop, id_of(99), 1)), &shop.door) == "invalid");
}

TEST_CASE("a code is refused once another generation of its ticket is current", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  CHECK(shop.scan_reason(shop.scan(forge(shop, order.ticket_ids[0], 2))) == "revoked");
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order))) == "");
}

TEST_CASE("a ticket of another event is refused as such", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto code = shop.code_of(order);
  shop.event_id = shop.draft(id_of(101));
  shop.tell<api::event::Published>(api::event::State::published);
  CHECK(shop.scan_reason(shop.scan(code)) == "wrong_event");
}

TEST_CASE("a list of some types lets in tickets of those alone", "[ticket]") {
  Shop shop;
  const auto stalls = shop.add_type(0, 10);
  const auto boxes = shop.add_type(0, 10);
  const auto list_id = add_list(shop, {boxes}, false);
  auto scan = shop.scan(shop.code_of(shop.buy(stalls)));
  scan.check_in_list_id = list_id;
  CHECK(shop.scan_reason(scan) == "wrong_type");
  scan = shop.scan(shop.code_of(shop.buy(boxes)));
  scan.check_in_list_id = list_id;
  CHECK(shop.scan_reason(scan) == "");
}

TEST_CASE("doors let in from their opening to the event's end", "[ticket]") {
  Shop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  shop.bench.now = shop.terms.doors_at.ms - 1;
  const auto early = shop.bench.send(shop.scan(code), &shop.door);
  REQUIRE_FALSE(early);
  CHECK(early.error().reason == "not_yet");
  CHECK(member<std::string>(early.error(), "opens_at") == rfc3339(shop.terms.doors_at.ms));
  shop.bench.now = shop.terms.ends_at.ms;
  const auto late = shop.bench.send(shop.scan(code), &shop.door);
  REQUIRE_FALSE(late);
  CHECK(late.error().reason == "too_late");
  shop.bench.now = shop.terms.doors_at.ms;
  CHECK(shop.scan_reason(shop.scan(code)) == "");
}

TEST_CASE("tickets of a cancelled event are refused at the door", "[ticket]") {
  Shop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  CHECK(shop.scan_reason(shop.scan(code)) == "cancelled");
}

TEST_CASE("a ticket or order that is no longer good is refused with its own reason", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto list_id = shop.list_id(shop.event_id);
  const auto judge = [&](TicketState ticket_state, OrderState order_state) -> std::string {
    const auto rows = memory_rows();
    for (const auto& fact : shop.bench.journal()) {
      shop.bench.table.apply(*rows, fact.name, fact.body);
    }
    const auto& ticket_id = order.ticket_ids[0];
    auto ticket = *rows->find<ticket::TicketRow>(ticket_id.view());
    ticket.state = ticket_state;
    rows->save(ticket_id.view(), ticket);
    auto row = *rows->find<ticket::OrderRow>(order.id.view());
    row.state = order_state;
    rows->save(order.id.view(), row);
    SeededRandom random(1);
    IdSource ids(random);
    const auto snapshot = shop.bench.store->snapshot();
    auto scan = shop.scan(forge(shop, ticket_id, 1));
    scan.check_in_list_id = list_id;
    const Reader reader{*rows, snapshot->vault(), shop.bench.now, &shop.door};
    const std::any checked =
        *ticket::prepare_check_in(reader, scan, ticket::EventKeys(shop.secret));
    const Context context{shop.bench.now, &shop.door, 0, ids, random, snapshot->vault(), checked};
    const auto decided = ticket::decide_check_in(*rows, context, scan);
    REQUIRE(decided);
    CHECK(decided->facts.size() == 1);
    return decided->problem ? decided->problem->reason : "";
  };
  CHECK(judge(TicketState::valid, OrderState::paid) == "");
  CHECK(judge(TicketState::valid, OrderState::partially_refunded) == "");
  CHECK(judge(TicketState::cancelled, OrderState::paid) == "cancelled");
  CHECK(judge(TicketState::refunded, OrderState::paid) == "refunded");
  CHECK(judge(TicketState::transferred, OrderState::paid) == "revoked");
  CHECK(judge(TicketState::valid, OrderState::cancelled) == "cancelled");
  CHECK(judge(TicketState::valid, OrderState::refunded) == "refunded");
  CHECK(judge(TicketState::valid, OrderState::held) == "unpaid");
  CHECK(judge(TicketState::valid, OrderState::expired) == "unpaid");
}

TEST_CASE("who went out comes in again only where the list says so", "[ticket]") {
  const bool reentry = GENERATE(false, true);
  Shop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  const auto list_id = add_list(shop, {}, reentry);
  const auto go = [&](Direction direction) {
    auto scan = shop.scan(code, direction);
    scan.check_in_list_id = list_id;
    return shop.scan_reason(scan);
  };
  CHECK(go(Direction::exit) == "not_inside");
  CHECK(go(Direction::entry) == "");
  CHECK(go(Direction::entry) == "already_redeemed");
  CHECK(go(Direction::exit) == "");
  CHECK(go(Direction::exit) == "not_inside");
  CHECK(go(Direction::entry) == (reentry ? "" : "already_redeemed"));
  const auto snapshot = shop.bench.store->snapshot();
  const auto counts = snapshot->rows().find<ticket::ListCountsRow>(list_id.view());
  CHECK(counts->admitted == 1);
  CHECK(counts->inside == (reentry ? 1 : 0));
  CHECK(counts->entered == (reentry ? 2 : 1));
  CHECK(counts->exited == 1);
  shop.bench.check_rebuild();
}

TEST_CASE("a code that was found genuine is known again by its hash", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto scan = shop.scan(shop.code_of(order));
  const auto known = [&](const CheckIn& message) {
    const auto snapshot = shop.bench.store->snapshot();
    // A wrong secret: no signature can be found good, only a hash.
    const Reader reader{snapshot->rows(), snapshot->vault(), shop.bench.now, nullptr};
    return ticket::prepare_check_in(reader, message, ticket::EventKeys(std::string(32, '?')))
        ->code.has_value();
  };
  CHECK_FALSE(known(scan));
  shop.bench.must(scan, &shop.door);
  CHECK(known(scan));
  auto changed = scan;
  changed.code->back() = changed.code->back() == '0' ? '1' : '0';
  CHECK_FALSE(known(changed));
}

TEST_CASE("a ticket's image is an SVG, for those who may have its code", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  ReadTicketQr message;
  message.ticket_id = order.ticket_ids[0];
  CHECK(shop.bench.refusal(message) == "unknown_ticket");
  message.secret = order.secret;
  const auto image = shop.bench.must(message);
  CHECK(image.content_type == "image/svg+xml");
  CHECK(image.body.data.find("<svg ") != std::string::npos);
}

TEST_CASE("the event's public key checks a ticket's code without the service", "[ticket]") {
  Shop shop;
  const auto code = shop.code_of(shop.buy(shop.add_type(0, 10)));
  const auto keys = shop.bench.must(ListTicketKeys{shop.event_id});
  REQUIRE(keys.items.size() == 1);
  const auto shown = ticket::read_code(code);
  REQUIRE(shown);
  CHECK(shown->code.key_id == keys.items[0].key_id);
  CHECK(shown->code.valid_until_s == (shop.terms.ends_at.ms + 24 * kHour) / 1000);
  CHECK(is_signed(*shown, keys.items[0].public_key.data));
}
