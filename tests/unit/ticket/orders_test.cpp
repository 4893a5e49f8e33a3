// Orders: what is sold, held, refused, and what happens to money that comes late.
#include <set>

#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

OrderView view(Shop& shop, const OrderView& order) {
  ReadOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  return shop.bench.must(message);
}

ConfirmOrder payment(const OrderView& order, uint8_t n = 200) {
  return {order.id, id_of(n)};
}

CancelOrder cancellation(const OrderView& order) {
  CancelOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  return message;
}

}  // namespace

TEST_CASE("a free order is paid at once, in one fact, with its tickets", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 10);
  const auto before = shop.bench.head().seq;
  const auto order = shop.buy(type_id, 3);
  CHECK(order.state == OrderState::paid);
  CHECK(order.ticket_ids.size() == 3);
  CHECK_FALSE(order.expires_at);
  CHECK(shop.bench.names_after(before) == std::vector<std::string>{"ticket.sold"});
  CHECK(shop.stock(type_id).sold == 3);
  CHECK(shop.bench.run_timers() == 0);
  CHECK(view(shop, order).buyer->email == "nadia@example.org");
}

TEST_CASE("a priced order is held for the event's time at the price of its moment", "[ticket]") {
  Shop shop;
  shop.terms.hold_minutes = 20;
  shop.tell<api::event::Changed>(api::event::State::published);
  const auto a = shop.add_type(1250, 10);
  const auto b = shop.add_type(300, 10);
  const auto order = shop.bench.must(shop.basket({{a, 2}, {b, 1}}));
  CHECK(order.state == OrderState::held);
  CHECK(order.total == Money{2800, "EGP"});
  CHECK(order.expires_at == Instant{shop.bench.now + 20 * 60'000});
  CHECK(order.ticket_ids.empty());
  CHECK(shop.stock(a).held == 2);
  CHECK(shop.stock(b).held == 1);
}

TEST_CASE("an order is refused for the first fault in the order of the contract", "[ticket]") {
  Shop shop;
  const auto stalls = shop.add_type(0, 4);
  auto limited = shop.offer(100, 50);
  limited.min_per_order = 2;
  limited.max_per_order = 4;
  const auto boxes = shop.bench.must(limited, &shop.manager).id;
  auto dated = shop.offer(0, 50);
  dated.sales_starts_at = Instant{shop.bench.now + 1'000};
  dated.sales_ends_at = Instant{shop.bench.now + 2'000};
  const auto early = shop.bench.must(dated, &shop.manager).id;
  const auto reason = [&](std::vector<OrderItem> items) {
    return shop.bench.refusal(shop.basket(std::move(items)));
  };

  auto elsewhere = shop.basket({{stalls, 1}});
  elsewhere.event_id = id_of(99);
  CHECK(shop.bench.refusal(elsewhere) == "unknown_event");
  CHECK(reason({{stalls, 1}, {stalls, 1}}) == "invalid");
  CHECK(reason({{id_of(99), 1}}) == "unknown_ticket_type");
  CHECK(reason({{early, 20}}) == "sales_not_open");
  CHECK(reason({{boxes, 1}}) == "under_minimum");
  CHECK(reason({{boxes, 5}}) == "over_limit");
  CHECK(reason({{boxes, 4}, {stalls, 7}}) == "over_limit");  // The order's own limit of 10.
  CHECK(reason({{boxes, 4}, {stalls, 5}}) == "sold_out");
  shop.bench.now += 1'000;
  CHECK(reason({{early, 1}}) == "");
  shop.bench.now += 1'000;
  CHECK(reason({{early, 1}}) == "sales_closed");

  const auto other = shop.draft(id_of(101));
  auto draft = shop.basket({{stalls, 1}});
  draft.event_id = other;
  CHECK(shop.bench.refusal(draft) == "unknown_event");
  CHECK(shop.bench.refusal(draft, &shop.viewer) == "not_on_sale");
  shop.bench.now = shop.terms.ends_at.ms;
  CHECK(reason({{id_of(99), 1}}) == "not_on_sale");
  shop.bench.now -= 1;
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  CHECK(reason({{id_of(99), 1}}) == "not_on_sale");
}

TEST_CASE("a type of another event is unknown on this one", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 4);
  shop.event_id = shop.draft(id_of(101));
  shop.tell<api::event::Published>(api::event::State::published);
  CHECK(shop.bench.refusal(shop.basket({{type_id, 1}})) == "unknown_ticket_type");
}

TEST_CASE("sold out says which type and how many of it are left", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 4);
  shop.buy(type_id, 3);
  const auto answer = shop.bench.send(shop.basket({{type_id, 2}}));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::exhausted);
  const auto extra = Document::parse(answer.error().extra);
  REQUIRE(extra);
  CHECK(extra->root().find("ticket_type_id")->text() == type_id.text());
  CHECK(extra->root().find("available")->integer() == 1);
}

TEST_CASE("a total beyond what money can be is refused, not wrapped", "[ticket]") {
  Shop shop;
  const auto dear = shop.add_type(kMoneyMax, 50);
  CHECK(shop.bench.refusal(shop.basket({{dear, 2}})) == "total_too_large");
  const auto more = shop.add_type(1, 50);
  CHECK(shop.bench.refusal(shop.basket({{dear, 1}, {more, 1}})) == "total_too_large");
  CHECK(shop.buy(dear, 1).total.amount == kMoneyMax);
}

TEST_CASE("a hold expires by its timer once, and its places are free again", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  const auto order = shop.buy(type_id, 4);
  shop.bench.now = order.expires_at->ms - 1;
  CHECK(shop.bench.run_timers() == 0);
  CHECK(view(shop, order).state == OrderState::held);
  shop.bench.now += 1;
  CHECK(view(shop, order).state == OrderState::expired);  // Before the timer fired.
  CHECK(shop.stock(type_id).held == 4);
  CHECK(shop.bench.run_timers() == 1);
  CHECK(shop.bench.run_timers() == 0);
  CHECK(shop.stock(type_id).free == 10);
  CHECK(shop.stock(type_id).held == 0);
  CHECK(view(shop, order).state == OrderState::expired);
  shop.bench.check_rebuild();
}

TEST_CASE("a held order that is paid has its tickets and no longer expires", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  const auto order = shop.buy(type_id, 2);
  const auto paid = shop.bench.must(payment(order));
  CHECK(paid.state == OrderState::paid);
  CHECK(paid.ticket_ids.size() == 2);
  shop.bench.now += kHour;
  CHECK(shop.bench.run_timers() == 0);
  CHECK(shop.stock(type_id).sold == 2);
  CHECK(shop.stock(type_id).held == 0);
}

TEST_CASE("the same payment confirmed twice sells once", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(500, 10), 2);
  const auto first = shop.bench.must(payment(order));
  const auto before = shop.bench.head().seq;
  CHECK(encode(shop.bench.must(payment(order))) == encode(first));
  CHECK(shop.bench.head().seq == before);
}

TEST_CASE("a second payment for a paid order is announced as one too many, once", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(500, 10), 2);
  shop.bench.must(payment(order, 200));
  const auto before = shop.bench.head().seq;
  CHECK(shop.bench.must(payment(order, 201)).state == OrderState::paid);
  shop.bench.must(payment(order, 201));
  CHECK(shop.bench.names_after(before) == std::vector<std::string>{"ticket.paid_too_late"});
}

TEST_CASE("money that comes after the hold takes the places if they are still there", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 2);
  const auto order = shop.buy(type_id, 2);
  shop.bench.now = order.expires_at->ms;
  SECTION("before the timer fired") {
    const auto before = shop.bench.head().seq;
    CHECK(shop.bench.must(payment(order)).state == OrderState::paid);
    CHECK(shop.bench.names_after(before) ==
          std::vector<std::string>{"ticket.expired", "ticket.sold"});
    CHECK(shop.bench.run_timers() == 0);
  }
  SECTION("after the timer fired") {
    CHECK(shop.bench.run_timers() == 1);
    CHECK(shop.bench.must(payment(order)).ticket_ids.size() == 2);
  }
  CHECK(shop.stock(type_id).sold == 2);
  CHECK(shop.stock(type_id).free == 0);
  shop.bench.check_rebuild();
}

TEST_CASE("money that finds no place is announced, and takes nobody's", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 2);
  const auto order = shop.buy(type_id, 2);
  const auto reason = GENERATE(as<std::string>(), "taken", "cancelled", "event", "over");
  if (reason == "taken") {
    shop.bench.now = order.expires_at->ms;
    shop.bench.run_timers();
    shop.buy(type_id, 1);
  } else if (reason == "cancelled") {
    shop.bench.must(cancellation(order));
  } else if (reason == "event") {
    shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  } else {
    shop.bench.now = shop.terms.ends_at.ms;
  }
  const auto before = shop.bench.head().seq;
  const auto answer = shop.bench.must(payment(order));
  CHECK(answer.state != OrderState::paid);
  CHECK(answer.ticket_ids.empty());
  CHECK(shop.bench.names_after(before).back() == "ticket.paid_too_late");
  CHECK(shop.stock(type_id).sold == 0);
  CHECK(shop.stock(type_id).held == (reason == "taken" ? 1 : 0));
  const auto level = shop.bench.head().seq;
  shop.bench.must(payment(order));
  CHECK(shop.bench.head().seq == level);
  shop.bench.run_timers();
  shop.bench.check_rebuild();
}

TEST_CASE("a held order can be given up, twice with one effect, and its places return",
          "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  const auto order = shop.buy(type_id, 2);
  CHECK(shop.bench.must(cancellation(order)).state == OrderState::cancelled);
  const auto before = shop.bench.head().seq;
  CHECK(shop.bench.must(cancellation(order)).state == OrderState::cancelled);
  CHECK(shop.bench.head().seq == before);
  CHECK(shop.stock(type_id).free == 10);
  shop.bench.now += kHour;
  CHECK(shop.bench.run_timers() == 0);
}

TEST_CASE("an order that is paid or over cannot be given up", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(500, 10);
  const auto paid = shop.buy(type_id, 2);
  shop.bench.must(payment(paid));
  CHECK(shop.bench.refusal(cancellation(paid)) == "already_paid");
  const auto late = shop.buy(type_id, 2);
  shop.bench.now = late.expires_at->ms;
  CHECK(shop.bench.refusal(cancellation(late)) == "hold_expired");
  shop.bench.run_timers();
  CHECK(shop.bench.refusal(cancellation(late)) == "hold_expired");
}

TEST_CASE("an order is seen by its secret, its person and its sellers, and nobody else",
          "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 1, &shop.buyer);
  ReadOrder read;
  read.order_id = order.id;
  CHECK(shop.bench.refusal(read) == "unknown_order");
  CHECK(shop.bench.refusal(read, &shop.stranger) == "unknown_order");
  CHECK(shop.bench.must(read, &shop.buyer).buyer);
  CHECK(shop.bench.must(read, &shop.manager).buyer);
  CHECK_FALSE(shop.bench.must(read, &shop.door).buyer);
  CHECK_FALSE(shop.bench.must(read, &shop.manager).secret);
  read.secret = *order.secret;
  CHECK(shop.bench.must(read).buyer);
  read.secret = shop.buy(shop.add_type(0, 10)).secret;
  CHECK(shop.bench.refusal(read) == "unknown_order");
  read.order_id = id_of(99);
  CHECK(shop.bench.refusal(read) == "unknown_order");

  ListOrderTickets tickets;
  tickets.order_id = order.id;
  CHECK(shop.bench.refusal(tickets, &shop.door) == "unknown_order");
  CHECK(shop.bench.must(tickets, &shop.buyer).items.size() == 1);
  ReadTicket ticket;
  ticket.ticket_id = order.ticket_ids[0];
  CHECK(shop.bench.refusal(ticket) == "unknown_ticket");
  CHECK(shop.bench.refusal(ticket, &shop.door) == "unknown_ticket");
  CHECK(shop.bench.must(ticket, &shop.buyer).code);
  CancelOrder cancel;
  cancel.order_id = order.id;
  CHECK(shop.bench.refusal(cancel) == "unknown_order");
  CHECK(shop.bench.refusal(cancel, &shop.door) == "role_missing");
}

TEST_CASE("a person's orders come newest first, page by page, and are theirs alone", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 50);
  std::vector<Id> made;
  for (int i = 0; i < 5; ++i) {
    shop.bench.now += 10;
    made.insert(made.begin(), shop.buy(type_id, 1, &shop.buyer).id);
    shop.buy(type_id, 1, &shop.stranger);
    shop.buy(type_id, 1);
  }
  ListMyOrders page;
  page.limit = 2;
  std::vector<Id> seen;
  for (int pages = 1;; ++pages) {
    const auto list = shop.bench.must(page, &shop.buyer);
    for (const auto& order : list.items) seen.push_back(order.id);
    page.cursor = list.next_cursor;
    if (!page.cursor) break;
    REQUIRE(pages < 5);
  }
  CHECK(seen == made);
  page.cursor = "AAAA";
  CHECK(shop.bench.refusal(page, &shop.buyer) == "invalid");
}

TEST_CASE("order codes are of letters that nobody mistakes, and differ", "[ticket]") {
  Shop shop;
  const auto type_id = shop.add_type(0, 500);
  std::set<std::string> codes;
  for (int i = 0; i < 200; ++i) {
    const auto code = shop.buy(type_id).code;
    CHECK(code.size() == 10);
    CHECK(code.find_first_not_of("23456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos);
    codes.insert(code);
  }
  CHECK(codes.size() == 200);
}

TEST_CASE("no name or address of a buyer is in any fact or row", "[ticket]") {
  Shop shop;
  const auto free = shop.buy(shop.add_type(0, 10), 2, &shop.buyer);
  const auto priced = shop.buy(shop.add_type(700, 10), 2);
  shop.bench.must(payment(priced));
  shop.scan_reason(shop.scan(shop.code_of(free)));
  const auto everything = shop.bench.everything_written();
  CHECK(everything.find("nadia") == std::string::npos);
  CHECK(everything.find("Nadia") == std::string::npos);
  CHECK(everything.find(*free.secret) == std::string::npos);
  CHECK(everything.find(shop.code_of(free)) == std::string::npos);
  CHECK(everything.find(priced.code) != std::string::npos);  // The search finds what is there.
}

TEST_CASE("the rows of the largest usual order stay under 2,000 bytes", "[ticket]") {
  Shop shop;
  std::vector<OrderItem> items;
  for (int i = 0; i < 10; ++i) items.push_back({shop.add_type(0, 10), 1});
  shop.bench.must(shop.basket(items), &shop.buyer);
  SpyRows spy;
  for (const auto& fact : shop.bench.journal()) {
    CHECK(fact.body.size() < 2'000);
    shop.bench.table.apply(spy, fact.name, fact.body);
  }
  CHECK(spy.value_max < 2'000);
}
