// What a platform needs to be paid by our server of Stripe's API: its keys in files, its settings.
// And a whole platform that is.
#pragma once

#include <string>
#include <vector>

#include "tests/support/platform.h"
#include "tests/support/stripe_server.h"
#include "tests/support/wall_clock.h"

namespace bilten::test {

class StripeAccount {
 public:
  explicit StripeAccount(const StripeServer& server);

  static constexpr const char* kWebhookSecret = "whsec_canary_of_a_story";
  // Arguments of `biltenctl up`.
  std::vector<std::string> arguments() const;
  // Webhooks go to that gateway.
  void register_endpoint(const std::string& url) const;
  // A private file beside its keys, made or written anew; answers its path.
  std::string keep(const std::string& name, const std::string& text) const;

 private:
  const StripeServer& server_;
  Folder secrets_;
  const std::string key_file_, webhook_file_;
};

// Its processes go by a clock that can be turned, where this machine has the means.
struct StripePlatform {
  StripePlatform() { account.register_endpoint(platform.url()); }

  bool can_turn = WallClock::obstacle().empty();
  WallClock clock;
  StripeServer server;
  StripeAccount account{server};
  Platform platform{{.extra = account.arguments(),
                     .environment = can_turn ? clock.environment() : std::vector<std::string>{}}};
};

}  // namespace bilten::test
