#include "tests/support/stripe_account.h"

#include <catch2/catch.hpp>

namespace bilten::test {

StripeAccount::StripeAccount(const StripeServer& server)
    : server_(server),
      key_file_(keep("stripe.key", StripeServer::kKey)),
      webhook_file_(keep("stripe.webhook", kWebhookSecret)) {}

std::vector<std::string> StripeAccount::arguments() const {
  return set_arguments({"payment.provider=stripe", "payment.public_url=https://tickets.example",
                        "stripe.api=" + server_.url(), "stripe.key_file=" + key_file_,
                        "stripe.webhook_secrets_file=" + webhook_file_, "stripe.timeout_ms=1000",
                        "stripe.rest_s=1"});
}

void StripeAccount::register_endpoint(const std::string& url) const {
  server_.order("endpoint", {{"url", url + "/v1/webhooks/stripe"}, {"secret", kWebhookSecret}});
}

std::string StripeAccount::keep(const std::string& name, const std::string& text) const {
  const auto path = secrets_.write(name, text);
  REQUIRE(run_program({"/bin/chmod", "600", path}).status == 0);
  return path;
}

}  // namespace bilten::test
