// A provider of ours at a test server of Stripe's API, and what a shop does with it.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "daemons/payment/provider_stripe.h"
#include "tests/support/stripe_server.h"
#include "tests/unit/payment/stripe_webhooks.h"

namespace bilten::payment::test {

using bilten::test::StripeServer;
using nlohmann::json;

inline Id test_id(int number) {
  auto text = std::to_string(number);
  text.insert(0, 12 - text.size(), '0');
  return *Id::parse("0194f0b0-0000-7000-8000-" + text);
}

inline Intent intent_of(int number, Money amount = {2500, "EUR"}) {
  return {.payment_id = test_id(number),
          .order_id = test_id(1000 + number),
          .organization_id = test_id(1),
          .amount = std::move(amount),
          .order_code = "K7PQ2",
          .return_url = "https://tickets.example/orders/1",
          .key = "open-" + std::to_string(number)};
}

struct Shop {
  // Below the seconds of a fault that does not answer, and enough for 20 MB on a busy machine.
  explicit Shop(long timeout_ms = 1'500)
      : provider(
            {.access = {.url = server.url(), .key = StripeServer::kKey, .timeout_ms = timeout_ms},
             .webhook_secrets = {kSecret}}) {}

  IntentView opened(int number) {
    const auto view = provider.open(intent_of(number));
    INFO((view ? "" : view.error().detail));
    REQUIRE(view);
    return *view;
  }
  // Opened and paid by the buyer; the answer is the look-up's.
  IntentView paid(int number) {
    const auto view = opened(number);
    server.order("pay", {{"session", view.reference}});
    const auto captured = provider.look_up(view.reference);
    REQUIRE(captured);
    REQUIRE(captured->state == IntentState::captured);
    return *captured;
  }
  RefundOrder refund_of(const IntentView& paid, int number, int64_t amount = 500) const {
    return {.reference = paid.reference,
            .payment_id = test_id(1),
            .refund_id = test_id(number),
            .amount = {amount, "EUR"},
            .key = "refund-" + std::to_string(number)};
  }

  StripeServer server;
  StripeProvider provider;
};

}  // namespace bilten::payment::test
