// Promo codes, hidden types, add-ons and the limits of buyers.
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

AddPromo percent(const Shop& shop, const std::string& code, int64_t rate) {
  AddPromo message;
  message.event_id = shop.event_id;
  message.code = code;
  message.rate = rate;
  return message;
}

Order with_code(const Shop& shop, const Id& type_id, int64_t quantity, const std::string& code,
                const std::string& email = "nadia@example.org") {
  auto message = shop.basket({{type_id, quantity}});
  message.promo_code = code;
  message.buyer.email = email;
  return message;
}

int64_t used(Shop& shop, const Id& promo_id) {
  return shop.bench.must(ReadPromo{.promo_id = promo_id}, &shop.viewer).tickets;
}

CancelOrder cancel(const OrderView& order) {
  CancelOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  return message;
}

}  // namespace

TEST_CASE("a quote and an order of the same basket cost the same", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(1999, 20);
  offer.tax_rate = 1400;
  offer.fee_rate = 250;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  shop.bench.must(percent(shop, "early-bird", 1500), &shop.manager);
  const auto message = with_code(shop, type, 3, "Early-Bird");
  Quote asked;
  static_cast<Basket&>(asked) = message;
  asked.event_id = shop.event_id;
  const auto quote = shop.bench.must(asked);
  const auto order = shop.bench.must(message);
  CHECK(quote.total == order.total);
  CHECK(quote.discount == order.discount);
  CHECK(quote.tax == order.tax);
  CHECK(order.discount.amount == 900);  // 899.55
  CHECK(order.items.at(0).total == order.total);
  shop.bench.check_rebuild();
}

TEST_CASE("what is used of a code is counted with the order, and comes back with its stock",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 50);
  auto limited = percent(shop, "FEW", 5000);
  limited.tickets_max = 5;
  limited.tickets_per_buyer_max = 3;
  const auto promo = shop.bench.must(limited, &shop.manager).id;
  const auto first = shop.bench.must(with_code(shop, type, 3, "few"));
  CHECK(used(shop, promo) == 3);
  CHECK(shop.reason(with_code(shop, type, 1, "FEW", "NADIA@example.org")) == "promo_exhausted");
  CHECK(shop.reason(with_code(shop, type, 3, "FEW", "omar@example.org")) == "promo_exhausted");
  shop.bench.must(with_code(shop, type, 2, "FEW", "omar@example.org"));
  CHECK(shop.reason(with_code(shop, type, 1, "FEW", "lea@example.org")) == "promo_exhausted");

  SECTION("given up") {
    shop.bench.must(cancel(first));
  }
  SECTION("expired") {
    shop.bench.now += kHour;
    shop.bench.run_timers();
    CHECK(used(shop, promo) == 0);
  }
  CHECK(shop.reason(with_code(shop, type, 3, "FEW")) == "");
  shop.bench.check_rebuild();
}

TEST_CASE("a code is good in its time, for its types, and only if it exists", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 50), other = shop.add_type(500, 50);
  auto later = percent(shop, "LATER", 100);
  later.starts_at = Instant{shop.bench.now + kHour};
  later.ends_at = Instant{shop.bench.now + 2 * kHour};
  later.ticket_type_ids = {type};
  const auto promo = shop.bench.must(later, &shop.manager).id;
  CHECK(shop.reason(with_code(shop, type, 1, "LATER")) == "promo_not_open");
  CHECK(shop.reason(with_code(shop, type, 1, "OTHER")) == "unknown_promo_code");
  shop.bench.now += kHour;
  CHECK(shop.reason(with_code(shop, other, 1, "LATER")) == "promo_not_applicable");
  CHECK(shop.reason(with_code(shop, type, 1, "LATER")) == "");
  ChangePromo end;
  end.promo_id = promo;
  end.ends_at = Instant{shop.bench.now + 1};
  shop.bench.must(end, &shop.manager);
  shop.bench.now += 1;
  CHECK(shop.reason(with_code(shop, type, 1, "LATER")) == "promo_over");

  CHECK(shop.reason(percent(shop, "later", 100), &shop.manager) == "code_taken");
  CHECK(shop.reason(percent(shop, "NO SPACE", 100), &shop.manager) == "invalid");
  CHECK(shop.reason(percent(shop, "ZERO", 0), &shop.manager) == "invalid");
  CHECK(shop.reason(percent(shop, "MINE", 100), &shop.viewer) == "role_missing");
  ListPromos list;
  list.event_id = shop.event_id;
  CHECK(shop.bench.must(list, &shop.viewer).items.size() == 1);
}

TEST_CASE("a hidden type is seen and sold with a code that opens it", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(0, 10);
  offer.visibility = TypeVisibility::hidden;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  auto open = percent(shop, "FRIENDS", 100);
  open.opens_hidden = true;
  shop.bench.must(open, &shop.manager);
  ListTypes types;
  types.event_id = shop.event_id;
  CHECK(shop.bench.must(types).items.empty());
  CHECK(shop.bench.must(types, &shop.viewer).items.size() == 1);
  CHECK(shop.reason(shop.basket({{type, 1}})) == "unknown_ticket_type");
  types.promo_code = "friends";
  CHECK(shop.bench.must(types).items.size() == 1);
  CHECK(shop.reason(with_code(shop, type, 1, "FRIENDS")) == "");
}

TEST_CASE("an add-on is sold beside its tickets, one for each", "[ticket]") {
  Shop shop;
  const auto seat = shop.add_type(0, 10);
  auto offer = shop.offer(0, 10);
  offer.addon_to = {seat};
  const auto parking = shop.bench.must(offer, &shop.manager).id;
  CHECK(shop.reason(shop.basket({{parking, 1}})) == "addon_alone");
  CHECK(shop.reason(shop.basket({{seat, 1}, {parking, 2}})) == "addon_alone");
  CHECK(shop.reason(shop.basket({{parking, 2}, {seat, 2}})) == "");
}

TEST_CASE("one buyer has no more of a type than it allows, over all orders", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(0, 50);
  offer.max_per_buyer = 4;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  shop.buy(type, 3);
  CHECK(shop.reason(shop.basket({{type, 2}})) == "over_limit");
  auto other = shop.basket({{type, 2}});
  other.buyer.email = "omar@example.org";
  CHECK(shop.reason(other) == "");
  CHECK(shop.reason(shop.basket({{type, 1}})) == "");
}

TEST_CASE("a held order changes whole or not at all, and its own places count as free",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 4), other = shop.add_type(700, 1);
  const auto order = shop.buy(type, 3);
  ChangeOrder change;
  change.order_id = order.id;
  change.secret = order.secret;
  change.items = {{type, 4}, {other, 1}};
  CHECK(shop.bench.must(change).total.amount == 2700);
  CHECK(shop.stock(type).held == 4);
  change.items = {{type, 1}, {other, 2}};
  CHECK(shop.reason(change) == "sold_out");
  CHECK(shop.stock(type).held == 4);
  change.items = {{other, 1}};
  CHECK(shop.bench.must(change).expires_at == order.expires_at);
  CHECK(shop.stock(type).free == 4);
  change.secret = "wrong";
  CHECK(shop.reason(change) == "unknown_order");
  change.secret = order.secret;
  shop.bench.must(ConfirmOrder{order.id, id_of(1)});
  CHECK(shop.reason(change) == "already_paid");
  shop.bench.check_rebuild();
}

TEST_CASE("a hold is extended once, and expires at its new time", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 4);
  const auto order = shop.buy(type, 3);
  ExtendHold extend;
  extend.order_id = order.id;
  extend.secret = order.secret;
  shop.bench.now = order.expires_at->ms - 1;
  const auto extended = shop.bench.must(extend);
  CHECK(extended.expires_at->ms == shop.bench.now + 15 * 60'000);
  CHECK(shop.reason(extend) == "already_extended");
  shop.bench.now = extended.expires_at->ms - 1;
  shop.bench.run_timers();
  CHECK(shop.stock(type).held == 3);
  shop.bench.now += 1;
  shop.bench.run_timers();
  CHECK(shop.stock(type).held == 0);
  CHECK(shop.reason(extend) == "hold_expired");
  shop.bench.check_rebuild();
}

TEST_CASE("terms that do not fit one another, the event or its types are refused", "[ticket]") {
  Shop shop;
  auto offer = shop.offer(500, 10);
  offer.tiers = {{"Never ends", {100, "EGP"}, {}, {}}};
  CHECK(shop.reason(offer, &shop.manager) == "invalid");
  offer.tiers = {{"Early", {100, "EUR"}, Instant{shop.bench.now}, {}}};
  CHECK(shop.reason(offer, &shop.manager) == "wrong_currency");
  offer.tiers.clear();
  offer.group_rates = {{5, 1000}, {5, 2000}};
  CHECK(shop.reason(offer, &shop.manager) == "invalid");
  offer.group_rates.clear();
  offer.addon_to = {id_of(99)};
  CHECK(shop.reason(offer, &shop.manager) == "unknown_ticket_type");
  offer.addon_to.clear();
  offer.min_per_order = 3;
  offer.max_per_buyer = 2;
  CHECK(shop.reason(offer, &shop.manager) == "invalid");
}
