#include "tests/support/workloads.h"

#include <catch2/catch.hpp>

namespace bilten::test {
namespace {

using As = Caller::As;

// Small stocks one after the other, so that callers fight for the last pieces again and again.
constexpr int kStocks = 40;
constexpr int64_t kStock = 120;
constexpr int64_t kPlenty = 1'000'000;
constexpr int kTicketsOfDoor = 5;  // An order's.
constexpr int64_t kPrice = 5000;

std::string order_path(const json& order, const std::string& what = {}) {
  return "/v1/orders/" + order["id"].get<std::string>() + what;
}

std::string secret_of(const json& order) {
  return "?secret=" + order["secret"].get<std::string>();
}

// Answers that were not what they should be, one a line.
class Complaints {
 public:
  void expect(bool holds, const std::string& what, const Reply& reply) {
    if (holds) return;
    std::lock_guard lock(mutex_);
    lines_.push_back(what + ": " + std::to_string(reply.status) + " " + reply.text.substr(0, 300));
  }
  void add_to(std::vector<std::string>& faults) const {
    faults.insert(faults.end(), lines_.begin(), lines_.end());
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class OnSaleRush final : public AuditedWorkload {
 public:
  explicit OnSaleRush(OnSale sale) : book_(std::move(sale)) {}

  void turn(Caller& caller) override {
    const auto& types = book_.sale().type_ids;
    size_t hot = hot_;
    const auto placed = book_.order(caller, types[hot % types.size()], 1);
    if (placed.end == OrderBook::End::refused) hot_.compare_exchange_strong(hot, hot + 1);
  }
  std::vector<std::string> faults(Api& host, bool has_age) override {
    return book_.faults(host, has_age);
  }
  std::string summary() const override { return book_.summary(); }

 private:
  OrderBook book_;
  std::atomic<size_t> hot_{0};
};

class Checkout final : public AuditedWorkload {
 public:
  explicit Checkout(OnSale sale) : book_(std::move(sale)) {}

  void turn(Caller& caller) override {
    const auto placed = book_.order(caller, book_.sale().type_ids[0], 2);
    if (placed.end != OrderBook::End::told) return;
    read(caller, placed.order, "held");
    if (count_++ % 2 == 0) return;
    const auto key = fresh_key();
    const auto cancelled = caller.until_told(As::host, [&](Api& api) {
      return api.post(order_path(placed.order, "/cancel"), {{"secret", placed.order["secret"]}},
                      key);
    });
    complaints_.expect(cancelled.status == 200, "cancel", cancelled);
    book_.note_cancelled(placed.order["id"]);
    read(caller, placed.order, "cancelled");
  }
  std::vector<std::string> faults(Api& host, bool has_age) override {
    auto all = book_.faults(host, has_age);
    complaints_.add_to(all);
    return all;
  }
  std::string summary() const override { return book_.summary(); }

 private:
  void read(Caller& caller, const json& order, const std::string& state) {
    const auto found = caller.until_told(
        As::guest, [&](Api& api) { return api.get(order_path(order) + secret_of(order)); });
    complaints_.expect(found.status == 200 && found.body["state"] == state &&
                           found.body["total"]["amount"] == 2 * kPrice,
                       "read of a " + state + " order", found);
  }

  OrderBook book_;
  Complaints complaints_;
  std::atomic<int> count_{0};
};

// Each ticket is let in, told again to a scanner that repeats itself, and refused at another door.
class Doors final : public AuditedWorkload {
 public:
  explicit Doors(OnSale sale) : book_(std::move(sale)) {}

  void turn(Caller& caller) override {
    const auto placed = book_.order(caller, book_.sale().type_ids[0], kTicketsOfDoor);
    if (placed.end != OrderBook::End::told) return;
    const auto path = order_path(placed.order, "/tickets") + secret_of(placed.order);
    const auto tickets = caller.until_told(As::guest, [&](Api& api) { return api.get(path); });
    complaints_.expect(tickets.status == 200, "tickets", tickets);
    if (tickets.status != 200) return;
    for (const auto& ticket : tickets.body["items"]) enter(caller, ticket["code"]);
  }
  std::vector<std::string> faults(Api& host, bool has_age) override {
    auto all = book_.faults(host, has_age);
    complaints_.add_to(all);
    const auto lists = host.get("/v1/events/" + book_.sale().event_id + "/check-in-lists");
    const int admitted = lists.status == 200 ? lists.body["items"][0]["admitted"].get<int>() : -1;
    if (admitted != admitted_) {
      all.push_back(std::to_string(admitted_) + " let in as callers were told, " +
                    std::to_string(admitted) + " as the door counts");
    }
    return all;
  }
  std::string summary() const override {
    return book_.summary() + ", " + std::to_string(admitted_) + " let in";
  }

 private:
  void enter(Caller& caller, const std::string& code) {
    const auto scan = [&](const std::string& nonce, std::string_view refusal) {
      const json body{{"code", code}, {"check_in_list_id", book_.sale().list_id}, {"nonce", nonce}};
      const auto key = fresh_key();
      return caller.until_told(
          As::host, [&](Api& api) { return api.post("/v1/check-ins", body, key); }, refusal);
    };
    const auto nonce = fresh_key();
    const auto first = scan(nonce, {});
    complaints_.expect(first.status == 201, "scan", first);
    if (first.status == 201) ++admitted_;
    const auto repeated = scan(nonce, {});
    complaints_.expect(repeated.status == 201 && repeated.body["at"] == first.body["at"],
                       "repeated scan", repeated);
    const auto elsewhere = scan(fresh_key(), "already_redeemed");
    complaints_.expect(elsewhere.code() == "already_redeemed", "scan at another door", elsewhere);
  }

  OrderBook book_;
  Complaints complaints_;
  std::atomic<int> admitted_{0};
};

}  // namespace

const std::vector<std::string>& workload_names() {
  static const std::vector<std::string> names = {"on-sale", "checkout", "scan"};
  return names;
}

std::unique_ptr<AuditedWorkload> make_workload(const std::string& name, Organizer& host) {
  if (name == "checkout") {
    return std::make_unique<Checkout>(on_sale(host, {type_body("Seat", kPrice, kPlenty)}));
  }
  if (name == "scan") {
    return std::make_unique<Doors>(on_sale(host, {type_body("Free entry", 0, kPlenty)}));
  }
  REQUIRE(name == "on-sale");
  std::vector<json> stocks;
  for (int i = 1; i <= kStocks; ++i) {
    stocks.push_back(type_body("Free entry " + std::to_string(i), 0, kStock));
  }
  return std::make_unique<OnSaleRush>(on_sale(host, stocks));
}

}  // namespace bilten::test
