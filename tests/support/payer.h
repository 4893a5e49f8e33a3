// A guest who pays an order at the sandbox, by its page.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/api.h"
#include "tests/support/platform.h"

namespace bilten::test {

class Payer {
 public:
  // `order`: as POST /v1/orders answered it.
  Payer(std::string url, const json& order)
      : api_(std::move(url)), order_id_(order["id"]), secret_(order["secret"]) {}

  // Begins to pay, and waits until there is a page to pay on.
  json begin(const json& changes = json::object(), double seconds = 20) {
    json body{{"secret", secret_}};
    body.update(changes);
    auto reply = api_.post("/v1/orders/" + order_id_ + "/payments", body);
    INFO(reply.text);
    REQUIRE(reply.status == 201);
    payment_id_ = reply.body["id"];
    REQUIRE(wait_until([&] { return payment().contains("redirect_url"); }, seconds));
    return payment();
  }
  // Presses a button of the page, as a browser sends its form; answers the page that follows.
  Reply press(const std::string& button) {
    return api_.send("POST", payment()["redirect_url"], "press=" + button, {},
                     {"Content-Type: application/x-www-form-urlencoded"});
  }
  // The session at Stripe behind the page that the payer is sent to.
  std::string session() {
    const std::string page = payment()["redirect_url"];
    return page.substr(page.rfind('/') + 1);
  }
  json payment() { return api_.get("/v1/payments/" + payment_id_ + "?secret=" + secret_).body; }
  json order() { return api_.get("/v1/orders/" + order_id_ + "?secret=" + secret_).body; }
  bool wait_for_payment(const std::string& state, double seconds = 20) {
    return wait_until([&] { return payment().value("state", "") == state; }, seconds);
  }
  bool wait_for_order(const std::string& state, double seconds = 20) {
    return wait_until([&] { return order().value("state", "") == state; }, seconds);
  }

  Api& api() { return api_; }
  const std::string& order_id() const { return order_id_; }
  const std::string& payment_id() const { return payment_id_; }
  const std::string& secret() const { return secret_; }

 private:
  Api api_;
  std::string order_id_, secret_, payment_id_;
};

// What the organisation's ledger says that providers have of its money; all its accounts must sum
// to zero.
inline int64_t clearing_of(Organizer& host) {
  const auto path = "/v1/organizations/" + host.organization_id + "/ledger/trial-balance";
  const auto balance = host.api.get(path).body;
  int64_t sum = 0, clearing = 0;
  for (const auto& account : balance["accounts"]) {
    sum += account["balance"].get<int64_t>();
    if (account["account"] == "clearing") clearing += account["balance"].get<int64_t>();
  }
  CHECK(sum == 0);
  return clearing;
}

}  // namespace bilten::test
