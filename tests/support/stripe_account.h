// What a platform needs to be paid by our server of Stripe's API: its keys in files, its settings.
#pragma once

#include <string>
#include <vector>

#include "tests/support/platform.h"
#include "tests/support/stripe_server.h"

namespace bilten::test {

class StripeAccount {
 public:
  explicit StripeAccount(const StripeServer& server);

  static constexpr const char* kWebhookSecret = "whsec_canary_of_a_story";
  // Arguments of `biltenctl up`.
  std::vector<std::string> arguments() const;
  // Webhooks go to that gateway.
  void register_endpoint(const std::string& url) const;

 private:
  const StripeServer& server_;
  Folder secrets_;
  const std::string key_file_, webhook_file_;
};

}  // namespace bilten::test
