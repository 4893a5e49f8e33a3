#include "tests/support/stripe_account.h"

#include <catch2/catch.hpp>

namespace bilten::test {
namespace {

std::string secret_file(const Folder& folder, const std::string& name, const std::string& text) {
  const auto path = folder.write(name, text);
  REQUIRE(run_program({"/bin/chmod", "600", path}).status == 0);
  return path;
}

}  // namespace

StripeAccount::StripeAccount(const StripeServer& server)
    : server_(server),
      key_file_(secret_file(secrets_, "stripe.key", StripeServer::kKey)),
      webhook_file_(secret_file(secrets_, "stripe.webhook", kWebhookSecret)) {}

std::vector<std::string> StripeAccount::arguments() const {
  std::vector<std::string> all;
  for (const auto& setting :
       {std::string("payment.provider=stripe"),
        std::string("payment.public_url=https://tickets.example"), "stripe.api=" + server_.url(),
        "stripe.key_file=" + key_file_, "stripe.webhook_secrets_file=" + webhook_file_,
        std::string("stripe.timeout_ms=1000"), std::string("stripe.rest_s=1")}) {
    all.insert(all.end(), {"--set", setting});
  }
  return all;
}

void StripeAccount::register_endpoint(const std::string& url) const {
  server_.order("endpoint", {{"url", url + "/v1/webhooks/stripe"}, {"secret", kWebhookSecret}});
}

}  // namespace bilten::test
