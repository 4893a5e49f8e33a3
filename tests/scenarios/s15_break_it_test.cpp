// Scenario 15: kill -9 of each process while orders and scans go on. No acknowledged order or scan
// may be missing or doubled, and every call ends.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/api.h"
#include "tests/support/level.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

namespace {

using Steady = std::chrono::steady_clock;

constexpr int64_t kSeats = 1'000'000;
constexpr double kPatienceSeconds = 60;  // Of a client that is told nothing.
constexpr double kPauseSeconds = 0.01;   // Before it asks again: two cores are to start daemons.

int64_t ms_since(Steady::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count();
}

// How long service may be away after a kill, and how long one call may take: the longest budget of
// a route, and what the gateway needs to say that it is over. How many tickets are shown again.
struct Bounds {
  int rounds;
  int64_t away_ms;
  int64_t call_ms;
  size_t shown_again;
};

Bounds bounds() {
  if (std::getenv("BILTEN_FULL")) return {50, 2'000, 6'000, 500};
  return {2, 15'000, 15'000, SIZE_MAX};
}

// What clients were told, for the books to be compared with.
struct Told {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::mutex mutex;
  Pairs orders;            // Id and secret.
  Pairs admitted;          // Ticket id and code.
  std::string refusals;    // One a line; nothing that is asked for here deserves one.
  int64_t slowest_ms = 0;  // Of the calls, whatever became of them.
  std::atomic<int> calls{0}, failures{0}, log_ins{0}, untold{0};

  size_t order_count() {
    std::lock_guard lock(mutex);
    return orders.size();
  }
  template <class Ask>
  auto timed(const Ask& ask) {
    const auto asked_at = Steady::now();
    auto answer = ask();
    ++calls;
    std::lock_guard lock(mutex);
    slowest_ms = std::max(slowest_ms, ms_since(asked_at));
    return answer;
  }
};

// Orders tickets and takes them to the door, each call under one key until it is told how that
// ended: what nobody was told of could stand in the books.
class Client {
 public:
  Client(const Organizer& host, const OnSale& sale, Told& told)
      : guest_(host.api.url()),
        door_{Api(host.api.url(), host.api.token()), host.email, host.password, {}, {}},
        sale_(sale),
        told_(told) {
    guest_.timeout_ms = door_.api.timeout_ms = static_cast<long>(20'000 * time_scale());
  }

  // Whether it was told of one order more.
  bool order() {
    const auto body = order_body(sale_.event_id, sale_.type_ids[0], 1);
    const auto reply = post(guest_, "/v1/orders", body);
    if (reply.status != 201) return false;
    std::lock_guard lock(told_.mutex);
    last_ = {reply.body["id"], reply.body["secret"]};
    told_.orders.push_back(last_);
    return true;
  }
  void enter() {
    const auto path = "/v1/orders/" + last_.first + "/tickets?secret=" + last_.second;
    const auto tickets = until_told(guest_, 200, [&](Api& api) { return api.get(path); });
    if (tickets.status != 200) return;
    const auto ticket = tickets.body["items"][0];
    const auto scan = post(
        door_.api, "/v1/check-ins",
        {{"code", ticket["code"]}, {"check_in_list_id", sale_.list_id}, {"nonce", fresh_key()}});
    if (scan.status != 201) return;
    std::lock_guard lock(told_.mutex);
    told_.admitted.emplace_back(ticket["id"], ticket["code"]);
  }

 private:
  Reply post(Api& to, const std::string& path, const json& body) {
    return until_told(to, 201,
                      [&, key = fresh_key()](Api& api) { return api.post(path, body, key); });
  }
  Reply until_told(Api& api, long wanted, const std::function<Reply(Api&)>& ask) {
    const auto began = Steady::now();
    while (seconds_since(began) < kPatienceSeconds * time_scale()) {
      auto reply = told_.timed([&] { return ask(api); });
      if (reply.status == wanted) return reply;
      if (reply.status == 401 && &api == &door_.api) {  // A token lasts 15 minutes.
        told_.log_ins += told_.timed([&] { return log_in(door_); });
      } else if (reply.status < 500 && reply.status != 0) {
        std::lock_guard lock(told_.mutex);
        told_.refusals += std::to_string(reply.status) + " " + reply.text.substr(0, 300) + "\n";
        return reply;
      } else {
        ++told_.failures;
      }
      let_pass(kPauseSeconds);
    }
    ++told_.untold;
    return {};
  }

  Api guest_;
  Organizer door_;
  const OnSale& sale_;
  Told& told_;
  Told::Pairs::value_type last_;  // Order.
};

// Of each process, what it alone can do: true once it did that anew.
class Services {
 public:
  Services(const Platform& platform, Organizer& host, const OnSale& sale, Told& told)
      : host_(host),
        guest_(platform.url()),
        client_(host, sale, told),
        sale_(sale),
        told_(told),
        event_("/v1/events/" + sale.event_id) {
    Probe::Options listening;
    listening.topics = {"event.changed"};
    listening.handlers.on_publications = [this](auto) { ++heard_; };
    listener_ = std::make_unique<Probe>(platform, std::move(listening));
  }
  const std::map<std::string, std::function<bool()>>& all() const { return all_; }

 private:
  // A change of the event, heard as a fact while it is fresh.
  bool fact_passes() {
    const auto before = heard_.load();
    const json change{{"tags", {"Change " + std::to_string(++changes_)}}};
    if (told_.timed([&] { return host_.api.patch(event_, change).status; }) != 200) return false;
    return wait_until([&] { return heard_ > before; }, 0.1);
  }

  // Of an order that payment has to read from ticket's journal first.
  bool payment_begins() {
    const auto body = order_body(sale_.event_id, sale_.type_ids[1], 1);
    const auto order = told_.timed([&] { return guest_.post("/v1/orders", body); });
    if (order.status != 201) return false;
    const auto path = "/v1/orders/" + order.body["id"].get<std::string>() + "/payments";
    const json secret{{"secret", order.body["secret"]}};
    return told_.timed([&] { return guest_.post(path, secret).status == 201; });
  }

  Organizer& host_;
  Api guest_;
  Client client_;
  const OnSale& sale_;
  Told& told_;
  const std::string event_;
  std::atomic<int> heard_{0};
  int changes_ = 0;
  std::unique_ptr<Probe> listener_;
  const std::map<std::string, std::function<bool()>> all_{
      {"broker", [this] { return client_.order(); }},
      {"gateway", [this] { return client_.order(); }},
      {"ticket", [this] { return client_.order(); }},
      {"event", [this] { return told_.timed([&] { return guest_.get(event_).status == 200; }); }},
      {"events", [this] { return fact_passes(); }},
      {"user", [this] { return told_.timed([&] { return log_in(host_); }); }},
      {"payment", [this] { return payment_begins(); }}};
};

void check_orders(Told& told, Organizer& host, const OnSale& sale) {
  Api guest(host.api.url());
  std::set<std::string> ids;
  for (const auto& [id, secret] : told.orders) {
    CHECK(ids.insert(id).second);
    const auto order = guest.get("/v1/orders/" + id + "?secret=" + secret);
    CHECK(order.status == 200);
    CHECK(order.body["state"] == "paid");
  }
  // Whoever is logged in is not given an answer that guests share.
  const auto types = host.api.get("/v1/events/" + sale.event_id + "/ticket-types");
  CHECK(kSeats - types.body["items"][0]["available"].get<int64_t>() ==
        static_cast<int64_t>(ids.size()));
}

void check_admissions(Told& told, Organizer& host, const OnSale& sale, size_t shown_again) {
  const auto count = told.admitted.size();
  std::set<std::string> entered;
  for (const auto& [ticket_id, code] : told.admitted) entered.insert(ticket_id);
  CHECK(entered.size() == count);
  for (size_t i = 0; i < count; i += count / shown_again + 1) {
    const json scan{{"code", told.admitted[i].second},
                    {"check_in_list_id", sale.list_id},
                    {"nonce", fresh_key()}};
    const auto again = host.api.post("/v1/check-ins", scan);
    CHECK(again.status == 409);
    CHECK(again.code() == "already_redeemed");
  }
  const auto lists = host.api.get("/v1/events/" + sale.event_id + "/check-in-lists");
  CHECK(lists.body["items"][0]["admitted"].get<size_t>() == count);
}

void check_journals(const Platform& platform) {
  Probe ops(platform, {.principal = "ops"});
  for (const char* reader : {"event", "ticket", "payment"}) {
    wait_until([&] { return is_level(ops, reader); });
    CHECK(feeds_behind(ops, reader) == "");
  }
  for (const auto& words :
       {std::vector<std::string>{"journal", "verify"}, {"rebuild", "--verify"}}) {
    const auto done = platform.ctl(words);
    INFO(done.out);
    CHECK(done.status == 0);
  }
}

}  // namespace

TEST_CASE("nothing acknowledged is lost when any process is killed again and again", "[s15]") {
  const auto bound = bounds();
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale =
      on_sale(host, {type_body("Free entry", 0, kSeats), type_body("Seat", 10'000, 10'000)});

  Told told;
  Services services(platform, host, sale, told);
  std::atomic<bool> stop{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&stop, client = Client(host, sale, told)]() mutable {
      while (!stop) {
        if (client.order()) client.enter();
      }
    });
  }
  CHECK(wait_until([&] { return told.order_count() > 20; }));
  std::map<std::string, int64_t> away_ms;  // At most, of each process.
  for (int round = 0; round < bound.rounds; ++round) {
    for (const auto& [process, works] : services.all()) {
      INFO("killed " << process << " in round " << round);
      const auto killed_at = Steady::now();
      platform.crash(process);
      CHECK(wait_until(works, 15));
      const auto away = ms_since(killed_at);
      CHECK(static_cast<double>(away) < static_cast<double>(bound.away_ms) * time_scale());
      away_ms[process] = std::max(away_ms[process], away);
      // More than the clients had under way: some were asked for after the kill.
      const auto before = told.order_count();
      CHECK(wait_until([&] { return told.order_count() > before + clients.size(); }, 15));
    }
  }
  stop = true;
  for (auto& client : clients) client.join();
  CHECK(wait_until([&] { return platform.is_ready(); }));

  CHECK(told.untold == 0);
  CHECK(told.refusals == "");
  CHECK(static_cast<double>(told.slowest_ms) < static_cast<double>(bound.call_ms) * time_scale());
  REQUIRE(log_in(host));
  check_orders(told, host, sale);
  check_admissions(told, host, sale, bound.shown_again);
  check_journals(platform);
  std::string away;
  for (const auto& [process, ms] : away_ms) away += " " + process + " " + std::to_string(ms);
  std::printf("s15: away for at most, in ms:%s; the slowest call took %lld ms\n", away.c_str(),
              static_cast<long long>(told.slowest_ms));
  std::printf(
      "s15: %d calls, %d to be repeated, %d log-ins anew; %zu orders, %zu scans acknowledged\n",
      told.calls.load(), told.failures.load(), told.log_ins.load(), told.orders.size(),
      told.admitted.size());
}
