#include "tests/support/purchases.h"

#include <catch2/catch.hpp>
#include <set>

namespace bilten::test {
namespace {

using As = Caller::As;

constexpr int kScanEvery = 4;      // Orders.
constexpr size_t kRepeated = 100;  // Orders that are asked for again in the end.

}  // namespace

void Purchases::turn(Caller& caller) {
  const auto key = fresh_key();
  const auto body = order_body(sale_.event_id, sale_.type_ids[0], 1);
  auto reply =
      caller.until_told(As::guest, [&](Api& api) { return api.post("/v1/orders", body, key); });
  if (reply.status != 201) return;
  const Order order{key, reply.body["id"], reply.body["secret"]};
  {
    std::lock_guard lock(mutex_);
    told_.push_back(order);
  }
  if (count_++ % kScanEvery == 0) enter(caller, order);
}

void Purchases::enter(Caller& caller, const Order& order) {
  const auto path = "/v1/orders/" + order.id + "/tickets?secret=" + order.secret;
  auto tickets = caller.until_told(As::guest, [&](Api& api) { return api.get(path); });
  if (tickets.status != 200) return;
  const auto ticket = tickets.body["items"][0];
  const json scan{
      {"code", ticket["code"]}, {"check_in_list_id", sale_.list_id}, {"nonce", fresh_key()}};
  const auto key = fresh_key();
  auto scanned =
      caller.until_told(As::host, [&](Api& api) { return api.post("/v1/check-ins", scan, key); });
  if (scanned.status != 201) return;
  std::lock_guard lock(mutex_);
  admitted_.push_back(ticket["id"]);
}

std::string Purchases::summary() const {
  std::lock_guard lock(mutex_);
  return std::to_string(told_.size()) + " orders, " + std::to_string(admitted_.size()) + " scans";
}

void Purchases::check_books(Api& host, int64_t seats) const {
  std::set<std::string> ids, entered(admitted_.begin(), admitted_.end());
  Api guest(host.url());
  for (const auto& order : told_) {
    CHECK(ids.insert(order.id).second);
    auto found = guest.get("/v1/orders/" + order.id + "?secret=" + order.secret);
    CHECK(found.status == 200);
    CHECK(found.body["state"] == "paid");
  }
  for (size_t i = 0; i < told_.size(); i += told_.size() / kRepeated + 1) {
    auto again =
        guest.post("/v1/orders", order_body(sale_.event_id, sale_.type_ids[0], 1), told_[i].key);
    CHECK(again.body["id"] == told_[i].id);
  }
  const auto types = guest.get("/v1/events/" + sale_.event_id + "/ticket-types");
  CHECK(seats - types.body["items"][0]["available"].get<int64_t>() ==
        static_cast<int64_t>(ids.size()));
  CHECK(entered.size() == admitted_.size());
  const auto lists = host.get("/v1/events/" + sale_.event_id + "/check-in-lists");
  CHECK(lists.body["items"][0]["admitted"].get<size_t>() == entered.size());
}

}  // namespace bilten::test
