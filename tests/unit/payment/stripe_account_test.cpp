// Which settings make a Stripe account, and what is said of those that do not.
#include "daemons/payment/stripe_account.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::payment;

namespace {

struct Files {
  StripeConfig config(const std::string& key, const std::string& webhook = "whsec_canary\n",
                      mode_t mode = 0600) const {
    StripeConfig made;
    made.key_file = folder.write("key", key);
    made.webhook_secrets_file = folder.write("webhook", webhook);
    REQUIRE(::chmod(made.key_file.c_str(), mode) == 0);
    REQUIRE(::chmod(made.webhook_secrets_file.c_str(), mode) == 0);
    return made;
  }
  bilten::test::Folder folder;
};

std::string reason(const StripeConfig& config) {
  const auto options = stripe_options(config, "https://tickets.example");
  if (options) return "made";
  CHECK(options.error().detail.find("canary") == std::string::npos);
  return options.error().reason;
}

}  // namespace

TEST_CASE("keys in private files make an account, two webhook secrets while one is rolled",
          "[payment]") {
  const Files files;
  const auto options = stripe_options(files.config("sk_test_canary\n", "whsec_new\nwhsec_old\n"),
                                      "https://x.example");
  REQUIRE(options);
  CHECK(options->access.key == "sk_test_canary");
  CHECK(options->webhook_secrets == std::vector<std::string>{"whsec_new", "whsec_old"});
  CHECK(options->return_url == "https://x.example");
  CHECK(reason(files.config("rk_live_canary")) == "made");
}

TEST_CASE("keys that others can read, or that are no secret keys, make no account", "[payment]") {
  const Files files;
  CHECK(reason({}) == "secret_missing");
  CHECK(reason(files.config("sk_test_canary", "whsec_canary", 0644)) == "secret_refused");
  CHECK(reason(files.config("pk_live_canary")) == "stripe_key_refused");
  CHECK(reason(files.config("sk_test_canary\nsk_live_canary")) == "stripe_key_refused");
  CHECK(reason(files.config("")) == "secret_refused");
}

TEST_CASE("payers must have somewhere to go afterwards", "[payment]") {
  const Files files;
  CHECK(stripe_options(files.config("sk_test_canary"), "").error().reason == "public_url_missing");
}

TEST_CASE("real keys go over TLS only", "[payment]") {
  const Files files;
  const auto reason_at = [&](const std::string& api) {
    auto config = files.config("sk_test_canary");
    config.api = api;
    return reason(config);
  };
  CHECK(reason_at("https://stripe.example") == "made");
  CHECK(reason_at("http://127.0.0.1:4242") == "made");
  CHECK(reason_at("http://api.stripe.com") == "stripe_api_refused");
  CHECK(reason_at("http://127.0.0.1.example") == "stripe_api_refused");
  for (const std::string api :
       {"http://127.0.0.1@evil.example", "http://127.0.0.1:1@evil.example",
        "https://a@evil.example", "https://api.stripe.com/v1", "https://"}) {
    CHECK(reason_at(api) == "stripe_api_refused");
  }
}
