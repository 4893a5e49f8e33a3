// Scenario 11: doors without a network. Two scanners take the list along, let in by the public key
// alone for a day, and come back: nothing is lost, and who entered twice is told.
#include <catch2/catch.hpp>

#include "common/base/time.h"
#include "tests/support/platform.h"
#include "tests/support/qr_reader.h"
#include "tests/support/scanner.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr UnixMillis kMinute = 60'000, kDay = 24 * 60 * kMinute;
constexpr int kOrders = 450, kEach = 10;  // 4,500 tickets.
constexpr size_t kScans = 2'500;          // Of each scanner; 500 tickets are scanned by both.

UnixMillis wall_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The codes of the tickets that were bought; the last order's id goes into `order_id`.
std::vector<std::string> buy(Api& guest, const OnSale& sale, int orders, std::string& order_id) {
  std::vector<std::string> codes;
  for (int i = 0; i < orders; ++i) {
    const auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], kEach,
                                                           fresh_key() + "@example.org"));
    INFO(order.text);
    REQUIRE(order.status == 201);
    order_id = order.body["id"];
    const auto tickets = guest.get("/v1/orders/" + order_id +
                                   "/tickets?secret=" + order.body["secret"].get<std::string>());
    for (const auto& ticket : tickets.body["items"]) codes.push_back(ticket["code"]);
  }
  return codes;
}

// A new device's code; the device's id goes into `id`.
std::string add_device(Organizer& host, const OnSale& sale, const std::string& gate,
                       std::string& id) {
  const auto added =
      host.api.post("/v1/organizations/" + host.organization_id + "/devices",
                    {{"name", "Scanner " + gate}, {"event_id", sale.event_id}, {"gate", gate}});
  INFO(added.text);
  REQUIRE(added.status == 201);
  id = added.body["device"]["id"];
  return added.body["code"];
}

json counters(Organizer& host, const OnSale& sale) {
  return host.api.get("/v1/events/" + sale.event_id + "/check-in-lists").body["items"][0];
}

// All pages.
json conflicts_of(Organizer& host, const OnSale& sale) {
  json all = json::array();
  std::string cursor;
  do {
    const auto page = host.api.get("/v1/check-in-lists/" + sale.list_id + "/conflicts?limit=100" +
                                   (cursor.empty() ? "" : "&cursor=" + cursor));
    REQUIRE(page.status == 200);
    for (const auto& item : page.body["items"]) all.push_back(item);
    cursor = page.body.value("next_cursor", "");
  } while (!cursor.empty());
  return all;
}

// Who entered twice: by the device of the south late on even tickets, early on odd ones. And one
// ticket that had been paid back.
void check_conflicts(const json& conflicts, const std::string& north, const std::string& south) {
  CHECK(conflicts.size() == 501);
  size_t north_first = 0, refunded = 0;
  for (const auto& conflict : conflicts) {
    CHECK_FALSE(conflict["order_code"].get<std::string>().empty());
    if (conflict["scans"][0].value("reason", "") == "refunded") {
      ++refunded;
      continue;
    }
    REQUIRE(conflict["scans"].size() == 2);
    const auto& first = conflict["scans"][0];
    const auto& second = conflict["scans"][1];
    CHECK(first["first"] == true);
    CHECK(second["first"] == false);
    CHECK(first["at"] < second["at"]);
    const bool is_north_first = first["by"] == north;
    CHECK(first["gate"] == (is_north_first ? "North" : "South"));
    CHECK(second["by"] == (is_north_first ? south : north));
    north_first += is_north_first ? 1 : 0;
  }
  CHECK(north_first == 250);
  CHECK(refunded == 1);
}

void check_same(const Scanner& a, const Scanner& b, size_t used) {
  size_t both = 0;
  REQUIRE(a.tickets().size() == b.tickets().size());
  for (const auto& [id, ticket] : a.tickets()) {
    const auto& other = b.tickets().at(id);
    CHECK(ticket.first_at == other.first_at);
    both += ticket.used && other.used ? 1 : 0;
  }
  CHECK(both == used);
}

}  // namespace

TEST_CASE("two scanners cut off for a day lose no scan, and double entries are told", "[s11]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 6'000)});
  Api guest(platform.url());
  std::string order_id;
  const auto codes = buy(guest, sale, kOrders, order_id);
  REQUIRE(codes.size() == 4'500);

  // One clock is right, the other a day fast.
  Scanner north(platform.url(), 0), south(platform.url(), kDay);
  std::string north_id, south_id;
  const auto north_code = add_device(host, sale, "North", north_id);
  const auto enrolled = north.enrol(north_code);
  INFO(enrolled.text);
  REQUIRE(enrolled.status == 200);
  CHECK(south.enrol(north_code).code() == "code_used");
  REQUIRE(south.enrol(add_device(host, sale, "South", south_id)).status == 200);
  REQUIRE(north.preload(sale.list_id) > 0);
  REQUIRE(south.preload(sale.list_id) > 0);
  CHECK(north.tickets().size() == 4'500);
  CHECK(north.api().post("/v1/organizations", {{"name", "Mine"}}).code() == "not_for_devices");
  const auto late = buy(guest, sale, 1, order_id);
  CHECK(north.scan(late[0], wall_now()) == "unknown_ticket");
  REQUIRE(north.keep_up());
  REQUIRE(south.keep_up());
  CHECK(south.tickets().size() == 4'510);

  // Paid back, and no scanner hears of it.
  const auto refund = host.api.post("/v1/orders/" + order_id + "/refunds", json::object());
  INFO(refund.text);
  REQUIRE(refund.status == 201);

  // A day without a network, as the scanners' clocks have it.
  const auto now = wall_now();
  const auto began = now - kDay;
  for (size_t i = 0; i < kScans; ++i) {
    const auto at = began + static_cast<UnixMillis>(i) * 30'000;
    REQUIRE(north.scan(codes[i], at) == "ok");
    const size_t other = i + 2'000;  // From 2,000 to 4,499: the first 500 are doubles.
    const auto then = began + static_cast<UnixMillis>(other) * 30'000;
    REQUIRE(south.scan(codes[other], then + (other % 2 == 0 ? 1 : -1) * 10 * kMinute) == "ok");
  }
  CHECK(north.scan(late[0], now) == "ok");
  CHECK(north.scan(codes[0], now) == "used");
  auto tampered = codes[4'400];
  tampered[100] = tampered[100] == '1' ? '2' : '1';
  CHECK(north.scan(tampered, now) == "forged");

  REQUIRE(north.renew().status == 200);
  const auto brought = north.bring(wall_now());
  INFO(brought.text.substr(0, 400));
  REQUIRE(brought.status == 200);
  CHECK(brought.body["recorded"] == kScans + 1);
  CHECK(brought.body["conflicts"] == 1);
  const auto from_south = south.bring(wall_now());
  REQUIRE(from_south.status == 200);
  CHECK(from_south.body["recorded"] == kScans);
  CHECK(from_south.body["conflicts"] == 500);
  CHECK(std::abs(from_south.body["clock_off_ms"].get<int64_t>() - kDay) < 60'000);

  const auto told = counters(host, sale);
  CHECK(told["admitted"] == 4'501);
  CHECK(told["inside"] == 4'501);
  const auto conflicts = conflicts_of(host, sale);
  check_conflicts(conflicts, north_id, south_id);

  // Sent again, by a scanner that never saw the answer, it changes nothing.
  const auto again = north.bring(wall_now());
  CHECK(again.body["recorded"] == 0);
  CHECK(again.body["verdicts"].size() == kScans + 1);
  CHECK(south.bring(wall_now()).body["recorded"] == 0);
  CHECK(counters(host, sale) == told);
  CHECK(conflicts_of(host, sale) == conflicts);
  REQUIRE(north.keep_up());
  REQUIRE(south.keep_up());
  check_same(north, south, 4'501);

  // A revoked device is refused at once.
  const auto device = "/v1/organizations/" + host.organization_id + "/devices/" + south_id;
  REQUIRE(host.api.remove(device).status == 204);
  CHECK(wait_until([&] { return south.bring(wall_now()).code() == "session_ended"; }));
  CHECK_FALSE(south.keep_up());
  CHECK(south.preload(sale.list_id) == 0);
  CHECK(south.renew().code() == "device_revoked");
  CHECK(north.keep_up());
  CHECK(platform.stop() == 0);
}

TEST_CASE("a scanner that reads a manager's QR code once gets to its doors by it", "[s11]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 10)});
  std::string order_id, device_id;
  Api guest(platform.url());
  const auto codes = buy(guest, sale, 1, order_id);
  const auto code = add_device(host, sale, "North", device_id);
  const auto device = "/v1/organizations/" + host.organization_id + "/devices/" + device_id;

  const auto shown = host.api.get(device + "/qr.svg?address=" + platform.url());
  REQUIRE(shown.status == 200);
  CHECK(shown.headers.at("content-type") == "image/svg+xml");
  CHECK(shown.headers.at("cache-control") == "no-store");
  CHECK(guest.get(device + "/qr.svg").status == 401);
  CHECK(host.api.get(device + "/qr.svg?address=gopher://x").code() == "invalid");
  const auto text = read_qr(shown.text);
  REQUIRE(text == "bilten-device:1:" + code + "?address=" + platform.url());

  // All that the scanner knows is the text.
  const auto mark = text->find("?address=");
  Scanner scanner(text->substr(mark + 9), 0);
  const auto enrolled = scanner.enrol(text->substr(16, mark - 16));
  INFO(enrolled.text);
  REQUIRE(enrolled.status == 200);
  const auto lists = scanner.api().get(
      "/v1/events/" + enrolled.body["device"]["event_id"].get<std::string>() + "/check-in-lists");
  REQUIRE(lists.status == 200);
  REQUIRE(scanner.preload(lists.body["items"][0]["id"]) > 0);
  CHECK(scanner.scan(codes[0], wall_now()) == "ok");
  CHECK(scanner.bring(wall_now()).body["recorded"] == 1);

  CHECK(host.api.get(device + "/qr.svg").code() == "code_used");
  const auto rolled = host.api.post(device + "/roll", json::object());
  CHECK(read_qr(host.api.get(device + "/qr.svg").text) ==
        "bilten-device:1:" + rolled.body["code"].get<std::string>());
  CHECK(host.api.remove(device).status == 204);
  CHECK(host.api.get(device + "/qr.svg").code() == "unknown_device");
  CHECK(platform.log().find(code) == std::string::npos);
  CHECK(platform.stop() == 0);
}

TEST_CASE("a batch of 20,000 scans is refused with the limit", "[s11]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 10)});
  json scans = json::array();
  for (int i = 0; i < 20'000; ++i) {
    scans.push_back({{"ticket_id", sale.type_ids[0]},
                     {"generation", 1},
                     {"key_id", 1},
                     {"scanned_at", "2026-11-26T10:00:00Z"},
                     {"nonce", std::to_string(i)}});
  }
  const auto refused = host.api.post(
      "/v1/check-ins/batch",
      {{"check_in_list_id", sale.list_id}, {"now", "2026-11-26T10:00:00Z"}, {"scans", scans}});
  INFO(refused.text);
  CHECK(refused.code() == "invalid");
  CHECK(refused.text.find("10000") != std::string::npos);
  CHECK(refused.body["errors"].size() == 1);
  CHECK(platform.stop() == 0);
}
