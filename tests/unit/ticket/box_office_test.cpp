// Complimentary tickets and what staff sell: from the same stock, counted apart.
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

BoxOfficeOrder sale(const Shop& shop, const Id& type_id, int64_t quantity) {
  BoxOfficeOrder message;
  message.event_id = shop.event_id;
  message.items = {{type_id, quantity}};
  message.paid_by = PaidBy::cash;
  return message;
}
BoxOfficeOrder comps(const Shop& shop, const Id& type_id, int64_t quantity) {
  auto message = sale(shop, type_id, quantity);
  message.kind = BoxOfficeKind::comp;
  message.paid_by = PaidBy::none;
  return message;
}

}  // namespace

TEST_CASE("complimentary tickets cost nothing and are counted apart from what staff sell",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 10);
  const auto given = shop.bench.must(comps(shop, type, 3), &shop.manager);
  CHECK(given.state == OrderState::paid);
  CHECK(given.total.amount == 0);
  const auto sold = shop.bench.must(sale(shop, type, 2), &shop.manager);
  CHECK(sold.state == OrderState::paid);
  CHECK(sold.total.amount == 1000);
  CHECK(shop.scan_reason(shop.scan(shop.code_of(given))) == "");
  CHECK(shop.stock(type).sold == 5);
  const auto lines = shop.bench.must(ReadBoxOffice{.event_id = shop.event_id}, &shop.viewer).items;
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].comps == 3);
  CHECK(lines[0].sold == 2);
  CHECK(lines[0].cash.amount == 1000);
  CHECK(lines[0].card.amount == 0);
  shop.bench.check_rebuild();
}

TEST_CASE("staff sell hidden types and after sales have closed, but never beyond stock or quota",
          "[ticket]") {
  Shop shop;
  auto offer = shop.offer(500, 10);
  offer.visibility = TypeVisibility::hidden;
  offer.sales_ends_at = Instant{shop.bench.now};
  const auto type = shop.bench.must(offer, &shop.manager).id;
  AddQuota quota;
  quota.event_id = shop.event_id;
  quota.title = "House";
  quota.quantity = 4;
  quota.ticket_type_ids = {type};
  shop.bench.must(quota, &shop.manager);
  CHECK(shop.bench.refusal(comps(shop, type, 5), &shop.manager) == "sold_out");
  shop.bench.must(sale(shop, type, 3), &shop.manager);
  CHECK(shop.bench.refusal(sale(shop, type, 2), &shop.manager) == "sold_out");
}

TEST_CASE("a box office order is refused for the first fault in the order of the contract",
          "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(500, 200);
  const auto message = sale(shop, type, 1);
  CHECK(shop.bench.refusal(message, &shop.stranger) == "role_missing");
  CHECK(shop.bench.refusal(message, &shop.door) == "role_missing");
  auto twice = message;
  twice.items.push_back(twice.items[0]);
  CHECK(shop.bench.refusal(twice, &shop.manager) == "invalid");
  CHECK(shop.bench.refusal(sale(shop, id_of(9), 1), &shop.manager) == "unknown_ticket_type");
  auto unpaid = message;
  unpaid.paid_by = PaidBy::none;
  CHECK(shop.bench.refusal(unpaid, &shop.manager) == "invalid");
  auto paid_comps = comps(shop, type, 1);
  paid_comps.paid_by = PaidBy::card;
  CHECK(shop.bench.refusal(paid_comps, &shop.manager) == "invalid");
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  CHECK(shop.bench.refusal(message, &shop.manager) == "not_on_sale");
}

TEST_CASE("orders of staff count against no buyer's limit, and their names stay in the vault",
          "[ticket]") {
  Shop shop;
  auto offer = shop.offer(0, 50);
  offer.max_per_buyer = 2;
  const auto type = shop.bench.must(offer, &shop.manager).id;
  auto message = comps(shop, type, 9);
  shop.bench.must(message, &shop.manager);
  shop.bench.must(message, &shop.manager);
  message.buyer = Buyer{"guest@example.org", "Lina Guest"};
  const auto order = shop.bench.must(message, &shop.manager);
  CHECK(order.buyer->name == "Lina Guest");
  CHECK(shop.bench.everything_written().find("Lina Guest") == std::string::npos);
  CHECK(shop.bench.everything_written().find("guest@example.org") == std::string::npos);
}
