// Scans that come back from doors without a network: none is lost, none counts twice, and who
// entered twice is told.
#include "daemons/ticket/batch.h"

#include <random>

#include "tests/unit/ticket/offline_shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

CheckInListView counters(OfflineShop& shop) {
  ListCheckInLists message;
  message.event_id = shop.event_id;
  return shop.bench.must(message, &shop.viewer).items.at(0);
}

}  // namespace

TEST_CASE("a batch lets in what was scanned, and sent again it changes nothing", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21, "North");
  const auto order = shop.buy(shop.add_type(0, 10), 3);
  std::vector<OfflineScan> scans;
  for (const auto& id : order.ticket_ids) scans.push_back(shop.seen(id, shop.bench.now - 60'000));
  const auto view = shop.bring(device, scans);
  CHECK(view.recorded == 3);
  CHECK(view.conflicts == 0);
  CHECK(view.verdicts.size() == 3);
  CHECK(counters(shop).admitted == 3);
  const auto before = shop.bench.head().seq;
  const auto again = shop.bring(device, scans);
  CHECK(again.recorded == 0);
  CHECK(again.verdicts.size() == 3);
  CHECK(again.verdicts[0].result == ScanResult::ok);
  CHECK(shop.bench.head().seq == before);
  const auto tickets = OfflineShop::tickets_of(shop.snapshot(device));
  CHECK(tickets.at(order.ticket_ids[0]).first_at == shop.bench.now - 60'000);
  CHECK(shop.conflicts().empty());
  shop.bench.check_rebuild();
}

TEST_CASE("of two entries the earlier is first, whichever is brought first", "[ticket]") {
  OfflineShop shop;
  const auto north = shop.enrol(21, "North"), south = shop.enrol(22, "South");
  const auto ticket_id = shop.buy(shop.add_type(0, 10)).ticket_ids[0];
  const auto now = shop.bench.now;
  const bool late_first = GENERATE(false, true);
  const auto early = shop.seen(ticket_id, now - 600'000);
  const auto late = shop.seen(ticket_id, now - 60'000);
  const auto first = late_first ? shop.bring(south, {late}) : shop.bring(north, {early});
  const auto second = late_first ? shop.bring(north, {early}) : shop.bring(south, {late});
  CHECK(first.verdicts[0].result == ScanResult::ok);
  CHECK(second.verdicts[0].result == ScanResult::conflict);
  CHECK(second.verdicts[0].reason == ScanReason::already_redeemed);
  const auto conflicts = shop.conflicts();
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].ticket_id == ticket_id);
  CHECK_FALSE(conflicts[0].order_code.empty());
  REQUIRE(conflicts[0].scans.size() == 2);
  CHECK(conflicts[0].scans[0].at.ms == now - 600'000);
  CHECK(conflicts[0].scans[0].first);
  CHECK(conflicts[0].scans[0].by == north.person_id);
  CHECK(conflicts[0].scans[0].gate == "North");
  CHECK_FALSE(conflicts[0].scans[1].first);
  CHECK(conflicts[0].scans[1].gate == "South");
  CHECK(counters(shop).admitted == 1);
  CHECK(counters(shop).inside == 1);
  const auto tickets = OfflineShop::tickets_of(shop.snapshot(north));
  CHECK(tickets.at(ticket_id).first_at == now - 600'000);
  shop.bench.check_rebuild();
}

TEST_CASE("the same ticket twice in one batch is a conflict with itself", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto ticket_id = shop.buy(shop.add_type(0, 10)).ticket_ids[0];
  const auto now = shop.bench.now;
  const auto later = shop.seen(ticket_id, now - 1'000);
  const auto view = shop.bring(device, {later, shop.seen(ticket_id, now - 2'000), later});
  CHECK(view.recorded == 2);
  CHECK(view.conflicts == 1);
  CHECK(view.verdicts[0].result == ScanResult::conflict);
  CHECK(view.verdicts[1].result == ScanResult::ok);  // The earlier.
  CHECK(view.verdicts[2].result == ScanResult::conflict);
  shop.bench.check_rebuild();
}

TEST_CASE("an entry that would have been refused is recorded with its reason", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto order = shop.buy(shop.add_type(0, 10), 3);
  const auto now = shop.bench.now;
  auto old_code = shop.seen(order.ticket_ids[0], now);
  old_code.generation = 2;
  const auto early = shop.seen(order.ticket_ids[1], shop.terms.doors_at.ms - 1);
  const auto out = shop.seen(order.ticket_ids[2], now, Direction::exit);
  const auto view = shop.bring(device, {old_code, early, out});
  CHECK(view.conflicts == 3);
  CHECK(view.verdicts[0].reason == ScanReason::revoked);
  CHECK(view.verdicts[1].reason == ScanReason::not_yet);
  CHECK(view.verdicts[2].reason == ScanReason::not_inside);
  CHECK(counters(shop).admitted == 2);  // Nobody left who was not inside.
  CHECK(shop.conflicts().size() == 3);
  shop.bench.check_rebuild();
}

TEST_CASE("an entry of a refunded ticket is told, and the ticket stays refunded", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto position = shop.snapshot(device).position;
  RefundOrder refund;
  refund.order_id = order.id;
  refund.ticket_ids = std::vector{order.ticket_ids[0]};
  shop.bench.must(refund, &shop.manager);
  const auto refunded = static_cast<int64_t>(OfflineState::refunded);
  const auto state = [&] {
    return OfflineShop::tickets_of(shop.changes(device, position)).at(order.ticket_ids[0]).state;
  };
  CHECK(state() == refunded);
  const auto view = shop.bring(device, {shop.seen(order.ticket_ids[0], shop.bench.now)});
  CHECK(view.verdicts[0].reason == ScanReason::refunded);
  CHECK(counters(shop).admitted == 1);
  CHECK(state() == refunded);
  REQUIRE(shop.conflicts().size() == 1);
  CHECK(shop.conflicts()[0].scans.size() == 1);
  shop.bench.check_rebuild();
}

TEST_CASE("a scan of another event's ticket is kept and counts nowhere", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21, {}, false);
  const auto order = shop.buy(shop.add_type(0, 10));
  shop.event_id = shop.draft(id_of(101));
  shop.main = shop.list_id(shop.event_id);
  const auto scan = shop.seen(order.ticket_ids[0], shop.bench.now);
  const auto view = shop.bring(device, {scan});
  CHECK(view.verdicts[0].reason == ScanReason::wrong_event);
  CHECK(shop.bring(device, {scan}).verdicts[0].reason == ScanReason::wrong_event);
  CHECK(counters(shop).admitted == 0);
  CHECK(shop.conflicts().size() == 1);
  shop.bench.check_rebuild();
}

TEST_CASE("a ticket that does not exist and a nonce of another scan are told apart", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto good = shop.seen(order.ticket_ids[0], shop.bench.now);
  auto stolen = good;
  stolen.ticket_id = order.ticket_ids[1];
  const auto view = shop.bring(device, {good, stolen, shop.seen(id_of(99), shop.bench.now)});
  CHECK(view.recorded == 1);
  CHECK(view.verdicts[1].result == ScanResult::nonce_reused);
  CHECK(view.verdicts[2].result == ScanResult::invalid);
}

TEST_CASE("a scanner's clock is corrected by what it says now, and never into the future",
          "[ticket]") {
  constexpr UnixMillis day = 86'400'000, now = 1'795'000'000'000;
  CHECK(ticket::corrected({now - day - 60'000}, {now - day}, now).ms == now - 60'000);
  CHECK(ticket::corrected({now + day - 60'000}, {now + day}, now).ms == now - 60'000);
  CHECK(ticket::corrected({now + day}, {now}, now).ms == now);
  CHECK(ticket::corrected({0}, {now + day}, now).ms == 0);

  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto ticket_id = shop.buy(shop.add_type(0, 10)).ticket_ids[0];
  auto batch = shop.batch({shop.seen(ticket_id, shop.bench.now + day - 60'000)});
  batch.now = {shop.bench.now + day};
  CHECK(shop.bench.must(batch, &device).clock_off_ms == day);
  const auto tickets = OfflineShop::tickets_of(shop.snapshot(device));
  CHECK(tickets.at(ticket_id).first_at == shop.bench.now - 60'000);
}

TEST_CASE("a device scans at its own gate only", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21, "North");
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  auto scan = shop.seen(order.ticket_ids[0], shop.bench.now);
  scan.gate = "South";
  CHECK(shop.bench.refusal(shop.batch({scan}), &device) == "wrong_gate");
  CHECK(shop.bench.refusal(shop.batch({scan}), &shop.viewer) == "role_missing");
  auto online = shop.scan(shop.code_of(order, 1));
  CHECK(shop.bench.refusal(online, &device) == "wrong_gate");
  online.gate = "North";
  CHECK(shop.reason(online, &device) == "");
}

TEST_CASE("a place that empties and fills again within a batch is told of twice", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  AddCheckInList small;
  small.event_id = shop.event_id;
  small.title = "Balcony";
  small.capacity = 1;
  shop.main = shop.bench.must(small, &shop.manager).id;
  const auto order = shop.buy(shop.add_type(0, 10), 2);
  const auto now = shop.bench.now;
  const std::vector<OfflineScan> scans = {
      shop.seen(order.ticket_ids[0], now - 3'000),
      shop.seen(order.ticket_ids[0], now - 2'000, Direction::exit),
      shop.seen(order.ticket_ids[1], now - 1'000)};
  const auto before = shop.bench.head().seq;
  CHECK(shop.bring(device, scans).conflicts == 0);
  const auto names = shop.bench.names_after(before);
  CHECK(std::count(names.begin(), names.end(), "ticket.door_filling") == 2);
  const auto after = shop.bench.head().seq;
  shop.bring(device, scans);
  CHECK(shop.bench.head().seq == after);
  shop.bench.check_rebuild();
}

TEST_CASE("conflicts are listed page by page, a ticket never torn", "[ticket]") {
  OfflineShop shop;
  const auto device = shop.enrol(21);
  const auto order = shop.buy(shop.add_type(0, 10), 4);
  std::vector<OfflineScan> scans;
  for (int twice = 0; twice < 3; ++twice) {
    for (const auto& id : order.ticket_ids) scans.push_back(shop.seen(id, shop.bench.now - twice));
  }
  CHECK(shop.bring(device, scans).conflicts == 8);
  ListConflicts message;
  message.check_in_list_id = shop.main;
  message.limit = 3;
  const auto first = shop.bench.must(message, &shop.door);
  REQUIRE(first.items.size() == 3);
  CHECK(first.items[0].scans.size() == 3);
  message.cursor = first.next_cursor;
  const auto second = shop.bench.must(message, &shop.door);
  REQUIRE(second.items.size() == 1);
  CHECK(second.items[0].scans.size() == 3);
  CHECK_FALSE(second.next_cursor);
}

TEST_CASE("any order in which batches come ends in the same counters and first entries",
          "[ticket]") {
  const auto seed = GENERATE(range(1, 6));
  std::mt19937 chance(static_cast<unsigned>(seed));
  std::vector<std::string> outcomes;
  for (int order = 0; order < 2; ++order) {
    OfflineShop shop;
    const Person devices[] = {shop.enrol(21, "North"), shop.enrol(22, "South")};
    const auto bought = shop.buy(shop.add_type(0, 10), 4);
    std::mt19937 same(static_cast<unsigned>(seed));
    std::vector<std::vector<OfflineScan>> batches(6);
    for (auto& batch : batches) {
      for (int i = 0; i < 5; ++i) {
        batch.push_back(shop.seen(bought.ticket_ids[same() % 4],
                                  shop.bench.now - static_cast<UnixMillis>(same() % 3'000'000)));
      }
    }
    std::vector<size_t> turns = {0, 1, 2, 3, 4, 5, 0, 3};  // Two are sent again.
    if (order == 1) std::shuffle(turns.begin(), turns.end(), chance);
    for (const size_t turn : turns) shop.bring(devices[turn % 2], batches[turn]);
    std::string outcome = std::to_string(counters(shop).admitted);
    for (const auto& [id, ticket] : OfflineShop::tickets_of(shop.snapshot(devices[0]))) {
      outcome += " " + id.text() + "@" + std::to_string(ticket.first_at.value_or(0));
    }
    outcomes.push_back(outcome);
    shop.bench.check_rebuild();
  }
  CHECK(outcomes[0] == outcomes[1]);
}
