#include "tests/support/order_book.h"

#include <algorithm>
#include <chrono>

namespace bilten::test {
namespace {

using As = Caller::As;

constexpr UnixMillis kBudgetMs = 5000;  // Of ticket.order.
constexpr UnixMillis kSlackMs = 500;    // Until a gateway on a busy machine has read a request.
constexpr const char* kSoldOut = "sold_out";

}  // namespace

UnixMillis OrderBook::now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

OrderBook::OrderBook(OnSale sale) : sale_(std::move(sale)) {}

OrderBook::Placed OrderBook::order(Caller& caller, const std::string& type_id, int quantity) {
  const auto key = fresh_key(), mail = key + "@example.org";
  const auto body = order_body(sale_.event_id, type_id, quantity, mail);
  const auto note = [&](const Bid& bid) {
    std::lock_guard lock(mutex_);
    bids_[mail] = bid;
    if (bid.end == End::told) mails_[bid.id] = mail;
  };
  Bid bid{.began = now()};
  note(bid);
  for (bool may_have_run = false;;) {
    const auto reply = caller.ask(
        As::host, [&](Api& api) { return api.post("/v1/orders", body, key); }, kSoldOut);
    if (is_told(reply)) {
      bid.end = reply.status == 201 ? End::told : End::refused;
      if (bid.end == End::told) bid.id = reply.body["id"];
      note(bid);
      return {bid.end, reply.body};
    }
    if (did_not_run(reply) && !may_have_run) {
      bid.end = End::not_run;
      note(bid);
      return {bid.end};
    }
    may_have_run = true;
    if (caller.gives_up()) return {bid.end};
  }
}

void OrderBook::note_cancelled(const std::string& id) {
  std::lock_guard lock(mutex_);
  cancelled_.insert(id);
}

std::vector<std::string> OrderBook::faults(Api& host, bool has_age) {
  std::vector<std::string> wrong;
  std::string cursor;
  for (bool more = true; more;) {
    const auto page =
        host.get("/v1/me/orders?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) return {"orders cannot be listed: " + page.text};
    for (const auto& order : page.body["items"]) {
      if (*parse_rfc3339(order["created_at"].get<std::string>()) < opened_) more = false;
      if (order["event_id"] == sale_.event_id) compare(order, host, has_age, wrong);
    }
    cursor = page.body.value("next_cursor", "");
    more = more && !cursor.empty();
  }
  for (const auto& [mail, bid] : bids_) {
    if (bid.end == End::told && bid.found == 0) wrong.push_back("lost: order " + bid.id);
  }
  compare_stock(host, wrong);
  return wrong;
}

std::string OrderBook::buyer_of(const std::string& id, Api& host) const {
  if (const auto known = mails_.find(id); known != mails_.end()) return known->second;
  const auto order = host.get("/v1/orders/" + id);
  return order.status == 200 ? order.body["buyer"].value("email", "") : "";
}

void OrderBook::compare(const json& order, Api& host, bool has_age,
                        std::vector<std::string>& wrong) {
  const std::string id = order["id"], state = order["state"];
  if (state != "cancelled") {
    for (const auto& line : order["items"]) {
      taken_[line["ticket_type_id"]] += line["quantity"].get<int64_t>();
    }
  }
  if (cancelled_.contains(id) != (state == "cancelled")) wrong.push_back(id + " is " + state);
  const auto found = bids_.find(buyer_of(id, host));
  if (found == bids_.end()) return wrong.push_back("nobody ordered " + id);
  auto& bid = found->second;
  if (++bid.found > 1) wrong.push_back("doubled: order " + id);
  const auto age = *parse_rfc3339(order["created_at"].get<std::string>()) - bid.began;
  switch (bid.end) {
    case End::told:
      if (bid.id != id) wrong.push_back("told of " + bid.id + ", made " + id);
      break;
    case End::refused: wrong.push_back("refused and made: order " + id); break;
    case End::not_run: wrong.push_back("did not run and made: order " + id); break;
    case End::unknown:
      if (has_age && age > kBudgetMs + kSlackMs) {
        wrong.push_back("made " + std::to_string(age) + " ms after it was asked for: order " + id);
      }
  }
}

void OrderBook::compare_stock(Api& host, std::vector<std::string>& wrong) const {
  const auto types = host.get("/v1/events/" + sale_.event_id + "/ticket-types");
  if (types.status != 200) return wrong.push_back("no stock to be seen: " + types.text);
  for (const auto& type : types.body["items"]) {
    const auto gone = type["quantity"].get<int64_t>() - type["available"].get<int64_t>();
    const auto taken = taken_.find(type["id"]);
    const int64_t held = taken == taken_.end() ? 0 : taken->second;
    if (gone == held) continue;
    wrong.push_back(type["name"].dump() + ": " + std::to_string(gone) + " gone, " +
                    std::to_string(held) + " in orders");
  }
}

std::string OrderBook::summary() const {
  std::lock_guard lock(mutex_);
  std::map<End, int> counts;
  int made = 0;
  for (const auto& [mail, bid] : bids_) {
    ++counts[bid.end];
    if (bid.end == End::unknown) made += bid.found;
  }
  return std::to_string(counts[End::told]) + " orders told, " +
         std::to_string(counts[End::not_run]) + " did not run, " +
         std::to_string(counts[End::unknown]) + " unknown of which " + std::to_string(made) +
         " were made";
}

}  // namespace bilten::test
