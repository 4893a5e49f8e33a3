// The port against a server of Stripe's API that others wrote (npm stripe-stateful-mock), as far as
// it goes: it knows charges and refunds.
#include <catch2/catch.hpp>

#include "common/http/client.h"
#include "tests/support/stripe_server.h"
#include "tests/unit/payment/stripe_shop.h"

using namespace bilten;
using namespace bilten::payment;
using namespace bilten::payment::test;
using namespace bilten::test;

namespace {

// Nothing: it is not there (yet).
json call(const std::string& url, const std::string& path, const std::string& body = {}) {
  http::Client client;
  const auto answer = client.send({.method = body.empty() ? "GET" : "POST",
                                   .url = url + path,
                                   .headers = {"Authorization: Bearer sk_test_others"},
                                   .body = body});
  return answer ? json::parse(answer->body, nullptr, false) : json();
}

}  // namespace

TEST_CASE("a third party's server of Stripe's API is refunded at as ours is", "[payment]") {
  const auto modules = npm_modules();
  if (modules.empty()) return;
  const auto url = "http://127.0.0.1:" + std::to_string(free_port());
  const RunningProgram mock({"/usr/bin/env", "node", modules + "/stripe-stateful-mock/dist/cli.js"},
                            {"PORT=" + url.substr(url.rfind(':') + 1), "LOG_LEVEL=silent"});
  const bool is_there = wait_until([&] { return !call(url, "/").is_null(); }, 20);
  INFO(mock.out());
  REQUIRE(is_there);
  const auto charge = call(url, "/v1/charges", "amount=2500&currency=eur&source=tok_visa");
  REQUIRE(charge["status"] == "succeeded");

  StripeProvider provider({.access = {.url = url, .key = "sk_test_others"}, .webhook_secrets = {}});
  RefundOrder order{.reference = charge["id"],
                    .payment_id = test_id(1),
                    .refund_id = test_id(2),
                    .amount = {500, "EUR"},
                    .key = "refund-2"};
  const auto refund = provider.refund(order);
  INFO((refund ? "" : refund.error().reason + " " + refund.error().detail));
  REQUIRE(refund);
  CHECK(refund->state == RefundState::succeeded);
  CHECK(refund->amount == Money{500, "EUR"});
  CHECK(provider.refund(order)->reference == refund->reference);
  CHECK(call(url, "/v1/charges/" + charge["id"].get<std::string>())["amount_refunded"] == 500);

  order.refund_id = test_id(3);
  order.amount.amount = 2001;
  order.key = "refund-3";
  CHECK(provider.refund(order).error().reason == "provider_refused");
  order.amount.amount = 1;
  CHECK(provider.refund(order).error().reason == "provider_key_reused");
  order.reference = "ch_none";
  CHECK_FALSE(provider.refund(order));
}
