// Quotas over several ticket types.
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

AddQuota quota(const Shop& shop, int64_t quantity, std::vector<Id> types) {
  AddQuota message;
  message.event_id = shop.event_id;
  message.title = "Hall";
  message.quantity = quantity;
  message.ticket_type_ids = std::move(types);
  return message;
}

int64_t available(Shop& shop, const Id& type_id) {
  ReadType message;
  message.ticket_type_id = type_id;
  return shop.bench.must(message).available;
}

}  // namespace

TEST_CASE("a type is available as far as its own quantity and each of its quotas allow",
          "[ticket]") {
  Shop shop;
  const auto seats = shop.add_type(0, 10), standing = shop.add_type(0, 10);
  const auto hall = shop.bench.must(quota(shop, 12, {seats, standing}), &shop.manager);
  shop.bench.must(quota(shop, 5, {standing}), &shop.manager);
  CHECK(hall.available == 12);
  CHECK(available(shop, seats) == 10);
  CHECK(available(shop, standing) == 5);
  shop.buy(seats, 8);
  CHECK(available(shop, seats) == 2);
  CHECK(available(shop, standing) == 4);

  SECTION("an order takes from them all or from none") {
    const auto refused = shop.bench.send(shop.basket({{seats, 1}, {standing, 4}}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == "sold_out");
    CHECK(available(shop, seats) == 2);
    shop.bench.must(shop.basket({{seats, 1}, {standing, 3}}));
    CHECK(available(shop, seats) == 0);
    CHECK(available(shop, standing) == 0);
  }
  SECTION("a removed quota limits nothing") {
    shop.bench.must(RemoveQuota{.quota_id = hall.id}, &shop.manager);
    CHECK(available(shop, standing) == 5);
    CHECK(shop.reason(ReadQuota{.quota_id = hall.id}, &shop.viewer) == "unknown_quota");
  }
  shop.bench.check_rebuild();
}

TEST_CASE("what was held and sold before a quota counts in it", "[ticket]") {
  Shop shop;
  const auto free = shop.add_type(0, 10), priced = shop.add_type(500, 10);
  shop.buy(free, 3);
  const auto order = shop.buy(priced, 4);
  CHECK(shop.reason(quota(shop, 6, {free, priced}), &shop.manager) == "quantity_below_taken");
  auto hall = shop.bench.must(quota(shop, 8, {free, priced}), &shop.manager);
  CHECK(hall.available == 1);
  CHECK(available(shop, free) == 1);

  ChangeQuota change;
  change.quota_id = hall.id;
  change.ticket_type_ids = {priced};
  CHECK(shop.bench.must(change, &shop.manager).available == 4);
  CHECK(available(shop, free) == 7);
  CancelOrder cancel;
  cancel.order_id = order.id;
  cancel.secret = order.secret;
  shop.bench.must(cancel);
  CHECK(shop.bench.must(ReadQuota{.quota_id = hall.id}, &shop.viewer).available == 8);

  change.ticket_type_ids.reset();
  change.quantity = 0;
  CHECK(shop.bench.must(change, &shop.manager).available == 0);
  CHECK(shop.reason(shop.basket({{priced, 1}})) == "sold_out");
  shop.bench.check_rebuild();
}

TEST_CASE("an expired hold whose money comes finds a place only where every quota has one",
          "[ticket]") {
  Shop shop;
  const auto seats = shop.add_type(500, 10), others = shop.add_type(0, 10);
  shop.bench.must(quota(shop, 4, {seats, others}), &shop.manager);
  const auto late = shop.buy(seats, 3);
  shop.bench.now += kHour;
  shop.bench.run_timers();
  shop.buy(others, 2);
  CHECK(shop.bench.must(ConfirmOrder{late.id, id_of(1)}).state == OrderState::expired);
  CHECK(available(shop, seats) == 2);
}

TEST_CASE("a quota names types of its event, each once, and few enough of them", "[ticket]") {
  Shop shop;
  const auto type = shop.add_type(0, 10);
  CHECK(shop.reason(quota(shop, 5, {type}), &shop.viewer) == "role_missing");
  CHECK(shop.reason(quota(shop, 5, {type, type}), &shop.manager) == "invalid");
  CHECK(shop.reason(quota(shop, 5, {id_of(77)}), &shop.manager) == "unknown_ticket_type");
  const auto first = shop.bench.must(quota(shop, 5, {}), &shop.manager);
  for (int i = 0; i < kQuotasPerTypeMax; ++i) {
    shop.bench.must(quota(shop, 9, {type}), &shop.manager);
  }
  CHECK(shop.reason(quota(shop, 5, {type}), &shop.manager) == "too_many_quotas");
  CHECK(shop.reason(RemoveQuota{.quota_id = first.id}, &shop.stranger) == "unknown_quota");
  CHECK(shop.reason(RemoveQuota{.quota_id = first.id}, &shop.viewer) == "role_missing");
  CHECK(shop.bench.must(ListQuotas{.event_id = shop.event_id}, &shop.viewer).items.size() == 11);
}
