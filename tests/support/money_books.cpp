#include "tests/support/money_books.h"

#include <catch2/catch.hpp>

namespace bilten::test {

ProviderBook sandbox_book(Api& api) {
  ProviderBook book;
  std::string cursor;
  do {
    const auto page =
        api.get("/v1/sandbox/book?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) return {};
    for (const auto& entry : page.body["items"]) {
      auto& taken = book[entry["payment_id"]];
      taken.captured += entry["captured"]["amount"].get<int64_t>();
      taken.refunded += entry["refunded"]["amount"].get<int64_t>();
      taken.is_decided = entry["state"] != "pending" && entry["state"] != "requires_action";
    }
    cursor = page.body.value("next_cursor", "");
  } while (!cursor.empty());
  return book;
}

std::vector<SoldOrder> orders_of(const std::vector<PayingBuyer>& buyers) {
  std::vector<SoldOrder> orders;
  for (const auto& buyer : buyers) {
    if (!buyer.order_id().empty()) orders.push_back({buyer.order_id(), buyer.secret()});
  }
  return orders;
}

std::vector<std::string> MoneyBooks::faults(Organizer& host, const ProviderBook& book) {
  Lines wrong;
  known_payments_ = 0;
  paid_ = over_ = taken_ = returned_ = 0;
  tickets_ = worth_ = 0;
  Api api(host.api.url());
  for (const auto& order : orders_) compare_order(order, api, book, wrong);
  if (known_payments_ != book.size()) {
    wrong.push_back(std::to_string(book.size()) + " payments at the provider, " +
                    std::to_string(known_payments_) + " of them known");
  }
  compare_stock(api, wrong);
  compare_ledger(host, book, wrong);
  return wrong;
}

void MoneyBooks::compare_order(const SoldOrder& known, Api& api, const ProviderBook& book,
                               Lines& wrong) {
  const auto reply = api.get("/v1/orders/" + known.id + "?secret=" + known.secret);
  if (reply.status != 200) return wrong.push_back("cannot be read: order " + known.id);
  const auto& order = reply.body;
  const std::string state = order["state"];
  const bool is_paid = state == "paid";
  if (state == "held") wrong.push_back("still held: order " + known.id);
  ++(is_paid ? paid_ : over_);
  const auto total = is_paid ? order["total"]["amount"].get<int64_t>() : 0;
  const auto seats = is_paid ? order["items"][0]["quantity"].get<size_t>() : 0;
  const auto tickets = order.contains("ticket_ids") ? order["ticket_ids"].size() : 0;
  if (tickets != seats) wrong.push_back(std::to_string(tickets) + " tickets: order " + known.id);
  tickets_ += static_cast<int64_t>(seats);
  worth_ += total;
  const auto kept = kept_of(order, known, api, book, wrong);
  if (kept != total) {
    wrong.push_back("the provider keeps " + std::to_string(kept) + " of " + std::to_string(total) +
                    ": order " + known.id + ", " + state);
  }
}

int64_t MoneyBooks::kept_of(const json& order, const SoldOrder& known, Api& api,
                            const ProviderBook& book, Lines& wrong) {
  const auto reply = api.get("/v1/orders/" + known.id + "/payments?secret=" + known.secret);
  if (reply.status != 200) {
    // An order that nobody began to pay while it was held is not known to the payment service.
    if (order["state"] == "paid") wrong.push_back("no payments to be read: order " + known.id);
    return 0;
  }
  int64_t kept = 0;
  for (const auto& payment : reply.body["items"]) {
    const auto found = book.find(payment["id"]);
    if (found == book.end()) continue;  // It was never opened there.
    ++known_payments_;
    if (!found->second.is_decided) wrong.push_back("may yet be paid: order " + known.id);
    kept += found->second.captured - found->second.refunded;
    taken_ += found->second.captured > 0;
    returned_ += found->second.refunded > 0;
  }
  return kept;
}

void MoneyBooks::compare_stock(Api& api, Lines& wrong) const {
  const auto types = api.get("/v1/events/" + sale_.event_id + "/ticket-types");
  if (types.status != 200) return wrong.push_back("no stock to be seen: " + types.text);
  const auto gone = seats_ - types.body["items"][0]["available"].get<int64_t>();
  if (gone == tickets_) return;
  wrong.push_back(std::to_string(gone) + " seats gone, " + std::to_string(tickets_) + " sold");
}

void MoneyBooks::compare_ledger(Organizer& host, const ProviderBook& book, Lines& wrong) const {
  const auto path = "/v1/organizations/" + host.organization_id + "/ledger/trial-balance";
  const auto reply = host.api.get(path);
  if (reply.status != 200) return wrong.push_back("no ledger to be read: " + reply.text);
  int64_t kept = 0, sum = 0, clearing = 0;
  for (const auto& [id, taken] : book) kept += taken.captured - taken.refunded;
  for (const auto& account : reply.body["accounts"]) {
    const std::string name = account["account"];
    const auto balance = account["balance"].get<int64_t>();
    sum += balance;
    if (name == "clearing") clearing += balance;
    const bool is_on_its_way = name == "refunds" || name == "unapplied" || name == "disputes";
    if (is_on_its_way && balance != 0) {
      wrong.push_back(std::to_string(balance) + " left on account " + name);
    }
  }
  if (sum != 0) wrong.push_back("the ledger is out of balance by " + std::to_string(sum));
  if (clearing != kept || kept != worth_) {
    wrong.push_back("the ledger has " + std::to_string(clearing) + ", the provider " +
                    std::to_string(kept) + ", paid orders " + std::to_string(worth_));
  }
}

void MoneyBooks::check(const Platform& platform, Organizer& host,
                       const std::function<ProviderBook()>& read_book) {
  Lines wrong;
  wait_until(
      [&] {
        if (!log_in(host)) return false;
        wrong = faults(host, read_book());
        return wrong.empty();
      },
      120);
  CHECK(wrong == Lines{});
  for (const auto& command : {Lines{"journal", "verify"}, Lines{"rebuild", "--verify"}}) {
    const auto verified = platform.ctl(command);
    INFO(verified.out);
    CHECK(verified.status == 0);
  }
}

std::string MoneyBooks::summary() const {
  return std::to_string(paid_) + " orders paid, " + std::to_string(over_) + " over; " +
         std::to_string(taken_) + " payments taken, " + std::to_string(returned_) +
         " of them given back";
}

}  // namespace bilten::test
