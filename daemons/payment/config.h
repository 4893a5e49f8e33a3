// [payment]: how money comes in.
#pragma once

#include <string>

#include "common/wire/field.h"

namespace bilten::payment {

enum class ProviderName : uint8_t { none, sandbox, stripe };
constexpr auto names_of(ProviderName) {
  return std::array<std::string_view, 3>{"none", "sandbox", "stripe"};
}

struct Config {
  ProviderName provider = ProviderName::none;
  bool transfer = true, onsite = true;
  int64_t refunds_per_s = 20;
  std::string public_url = {};
  std::string sandbox_secret = {};
  int64_t sandbox_slow_s = 5, sandbox_late_s = 90;
  int64_t sandbox_lost_answers = 0;
  int64_t reconcile_every_h = 24;
  static constexpr auto fields() {
    return field_list(
        field("provider", &Config::provider)
            .or_default()
            .doc("Who takes cards. sandbox: nobody; whoever presses a button has paid, for trying "
                 "things out, never where tickets are real. stripe: see [stripe]."),
        field("transfer", &Config::transfer)
            .or_default()
            .doc("Orders may be paid by bank transfer; a bank statement or staff says that it "
                 "came."),
        field("onsite", &Config::onsite)
            .or_default()
            .doc("Orders may be paid on site, which staff marks as received."),
        field("refunds_per_s", &Config::refunds_per_s, between(1, 1000))
            .or_default()
            .doc("How many refunds an account's provider is asked for in a second at most: those "
                 "of a "
                 "cancelled event wait in line, payers do not."),
        field("public_url", &Config::public_url, length(0, 200))
            .or_default()
            .doc(
                "Of the gateway, as payers reach it: https://tickets.example. Empty: pages of ours "
                "are told by their path alone."),
        field("sandbox_secret", &Config::sandbox_secret, length(0, 100, Format::secret))
            .or_default()
            .doc("Signs the sandbox's webhooks; empty: one of its own."),
        field("sandbox_slow_s", &Config::sandbox_slow_s, between(1, 3600))
            .or_default()
            .doc("How long the sandbox's bank thinks where a payer approves slowly."),
        field("sandbox_late_s", &Config::sandbox_late_s, between(1, 86'400))
            .or_default()
            .doc("The same where a payer approves too late."),
        field("sandbox_lost_answers", &Config::sandbox_lost_answers, between(0, 100))
            .or_default()
            .doc("Percent of calls that the sandbox does not answer, as by time-outs; half of them "
                 "it has carried out."),
        field("reconcile_every_h", &Config::reconcile_every_h, between(0, 168))
            .or_default()
            .doc(
                "How often the provider's report is compared with the ledger, in hours; 0: when an "
                "operator asks alone."));
  }
};

}  // namespace bilten::payment
