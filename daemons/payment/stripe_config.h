// [stripe]: the platform's account at Stripe, those of organisations, and how they are reached.
#pragma once

#include <string>
#include <vector>

#include "common/wire/field.h"

namespace bilten::payment {

struct StripeConfig {
  std::string key_file = {}, webhook_secrets_file = {}, accounts_file = {};
  std::string api = "https://api.stripe.com";
  std::string ca_file = {};
  int64_t connect_timeout_ms = 3'000, timeout_ms = 10'000;
  std::vector<std::string> methods = {"card"};
  int64_t failures_to_rest = 5, rest_s = 5;
  static constexpr auto fields() {
    return field_list(
        field("key_file", &StripeConfig::key_file, length(0, 4000))
            .doc("File of mode 0600 with the secret key of the API, where systemd gives no "
                 "credential stripe.key."),
        field("webhook_secrets_file", &StripeConfig::webhook_secrets_file, length(0, 4000))
            .doc("File of mode 0600 with the signing secrets of the webhook's endpoint, one a line "
                 "(two while one is rolled), where systemd gives no credential stripe.webhook."),
        field("accounts_file", &StripeConfig::accounts_file, length(0, 4000))
            .doc("File of mode 0600 with the accounts that organisations have of their own "
                 "(docs/stripe.md), where systemd gives no credential stripe.accounts; neither: "
                 "none has."),
        field("api", &StripeConfig::api, length(8, 200, Format::url))
            .doc("Where the API is: the only host that is asked. https, but on this machine."),
        field("ca_file", &StripeConfig::ca_file, length(0, 4000))
            .doc("PEM of the authorities that vouch for it; empty: the system's."),
        field("connect_timeout_ms", &StripeConfig::connect_timeout_ms, between(100, 60'000))
            .doc("Until TCP and TLS stand."),
        field("timeout_ms", &StripeConfig::timeout_ms, between(100, 120'000))
            .doc("Until the answer is whole."),
        field("methods", &StripeConfig::methods, items(0, 20, length(1, 50, Format::word)))
            .doc("Ways to pay, in Stripe's words; none: what the account's dashboard says. Those "
                 "that take days end after the hold has."),
        field("failures_to_rest", &StripeConfig::failures_to_rest, between(1, 1000))
            .doc("Failures in a row after which nothing is asked for a while ..."),
        field("rest_s", &StripeConfig::rest_s, between(1, 300))
            .doc("... that long at first, twice as long after each failed trial."));
  }
};

}  // namespace bilten::payment
