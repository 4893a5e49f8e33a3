// Scenario 10: doors over the network. Many scanners, two entrances, one truth; each refusal with
// what staff need to know.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/live_stream.h"
#include "tests/support/platform.h"
#include "tests/support/played_payment.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Scan {
  std::string code, gate;
};
struct Told {
  long status = 0;
  json body;
  double seconds = 0;
};

json scan_body(const std::string& list_id, const Scan& scan) {
  return {{"code", scan.code},
          {"gate", scan.gate},
          {"check_in_list_id", list_id},
          {"nonce", fresh_key()}};
}

// All scans, in their order, by a connection for each token at a time.
std::vector<Told> scan_all(const std::string& url, const std::vector<std::string>& tokens,
                           const std::string& list_id, const std::vector<Scan>& scans) {
  std::vector<Told> told(scans.size());
  std::atomic<size_t> next{0};
  std::vector<std::thread> scanners;
  for (const auto& token : tokens) {
    scanners.emplace_back([&, token] {
      Api api(url, token);
      for (size_t i = next++; i < scans.size(); i = next++) {
        const auto since = std::chrono::steady_clock::now();
        auto reply = api.post("/v1/check-ins", scan_body(list_id, scans[i]));
        told[i] = {reply.status, std::move(reply.body), seconds_since(since)};
      }
    });
  }
  for (auto& scanner : scanners) scanner.join();
  return told;
}

double p99(const std::vector<Told>& told) {
  std::vector<double> seconds;
  for (const auto& each : told) seconds.push_back(each.seconds);
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() * 99 / 100];
}

json buy(Api& guest, const OnSale& sale, size_t type, size_t quantity) {
  const auto order = guest.post(
      "/v1/orders", order_body(sale.event_id, sale.type_ids[type], static_cast<int>(quantity)));
  INFO(order.text);
  REQUIRE(order.status == 201);
  return order.body;
}

std::vector<std::string> codes_of(Api& guest, const json& order) {
  const auto tickets = guest.get("/v1/orders/" + order["id"].get<std::string>() +
                                 "/tickets?secret=" + order["secret"].get<std::string>());
  REQUIRE(tickets.status == 200);
  std::vector<std::string> codes;
  for (const auto& ticket : tickets.body["items"]) codes.push_back(ticket["code"]);
  return codes;
}

// Codes of that many tickets, bought a hundred at a time.
std::vector<std::string> buy_codes(Api& guest, const OnSale& sale, size_t type, size_t count) {
  std::vector<std::string> codes;
  while (codes.size() < count) {
    const auto quantity = std::min<size_t>(100, count - codes.size());
    const auto some = codes_of(guest, buy(guest, sale, type, quantity));
    codes.insert(codes.end(), some.begin(), some.end());
  }
  return codes;
}

json many_type(const std::string& name, int64_t quantity) {
  auto body = type_body(name, 0, quantity);
  body["max_per_order"] = 100;
  return body;
}

OnSale large_sale(Organizer& host, const std::vector<json>& types, json changes = {}) {
  changes["order_max"] = 100;
  return on_sale(host, types, changes);
}

std::string add_list(Organizer& host, const OnSale& sale, json terms) {
  terms.emplace("name", "Hall");
  const auto list = host.api.post("/v1/events/" + sale.event_id + "/check-in-lists", terms);
  INFO(list.text);
  REQUIRE(list.status == 201);
  return list.body["id"];
}

// Tokens of that many people with the role in the host's organisation.
std::vector<std::string> staff(Organizer& host, int count, const std::string& role) {
  std::vector<std::string> tokens;
  for (int i = 0; i < count; ++i) {
    const auto member = organizer(host.api.url(), "Own");
    const auto added = host.api.post("/v1/organizations/" + host.organization_id + "/members",
                                     {{"email", member.email}, {"role", role}});
    INFO(added.text);
    REQUIRE(added.status == 201);
    tokens.push_back(member.api.token());
  }
  return tokens;
}

std::string state_of(Api& guest, const json& order) {
  return guest
      .get("/v1/orders/" + order["id"].get<std::string>() +
           "?secret=" + order["secret"].get<std::string>())
      .body["state"];
}

json first_ticket_of(Api& guest, const json& order) {
  return guest
      .get("/v1/orders/" + order["id"].get<std::string>() +
           "/tickets?secret=" + order["secret"].get<std::string>())
      .body["items"][0];
}

// An order, and the money that was paid for it.
struct Paid {
  json order;
  api::payment::Moved money;
};
Paid pay(PlayedPayment& payment, const Organizer& host, const json& order) {
  Paid paid{order, {}};
  paid.money.organization_id = *Id::parse(host.organization_id);
  paid.money.order_id = *Id::parse(order["id"].get<std::string>());
  paid.money.payment_id = paid.money.order_id;
  paid.money.amount = {order["total"]["amount"], order["total"]["currency"]};
  payment.record(api::payment::Captured{paid.money});
  return paid;
}

}  // namespace

TEST_CASE("eight scanners at two entrances let each ticket in once, quickly", "[s10]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = large_sale(host, {many_type("Stalls", 1000)});
  const auto list_id =
      add_list(host, sale, {{"gates", {"North", "South"}}, {"show_first_name", true}});
  Api guest(platform.url());
  const auto codes = buy_codes(guest, sale, 0, 400);
  std::vector<Scan> scans;
  for (const auto& code : codes) {  // Each at both entrances, at about the same time.
    scans.push_back({code, "North"});
    scans.push_back({code, "South"});
  }
  const auto told = scan_all(platform.url(), staff(host, 8, "door_staff"), list_id, scans);

  std::map<std::string, int> by_gate;
  for (size_t i = 0; i < scans.size(); i += 2) {
    const bool north = told[i].status == 201;
    const auto &in = told[north ? i : i + 1], &out = told[north ? i + 1 : i];
    INFO(in.body.dump() << out.body.dump());
    REQUIRE(in.status == 201);
    REQUIRE(out.status == 409);  // And never 429: a venue is one address.
    ++by_gate[in.body["gate"]];
    REQUIRE(in.body["first_name"] == "Guest");
    REQUIRE(out.body["code"] == "already_redeemed");
    REQUIRE(out.body["first_at"] == in.body["at"]);
    REQUIRE(out.body["gate"] == in.body["gate"]);
    REQUIRE(out.body["first_name"] == "Guest");
  }
  // Told at the scanners, which the server's own time is a part of.
  CHECK(p99(told) < 0.1 * time_scale());
  const auto list = host.api.get("/v1/check-in-lists/" + list_id).body;
  CHECK(list["admitted"] == 400);
  CHECK(list["entered"] == 400);
  CHECK(list["inside"] == 400);
  CHECK(list["total"] == 400);
  for (const auto& gate : list["gate_counts"]) CHECK(gate["entered"] == by_gate[gate["gate"]]);
}

TEST_CASE("however often tickets are scanned at once, each is let in exactly once", "[s10]") {
  const bool full = std::getenv("BILTEN_FULL") != nullptr;
  const size_t tickets = 1000, times = full ? 100 : 10;
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = large_sale(host, {many_type("Stalls", 1000)});
  Api guest(platform.url());
  std::vector<Scan> scans;
  for (const auto& code : buy_codes(guest, sale, 0, tickets)) {
    scans.insert(scans.end(), times, {code, "Door"});
  }
  const std::vector<std::string> tokens(full ? 64 : 32, host.api.token());
  const auto told = scan_all(platform.url(), tokens, sale.list_id, scans);
  for (size_t i = 0; i < told.size(); i += times) {
    int admitted = 0;
    for (size_t k = i; k < i + times; ++k) {
      INFO(told[k].status << told[k].body.dump());
      REQUIRE((told[k].status == 201 || told[k].body["code"] == "already_redeemed"));
      admitted += told[k].status == 201 ? 1 : 0;
    }
    REQUIRE(admitted == 1);
  }
  const auto list = host.api.get("/v1/check-in-lists/" + sale.list_id).body;
  CHECK(list["admitted"] == tickets);
  CHECK(list["entered"] == tickets);
}

TEST_CASE("each refusal at the door has its own word and says what to do", "[s10]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = large_sale(host, {many_type("Stalls", 1000), many_type("Boxes", 1000)});
  const auto other = large_sale(host, {many_type("Stalls", 10)});
  Api guest(platform.url());
  const auto stalls = buy_codes(guest, sale, 0, 3), boxes = buy_codes(guest, sale, 1, 3);
  const auto foreign = buy_codes(guest, other, 0, 1);
  const auto refused = [&](const std::string& list_id, const std::string& code,
                           const json& changes = json::object()) {
    auto body = scan_body(list_id, {code, "North"});
    body.update(changes);
    auto reply = host.api.post("/v1/check-ins", body);
    CHECK((reply.status == 201 || !reply.body["detail"].get<std::string>().empty()));
    return reply;
  };
  const json out{{"direction", "exit"}};

  CHECK(refused(sale.list_id, "NOT A CODE").code() == "invalid");
  auto forged = stalls[0];
  forged[150] = forged[150] == 'A' ? 'B' : 'A';
  CHECK(refused(sale.list_id, forged).code() == "invalid");
  CHECK(refused(sale.list_id, foreign[0]).code() == "wrong_event");
  const auto box_door = add_list(host, sale, {{"ticket_type_ids", {sale.type_ids[1]}}});
  CHECK(refused(box_door, stalls[0]).code() == "wrong_type");
  const auto early = refused(
      add_list(host, sale,
               {{"opens_at", "2030-01-01T18:00:00Z"}, {"closes_at", "2030-01-02T18:00:00Z"}}),
      stalls[0]);
  CHECK(early.code() == "not_yet");
  CHECK(early.body["opens_at"].get<std::string>().starts_with("2030-01-01T18:00:00"));
  CHECK(refused(add_list(host, sale, {{"closes_at", "2021-01-01T00:00:00Z"}}), stalls[0]).code() ==
        "too_late");
  CHECK(refused(add_list(host, sale, {{"gates", {"South"}}}), stalls[0]).code() == "unknown_gate");
  CHECK(refused(add_list(host, sale, {{"exit_scans", false}}), stalls[0], out).code() == "no_exit");
  CHECK(refused(sale.list_id, stalls[0], out).code() == "not_inside");
  const json stalls_only{
      {"any_of",
       {{{"says", "Stalls only."},
         {"all_of", {{{"what", "ticket_type"}, {"values", {sale.type_ids[0]}}}}}}}}};
  const auto by_rule = refused(add_list(host, sale, {{"rules", stalls_only}}), boxes[0]);
  CHECK(by_rule.code() == "rule");
  CHECK(by_rule.body["rule"] == "Stalls only.");
  const auto small = add_list(host, sale, {{"capacity", 1}});
  CHECK(refused(small, boxes[0]).status == 201);
  const auto full = refused(small, boxes[1]);
  CHECK(full.code() == "full");
  CHECK(full.body["capacity"] == 1);
  CHECK(refused(small, boxes[0], out).status == 201);
  CHECK(refused(small, boxes[1]).status == 201);

  const auto rotated =
      host.api.post("/v1/events/" + sale.event_id + "/ticket-keys", {{"revoke_before", true}});
  INFO(rotated.text);
  CHECK(refused(sale.list_id, stalls[1]).code() == "revoked");
  CHECK(host.api.post("/v1/events/" + other.event_id + "/cancel", json::object()).status == 200);
  CHECK(wait_until([&] { return refused(other.list_id, foreign[0]).code() == "cancelled"; }));
}

TEST_CASE("tickets whose payment is disputed are blocked, and good again once it is won", "[s10]") {
  PlayedPayment payment;
  Platform platform(payment.options());
  payment.join(platform);
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 10'000, 10)});
  Api guest(platform.url());
  const auto won = pay(payment, host, buy(guest, sale, 0, 2));
  const auto lost = pay(payment, host, buy(guest, sale, 0, 1));
  const auto paid = [&](const json& order) { return state_of(guest, order) == "paid"; };
  REQUIRE(wait_until([&] { return paid(won.order) && paid(lost.order); }));
  const auto good = codes_of(guest, won.order), bad = codes_of(guest, lost.order);
  const auto scan = [&](const std::string& code) {
    return host.api.post("/v1/check-ins", scan_body(sale.list_id, {code, "North"}));
  };
  CHECK(scan(good[0]).status == 201);

  payment.record(api::payment::Disputed{won.money});
  payment.record(api::payment::Disputed{lost.money});
  const auto ticket_is = [&](const json& order, const std::string& state) {
    return wait_until([&] { return first_ticket_of(guest, order)["state"] == state; });
  };
  REQUIRE(ticket_is(won.order, "blocked"));
  REQUIRE(ticket_is(lost.order, "blocked"));
  for (const auto& code : {good[1], bad[0]}) {
    const auto refused = scan(code);
    CHECK(refused.status == 409);
    CHECK(refused.code() == "blocked");
  }

  api::payment::DisputeClosed closed{won.money};
  closed.won = true;
  payment.record(closed);
  payment.record(api::payment::DisputeClosed{lost.money});
  REQUIRE(ticket_is(won.order, "used"));
  REQUIRE(ticket_is(lost.order, "refunded"));
  CHECK(scan(good[1]).status == 201);
  CHECK(scan(good[0]).code() == "already_redeemed");
  CHECK(scan(bad[0]).code() == "refunded");
}

TEST_CASE("an order that is not paid has no ticket that a door could be shown", "[s10]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 10'000, 10)});
  Api guest(platform.url());
  const auto order = buy(guest, sale, 0, 1);
  CHECK(state_of(guest, order) == "held");
  CHECK(codes_of(guest, order).empty());
  const auto list = "/v1/check-in-lists/" + sale.list_id;
  const auto found = host.api.get(list + "/tickets?query=" + order["code"].get<std::string>());
  REQUIRE(found.status == 200);
  CHECK(found.body["items"].empty());
  CHECK(host.api.get(list).body["total"] == 0);
}

TEST_CASE("a supervisor finds a ticket by name, lets it in, and takes that back", "[s10]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Stalls", 0, 10)});
  Api guest(platform.url());
  const auto order = buy(guest, sale, 0, 1);
  Api supervisor(platform.url(), staff(host, 1, "door_supervisor")[0]);
  Api door(platform.url(), staff(host, 1, "door_staff")[0]);
  const auto list = "/v1/check-in-lists/" + sale.list_id;

  const auto found = door.get(list + "/tickets?query=buyer%20GUE");
  INFO(found.text);
  REQUIRE(found.status == 200);
  REQUIRE(found.body["items"].size() == 1);
  const auto ticket = found.body["items"][0];
  CHECK(ticket["holder"] == "Guest Buyer");
  CHECK(ticket["order_code"] == order["code"]);
  const json by_id{{"ticket_id", ticket["ticket_id"]},
                   {"check_in_list_id", sale.list_id},
                   {"nonce", fresh_key()}};
  CHECK(door.post("/v1/check-ins", by_id).code() == "role_missing");
  CHECK(supervisor.post("/v1/check-ins", by_id).status == 201);
  CHECK(host.api.get(list).body["inside"] == 1);

  const auto undone = supervisor.post("/v1/check-ins/undo", {{"check_in_list_id", sale.list_id},
                                                             {"ticket_id", ticket["ticket_id"]},
                                                             {"reason", "The wrong person"},
                                                             {"nonce", fresh_key()}});
  INFO(undone.text);
  CHECK(undone.status == 201);
  CHECK(host.api.get(list).body["inside"] == 0);
  CHECK(supervisor.get(list + "/undone").body["items"][0]["reason"] == "The wrong person");
  CHECK(door.get(list + "/tickets?query=guest").body["items"][0]["state"] == "valid");
  CHECK(host.api.remove(list).code() == "list_in_use");
}

TEST_CASE("the live stream follows the door and tells that it fills within two seconds",
          "[s10][s12]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = large_sale(host, {many_type("Stalls", 10)});
  const auto list_id = add_list(host, sale, {{"capacity", 10}, {"gates", {"North"}}});
  Api guest(platform.url());
  const auto codes = buy_codes(guest, sale, 0, 9);
  LiveStream stream(platform.url(), host.api.token());
  REQUIRE(stream.status() == 200);

  const auto told = scan_all(platform.url(), {host.api.token()}, list_id, [&] {
    std::vector<Scan> scans;
    for (const auto& code : codes) scans.push_back({code, "North"});
    return scans;
  }());
  for (const auto& each : told) REQUIRE(each.status == 201);
  const auto scanned = std::chrono::steady_clock::now();
  json fact;
  bool is_filling = false;
  while (!is_filling) {
    const auto live = stream.next(2);
    REQUIRE(live);
    if (live->event == "ticket.checked_in") fact = live->fact;
    is_filling = live->event == "ticket.door_filling";
  }
  CHECK(seconds_since(scanned) < 2 * time_scale());
  INFO(fact.dump());
  CHECK(fact["counts"] == json{{"admitted", 9}, {"entered", 9}, {"exited", 0}, {"inside", 9}});
  CHECK(fact["scan"]["gate"] == "North");
}
