// Waiting lists: who joins, who is offered what is released, and who cannot jump the line.
#include "common/api/ticket_waiting.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// A type of four tickets, all sold to one order of two and two of one.
struct SoldOut : Shop {
  explicit SoldOut(int64_t price = 100) : type_id(add_type(price, 4)) {
    pair = buy(type_id, 2);
    singles = {buy(type_id), buy(type_id)};
  }

  JoinWaitingList wish(const std::string& name, int64_t quantity = 1) const {
    JoinWaitingList message;
    message.event_id = event_id;
    message.ticket_type_id = type_id;
    message.quantity = quantity;
    message.buyer = {name + "@example.org", name};
    return message;
  }
  WaitingView join(const std::string& name, int64_t quantity = 1) {
    return bench.must(wish(name, quantity));
  }
  WaitingView entry(const WaitingView& joined) {
    return bench.must(ReadWaitingEntry{joined.id, joined.secret});
  }
  WaitingState state(const WaitingView& joined) { return entry(joined).state; }
  void release(const OrderView& order) {
    CancelOrder message;
    message.order_id = order.id;
    message.secret = order.secret;
    bench.must(message);
    serve();
  }
  // Until nobody can be served: one offer a millisecond.
  void serve() {
    while (bench.run_timers() > 0) ++bench.now;
  }
  AcceptWaitingOffer acceptance(const WaitingView& joined) const {
    return {joined.id, joined.secret};
  }
  LeaveWaitingList leaving(const WaitingView& joined) const { return {joined.id, joined.secret}; }

  Id type_id;
  OrderView pair;
  std::vector<OrderView> singles;
};

}  // namespace

TEST_CASE("one waits only for a type that is sold out, once an address, within the order's limits",
          "[ticket][waiting]") {
  SoldOut shop;
  auto fit = shop.offer(100, 3);
  fit.max_per_order = 2;
  const auto other = shop.bench.must(fit, &shop.manager).id;
  auto wish = shop.wish("ada");
  wish.ticket_type_id = other;
  CHECK(shop.bench.refusal(wish) == "not_sold_out");
  wish.quantity = 4;
  CHECK(shop.bench.refusal(wish) == "over_limit");
  wish.ticket_type_id = id_of(99);
  CHECK(shop.bench.refusal(wish) == "unknown_ticket_type");

  const auto ada = shop.join("ada");
  CHECK(ada.position == 1);
  CHECK(shop.join("bob").position == 2);
  CHECK(shop.bench.refusal(shop.wish("ADA")) == "already_waiting");
  CHECK(shop.bench.refusal(ReadWaitingEntry{ada.id, {}}) == "unknown_waiting_entry");
  CHECK(shop.bench.send(ReadWaitingEntry{ada.id, {}}, &shop.manager));
  shop.bench.must(shop.leaving(ada));
  CHECK(shop.bench.must(shop.leaving(ada)).state == WaitingState::left);
  CHECK(shop.join("ada").position == 2);
  shop.bench.check_rebuild();
}

TEST_CASE("what is released is held for the first in line whose quantity fits",
          "[ticket][waiting]") {
  SoldOut shop;
  const auto ada = shop.join("ada", 3);
  const auto bob = shop.join("bob", 2);
  const auto eve = shop.join("eve", 1);
  shop.release(shop.singles[0]);
  CHECK(shop.state(ada) == WaitingState::waiting);
  CHECK(shop.state(bob) == WaitingState::waiting);
  const auto offered = shop.entry(eve);
  CHECK(offered.state == WaitingState::offered);
  CHECK(offered.expires_at == Instant{shop.terms.ends_at});  // Sooner than in 24 hours.
  CHECK(shop.stock(shop.type_id).held == 4);
  shop.release(shop.pair);
  CHECK(shop.state(bob) == WaitingState::offered);
  CHECK(shop.entry(ada).position == 1);
  CHECK(shop.stock(shop.type_id).free == 0);
  shop.bench.check_rebuild();
}

TEST_CASE("while anybody waits for a type, nobody else is sold any of it", "[ticket][waiting]") {
  SoldOut shop;
  const auto ada = shop.join("ada", 2);
  shop.release(shop.singles[0]);
  CHECK(shop.stock(shop.type_id).free == 1);
  CHECK(shop.bench.refusal(shop.basket({{shop.type_id, 1}})) == "sold_out");
  ListTypes types;
  types.event_id = shop.event_id;
  CHECK(shop.bench.must(types).items.at(0).available == 0);
  // What an order holds already it may keep, or have less of.
  ChangeOrder change;
  change.order_id = shop.pair.id;
  change.secret = shop.pair.secret;
  change.items = {{shop.type_id, 3}};
  CHECK(shop.bench.refusal(change) == "sold_out");
  change.items = {{shop.type_id, 1}};
  shop.bench.must(change);
  shop.serve();
  CHECK(shop.state(ada) == WaitingState::offered);
  shop.release(shop.pair);
  CHECK(shop.bench.refusal(shop.basket({{shop.type_id, 1}})) == "");
}

TEST_CASE("an offer becomes an ordinary order of its places, once", "[ticket][waiting]") {
  const int64_t price = GENERATE(0, 100);
  SoldOut shop(100);
  ChangeType change;
  change.ticket_type_id = shop.type_id;
  change.price = Money{price, "EGP"};
  shop.bench.must(change, &shop.manager);
  const auto ada = shop.join("ada", 2);
  const auto bob = shop.join("bob", 2);
  CHECK(shop.bench.refusal(shop.acceptance(ada)) == "not_offered");
  shop.release(shop.pair);
  auto stolen = shop.acceptance(ada);
  stolen.secret = bob.secret;
  CHECK(shop.bench.refusal(stolen) == "unknown_waiting_entry");
  const auto order = shop.bench.must(shop.acceptance(ada));
  CHECK(order.state == (price == 0 ? OrderState::paid : OrderState::held));
  CHECK(order.total.amount == 2 * price);
  const auto before = shop.bench.head().seq;
  const auto again = shop.bench.must(shop.acceptance(ada));
  CHECK(again.id == order.id);
  CHECK(again.secret == order.secret);
  CHECK(shop.bench.head().seq == before);
  ReadOrder read;
  read.order_id = order.id;
  read.secret = order.secret;
  CHECK(shop.bench.must(read).buyer->email == "ada@example.org");
  CHECK(shop.entry(ada).order_id == order.id);
  shop.serve();
  CHECK(shop.state(bob) == WaitingState::waiting);
  CHECK(shop.stock(shop.type_id).free == 0);
  shop.bench.check_rebuild();
}

TEST_CASE("an offer that lapses or is declined goes to the next in line", "[ticket][waiting]") {
  SoldOut shop;
  shop.terms.ends_at.ms += 72 * kHour;
  shop.tell<api::event::Changed>(api::event::State::published);
  for (const auto& order : {shop.pair, shop.singles[1]}) {
    shop.bench.must(ConfirmOrder{order.id, id_of(200)});
  }
  const auto ada = shop.join("ada");
  const auto bob = shop.join("bob");
  const auto eve = shop.join("eve");
  shop.release(shop.singles[0]);
  const auto mail = shop.bench.must(WaitingListMail{ada.id});
  CHECK(mail.email == "ada@example.org");
  CHECK(mail.secret == ada.secret);
  shop.bench.now = mail.expires_at.ms;
  CHECK(shop.bench.refusal(shop.acceptance(ada)) == "offer_over");  // Before its timer has run.
  shop.serve();
  CHECK(shop.state(ada) == WaitingState::lapsed);
  CHECK(shop.bench.refusal(WaitingListMail{ada.id}) == "offer_over");
  CHECK(shop.state(bob) == WaitingState::offered);
  shop.bench.must(shop.leaving(bob));
  shop.serve();
  CHECK(shop.state(eve) == WaitingState::offered);
  CHECK(shop.bench.must(shop.acceptance(eve)).state == OrderState::held);
  shop.bench.check_rebuild();
}

TEST_CASE("more capacity, and room in a quota of another type, are offered too",
          "[ticket][waiting]") {
  SoldOut shop;
  const auto other = shop.add_type(100, 10);
  AddQuota quota;
  quota.event_id = shop.event_id;
  quota.title = "House";
  quota.quantity = 5;
  quota.ticket_type_ids = {shop.type_id, other};
  shop.bench.must(quota, &shop.manager);
  const auto beside = shop.buy(other);
  const auto ada = shop.join("ada");
  ChangeType change;
  change.ticket_type_id = shop.type_id;
  change.quantity = 5;
  shop.bench.must(change, &shop.manager);
  shop.serve();
  CHECK(shop.state(ada) == WaitingState::waiting);  // The house is full.
  shop.release(beside);
  CHECK(shop.state(ada) == WaitingState::offered);
  shop.bench.check_rebuild();
}

TEST_CASE("who waits is named in no fact and no row", "[ticket][waiting]") {
  SoldOut shop;
  const auto ada = shop.join("ada");
  shop.release(shop.singles[0]);
  shop.bench.must(shop.acceptance(ada));
  const auto written = shop.bench.everything_written();
  CHECK(written.find("ada") == std::string::npos);
  CHECK(written.find(*ada.secret) == std::string::npos);
}

TEST_CASE("managers see who waits and who did, in the order of joining, page by page",
          "[ticket][waiting]") {
  SoldOut shop;
  std::vector<Id> joined;
  for (const std::string name : {"ana", "bea", "eva"}) {
    joined.push_back(shop.join(name).id);
    ++shop.bench.now;
  }
  shop.release(shop.singles[0]);
  ListWaiting list;
  list.event_id = shop.event_id;
  CHECK(shop.bench.refusal(list, &shop.door) == "role_missing");
  CHECK(shop.bench.refusal(list, &shop.stranger) == "role_missing");

  const auto all = shop.bench.must(list, &shop.manager).items;
  REQUIRE(all.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(all[i].id == joined[i]);
  CHECK(all[0].state == WaitingState::offered);
  CHECK(all[0].expires_at);
  CHECK(all[1].state == WaitingState::waiting);
  REQUIRE(all[1].buyer);
  CHECK(all[1].buyer->email == "bea@example.org");
  CHECK_FALSE(all[1].secret);

  list.limit = 2;
  const auto page = shop.bench.must(list, &shop.manager);
  REQUIRE(page.next_cursor);
  list.cursor = page.next_cursor;
  CHECK(shop.bench.must(list, &shop.manager).items.at(0).id == joined[2]);
  list.cursor.reset();
  list.state = WaitingState::waiting;
  CHECK(shop.bench.must(list, &shop.manager).items.size() == 2);

  // Once an entry is over, nobody is named.
  shop.bench.now += 30 * kHour;
  shop.serve();
  list.state = WaitingState::lapsed;
  for (const auto& entry : shop.bench.must(list, &shop.manager).items) CHECK_FALSE(entry.buyer);
  shop.bench.check_rebuild();
}
