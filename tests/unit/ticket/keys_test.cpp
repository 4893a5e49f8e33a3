// The keys of an event's ticket codes: rotated without harm to what was given out, or with it.
#include "daemons/ticket/code.h"
#include "tests/unit/ticket/shop.h"
#include "tests/unit/ticket/signed_code.h"

using namespace bilten;
using namespace bilten::test;

namespace {

TicketKey rotate(Shop& shop, bool revoke_before = false) {
  return shop.bench.must(RotateTicketKeys{shop.event_id, revoke_before}, &shop.manager);
}

std::vector<TicketKey> keys_of(Shop& shop) {
  return shop.bench.must(ListTicketKeys{shop.event_id}).items;
}

int64_t key_of(const std::string& code) {
  const auto shown = ticket::read_code(code);
  REQUIRE(shown);
  return shown->code.key_id;
}

}  // namespace

TEST_CASE("an event's first key is current without anybody having made it", "[ticket]") {
  Shop shop;
  const auto keys = keys_of(shop);
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].key_id == 1);
  CHECK(keys[0].algorithm == "Ed25519");
  CHECK(keys[0].current);
  CHECK(keys[0].accepted);
  CHECK_FALSE(keys[0].since_at);
}

TEST_CASE("after a rotation codes are signed by the new key, and earlier ones stay good",
          "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto before = shop.code_of(order, 0);
  const auto rotated_at = shop.bench.now;
  const auto made = rotate(shop);
  CHECK(made.key_id == 2);
  const auto after = shop.code_of(order, 1);
  CHECK(key_of(before) == 1);
  CHECK(key_of(after) == 2);

  const auto keys = keys_of(shop);
  REQUIRE(keys.size() == 2);
  CHECK_FALSE(keys[0].current);
  CHECK(keys[0].accepted);
  CHECK(keys[1].current);
  CHECK(keys[1].since_at->ms == rotated_at);
  CHECK(keys[1].public_key == made.public_key);
  CHECK(keys[0].public_key != made.public_key);
  CHECK(is_signed(*ticket::read_code(before), keys[0].public_key.data));
  CHECK(is_signed(*ticket::read_code(after), keys[1].public_key.data));
  CHECK_FALSE(is_signed(*ticket::read_code(after), keys[0].public_key.data));

  CHECK(shop.scan_reason(shop.scan(before)) == "");
  CHECK(shop.scan_reason(shop.scan(after)) == "");
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order, 0))) == "already_redeemed");
  shop.bench.check_rebuild();
}

TEST_CASE("a rotation that revokes refuses the codes of every key before it", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto first = shop.code_of(order, 0);
  rotate(shop);
  const auto second = shop.code_of(order, 0);
  const auto known = shop.code_of(order, 1);
  CHECK(shop.scan_reason(shop.scan(known)) == "");  // From now on known by its hash.
  rotate(shop, true);
  CHECK(shop.scan_reason(shop.scan(first)) == "revoked");
  CHECK(shop.scan_reason(shop.scan(second)) == "revoked");
  CHECK(shop.scan_reason(shop.scan(known)) == "revoked");
  CHECK(shop.bench.names_after(0).back() == "ticket.scan_refused");
  const auto keys = keys_of(shop);
  REQUIRE(keys.size() == 3);
  CHECK_FALSE(keys[0].accepted);
  CHECK_FALSE(keys[1].accepted);
  CHECK(keys[2].accepted);

  rotate(shop);  // Revokes nothing more, and brings nothing back.
  const auto later = keys_of(shop);
  CHECK_FALSE(later[1].accepted);
  CHECK(later[2].accepted);
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order, 0))) == "");
  shop.bench.check_rebuild();
}

TEST_CASE("a key that the event has not had yet signs nothing that is let in", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const ticket::TicketCode code{.key_id = 2,
                                .event_id = shop.event_id,
                                .ticket_id = order.ticket_ids[0],
                                .generation = 1,
                                .valid_until_s = 0};
  const auto early = ticket::write_code(code, ticket::event_key(shop.secret, shop.event_id, 2));
  CHECK(shop.scan_reason(shop.scan(early)) == "invalid");
}

TEST_CASE("one event's rotation is not another's", "[ticket]") {
  Shop shop;
  const auto order = shop.buy(shop.add_type(0, 10));
  const auto first_event = shop.event_id;
  shop.event_id = shop.draft(id_of(101));
  shop.tell<api::event::Published>(api::event::State::published);
  rotate(shop, true);
  shop.event_id = first_event;
  CHECK(keys_of(shop).size() == 1);
  CHECK(shop.scan_reason(shop.scan(shop.code_of(order))) == "");
}

TEST_CASE("managers alone rotate keys", "[ticket]") {
  Shop shop;
  const RotateTicketKeys message{shop.event_id, true};
  CHECK(shop.bench.refusal(message) == "no_token");
  CHECK(shop.bench.refusal(message, &shop.door) == "role_missing");
  CHECK(shop.bench.refusal(message, &shop.stranger) == "role_missing");
  CHECK(shop.bench.refusal(RotateTicketKeys{id_of(99), false}, &shop.manager) == "unknown_event");
}

TEST_CASE("an event has 255 keys and not one more", "[ticket]") {
  Shop shop;
  for (int64_t key_id = 2; key_id <= 255; ++key_id) REQUIRE(rotate(shop).key_id == key_id);
  CHECK(shop.bench.refusal(RotateTicketKeys{shop.event_id, false}, &shop.manager) ==
        "too_many_keys");
  CHECK(keys_of(shop).size() == 255);
  CHECK(key_of(shop.code_of(shop.buy(shop.add_type(0, 10)))) == 255);
}
