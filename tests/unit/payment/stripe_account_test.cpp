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

TEST_CASE("organisations' own accounts come from one private file, a table each", "[payment]") {
  const Files files;
  auto config = files.config("sk_test_canary");
  CHECK(stripe_accounts(config)->empty());
  const auto reason_of = [&](const std::string& text, mode_t mode = 0600) {
    config.accounts_file = files.folder.write("accounts.toml", text);
    REQUIRE(::chmod(config.accounts_file.c_str(), mode) == 0);
    const auto accounts = stripe_accounts(config);
    if (accounts) return std::to_string(accounts->size()) + " accounts";
    CHECK(accounts.error().detail.find("canary") == std::string::npos);
    return accounts.error().reason;
  };
  const std::string first = "[01890a5d-ac96-774b-bcce-b302099a8057]\n",
                    second = "[01890a5d-ac96-774b-bcce-b302099a8058]\n",
                    key = "key = \"sk_live_canary\"\n",
                    secrets = "webhook_secrets = [\"whsec_canary\"]\n";
  CHECK(reason_of(first + key + secrets + second + key + secrets) == "2 accounts");
  CHECK(reason_of(first + key + secrets, 0644) == "secret_refused");
  for (const auto& wrong :
       {first + key, first + secrets, first + key + secrets + "keey = 1\n", key + secrets,
        "[nobody]\n" + key + secrets, first + "key = \"pk_live_canary\"\n" + secrets,
        first + key + secrets + first + key + secrets, first + "key = sk_live_canary\n" + secrets,
        first + key + "webhook_secrets = []\n"}) {
    CHECK(reason_of(wrong) == "configuration");
  }
}

TEST_CASE("an own account differs from the platform's in its key and secrets alone", "[payment]") {
  const Files files;
  const auto platform = stripe_options(files.config("sk_test_canary"), "https://x.example");
  REQUIRE(platform);
  const auto own = own_stripe_options(*platform, {"sk_test_own", {"whsec_own"}});
  CHECK(own.access.key == "sk_test_own");
  CHECK(own.webhook_secrets == std::vector<std::string>{"whsec_own"});
  CHECK(own.access.url == platform->access.url);
  CHECK(own.access.connections == platform->access.connections);
  CHECK(own.return_url == platform->return_url);
}
