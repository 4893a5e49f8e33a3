// Scans that are taken back, tickets found by name, and tickets let in by their id.
#include "common/api/ticket_transfers.h"
#include "daemons/ticket/names.h"
#include "tests/unit/ticket/door_shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct UndoShop : DoorShop {
  UndoShop() {
    bench.note(api::user::MemberJoined{organization, supervisor.person_id, Role::door_supervisor});
  }
  UndoCheckIn undo(const OrderView& order, size_t index = 0) {
    return {.check_in_list_id = used,
            .ticket_id = order.ticket_ids.at(index),
            .reason = "Mrs Fathy had gone home",
            .nonce = "undo-" + std::to_string(++nonces)};
  }
  CheckIn by_id(const OrderView& order) {
    auto message = scan_here({});
    message.code.reset();
    message.ticket_id = order.ticket_ids.at(0);
    return message;
  }
  FindListTickets find(const std::string& query) const {
    FindListTickets message;
    message.check_in_list_id = used;
    message.query = query;
    return message;
  }
  TicketState state_of(const OrderView& order) const {
    const auto snapshot = bench.store->snapshot();
    return snapshot->rows().find<ticket::TicketRow>(order.ticket_ids[0].view())->state;
  }

  Person supervisor = person_of(16);
};

}  // namespace

TEST_CASE("an undone scan leaves everything as it was before it", "[ticket]") {
  UndoShop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto code = shop.code_of(order);
  auto message = shop.list("Hall");
  message.reentry = true;
  message.gates = {"North"};
  shop.use(message);
  shop.gate = "North";
  CHECK(shop.reason(shop.undo(order), &shop.supervisor) == "not_scanned");
  const auto first = shop.scan_here(code);
  CHECK(shop.go(first, shop.door) == "");
  CHECK(shop.go(code, Direction::exit) == "");
  CHECK(shop.go(code) == "");

  // Back through all three, the last first.
  const ListCounts after[] = {{1, 1, 1, 0}, {1, 1, 0, 1}, {0, 0, 0, 0}};
  for (const auto& counts : after) {
    shop.bench.must(shop.undo(order), &shop.supervisor);
    CHECK(shop.counts() == counts);
    CHECK(shop.state_of(order) == (counts.admitted == 0 ? TicketState::valid : TicketState::used));
  }
  const auto view = shop.bench.must(ReadCheckInList{shop.used}, &shop.viewer);
  CHECK(view.gate_counts.at(0).entered == 0);
  CHECK(view.gate_counts.at(0).exited == 0);
  CHECK(shop.reason(shop.undo(order), &shop.supervisor) == "not_scanned");
  CHECK(shop.go(first, shop.door) == "scan_undone");  // Sent again, late.
  CHECK(shop.go(code) == "");
  CHECK(shop.counts() == ListCounts{1, 1, 0, 1});
  shop.bench.check_rebuild();
}

TEST_CASE("a refusal that is asked for again after an undo is still a refusal", "[ticket]") {
  UndoShop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  shop.use(shop.list("Hall"));
  CHECK(shop.go(shop.code_of(order)) == "");
  const auto second = shop.scan_here(shop.code_of(order));
  CHECK(shop.go(second, shop.door) == "already_redeemed");
  shop.bench.must(shop.undo(order), &shop.supervisor);
  CHECK(shop.go(second, shop.door) == "already_redeemed");
  CHECK(shop.member("first_at") == "");
}

TEST_CASE("a ticket that another list let in stays used", "[ticket]") {
  UndoShop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order))) == "");
  shop.use(shop.list("Balcony"));
  CHECK(shop.go(shop.code_of(order)) == "");
  shop.bench.must(shop.undo(order), &shop.supervisor);
  CHECK(shop.state_of(order) == TicketState::used);
}

TEST_CASE("an undo is a supervisor's, once, with its reason sealed", "[ticket]") {
  UndoShop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  shop.use(shop.list("Hall"));
  const auto scan = shop.scan_here(shop.code_of(order));
  CHECK(shop.go(scan, shop.door) == "");
  auto message = shop.undo(order);
  CHECK(shop.reason(message, &shop.door) == "role_missing");
  CHECK(shop.reason(message, &shop.stranger) == "unknown_check_in_list");
  message.nonce = scan.nonce;
  CHECK(shop.reason(message, &shop.supervisor) == "nonce_reused");
  message.nonce = "mine";
  const auto undone = shop.bench.must(message, &shop.supervisor);
  const auto head = shop.bench.head().seq;
  CHECK(encode(shop.bench.must(message, &shop.supervisor)) == encode(undone));
  CHECK(shop.bench.head().seq == head);
  auto late = shop.scan_here(shop.code_of(order));
  late.nonce = message.nonce;
  CHECK(shop.go(late, shop.door) == "nonce_reused");

  CHECK(shop.reason(ListUndone{shop.used, 50, {}}, &shop.door) == "role_missing");
  const auto list = shop.bench.must(ListUndone{shop.used, 50, {}}, &shop.supervisor);
  REQUIRE(list.items.size() == 1);
  CHECK(list.items[0].reason == "Mrs Fathy had gone home");
  CHECK(list.items[0].by == shop.supervisor.person_id);
  CHECK(shop.bench.everything_written().find("Fathy") == std::string::npos);
}

TEST_CASE("a ticket is let in by its id where the role or the list allows it", "[ticket]") {
  UndoShop shop;
  const auto order = shop.buy(shop.add_type(0, 10)), other = shop.buy(shop.type_id);
  shop.use(shop.list("Hall"));
  CHECK(shop.go(shop.by_id(order), shop.door) == "role_missing");
  CHECK(shop.go(shop.by_id(order), shop.supervisor) == "");
  CHECK(shop.go(shop.by_id(order), shop.supervisor) == "already_redeemed");
  ChangeCheckInList change;
  change.check_in_list_id = shop.used;
  change.admit_by_name = true;
  shop.bench.must(change, &shop.manager);
  CHECK(shop.go(shop.by_id(other), shop.door) == "");
  auto message = shop.by_id(other);
  message.ticket_id = id_of(99);
  CHECK(shop.go(message, shop.door) == "invalid");
  message.code = "BOTH";
  const auto both = shop.bench.send(message, &shop.door);
  REQUIRE_FALSE(both);
  REQUIRE(both.error().fields.size() == 1);
  CHECK(both.error().fields[0].pointer == "/code");
  shop.bench.check_rebuild();
}

TEST_CASE("words of names are told apart by neither case nor accents", "[ticket]") {
  using Words = std::vector<std::string>;
  CHECK(ticket::name_words("José da Silva-Krüger") == Words{"jose", "da", "silva", "kruger"});
  CHECK(ticket::name_words("ΝΊΚΟΣ") == ticket::name_words("νίκος"));
  CHECK(ticket::name_words("ليلى حسن").size() == 2);
  CHECK(ticket::name_words(" - ").empty());
  CHECK(ticket::begin_words({"sil", "jos"}, {"jose", "da", "silva"}));
  CHECK_FALSE(ticket::begin_words({"sil", "ana"}, {"jose", "da", "silva"}));
  CHECK_FALSE(ticket::begin_words({}, {"jose"}));
}

TEST_CASE("door staff find a ticket by the front of its order's code or by names", "[ticket]") {
  UndoShop shop;
  const auto type_id = shop.add_type(0, 100), boxes = shop.add_type(0, 10);
  const auto order = shop.buy(type_id, 2);
  auto basket = shop.basket({{type_id, 1}, {boxes, 1}});
  basket.buyer = {"omar@example.org", "Omar Käthner"};
  const auto mixed = shop.bench.must(basket);
  auto list = shop.list("Stalls");
  list.ticket_type_ids = {type_id};
  shop.use(list);
  CHECK(shop.reason(shop.find("nadia"), &shop.viewer) == "role_missing");

  auto found = shop.bench.must(shop.find("fathy NAD"), &shop.door).items;
  REQUIRE(found.size() == 2);
  CHECK(found[0].holder == "Nadia Fathy");
  CHECK(found[0].order_code == order.code);
  CHECK(found[0].entries == 0);
  CHECK_FALSE(found[0].first_at);
  found = shop.bench.must(shop.find("kathner"), &shop.door).items;
  REQUIRE(found.size() == 1);  // The box is not this list's.
  CHECK(found[0].ticket_id == mixed.ticket_ids[0]);
  auto code = order.code.substr(0, 5);
  for (auto& letter : code) letter = static_cast<char>(std::tolower(letter));
  CHECK(shop.bench.must(shop.find(code), &shop.door).items.size() == 2);
  CHECK(shop.bench.must(shop.find("nobody"), &shop.door).items.empty());

  CHECK(shop.go(shop.by_id(order), shop.supervisor) == "");
  found = shop.bench.must(shop.find(order.code), &shop.door).items;
  CHECK(found[0].state == TicketState::used);
  CHECK(found[0].inside);
  CHECK(found[0].entries == 1);
  CHECK(found[0].first_at);
}

TEST_CASE("the holder is whom a ticket is for, and not the buyer who gave it away", "[ticket]") {
  UndoShop shop;
  auto basket = shop.basket({{shop.add_type(0, 100), 3}});
  basket.items[0].attendees.resize(1);
  basket.items[0].attendees[0].full_name = "Zeinab Aziz";
  const auto order = shop.bench.must(basket);
  auto list = shop.list("Hall");
  list.show_first_name = true;
  shop.use(list);
  const auto zeinab = shop.bench.must(shop.find("zein"), &shop.door).items;
  REQUIRE(zeinab.size() == 1);
  CHECK(zeinab[0].holder == "Zeinab Aziz");
  const auto code = shop.code_of(order);
  CHECK(shop.bench.must(shop.scan_here(code), &shop.door).first_name == "Zeinab");
  CHECK(shop.bench.must(shop.find("nadia"), &shop.door).items.size() == 2);

  OfferTransfer offer;
  offer.ticket_id = order.ticket_ids[1];
  offer.email = "omar@example.org";
  offer.secret = order.secret;
  const auto transfer = shop.bench.must(offer);
  AcceptTransfer accept;
  accept.transfer_id = transfer.id;
  accept.code = shop.bench.must(TransferMail{transfer.id}).code;
  shop.bench.must(accept);
  const auto nadia = shop.bench.must(shop.find("nadia"), &shop.door).items;
  REQUIRE(nadia.size() == 1);
  CHECK(nadia[0].ticket_id == order.ticket_ids[2]);
}

TEST_CASE("a search goes on page by page over every order", "[ticket]") {
  UndoShop shop;
  shop.add_type(0, 100);
  shop.use(shop.list("Hall"));
  for (int i = 0; i < 7; ++i) shop.buy(shop.type_id);
  auto message = shop.find("nadia");
  message.limit = 3;
  std::set<Id> seen;
  size_t pages = 0;
  do {
    const auto page = shop.bench.must(message, &shop.door);
    for (const auto& ticket : page.items) seen.insert(ticket.ticket_id);
    message.cursor = page.next_cursor;
    ++pages;
  } while (message.cursor && pages < 10);
  CHECK(seen.size() == 7);
  CHECK(pages == 3);
  message.cursor = "AAAA";
  CHECK(shop.reason(message, &shop.door) == "invalid");
}
