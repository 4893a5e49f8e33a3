// The contract of webhooks: what providers tell by themselves.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api::payment {

inline constexpr size_t kWebhookBytesMax = 256 * 1024;

// The body of a webhook comes as it is, of whatever type, for that is what was signed
// (docs/protocol.md, section 12); a provider repeats it until it is answered with 200.
struct TakeWebhook {
  static constexpr std::string_view name = "payment.webhook";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/webhooks/{provider}"},
      .refusals = {"unknown_provider", "bad_signature", "webhook_too_old", "malformed_webhook",
                   "wrong_mode", "too_early"},
      .critical = true,
      .doc = "Something happened at a provider. Told twice it has one effect."};
  using Answer = Nothing;
  std::string provider;
  Bytes raw_body;
  std::optional<std::string> header_bilten_signature = {}, header_stripe_signature = {};
  static constexpr auto fields() {
    using Self = TakeWebhook;
    return field_list(field("provider", &Self::provider, length(1, 32, Format::word)),
                      field("raw_body", &Self::raw_body, between(1, kWebhookBytesMax)),
                      field("header_bilten_signature", &Self::header_bilten_signature,
                            length(1, 4096, Format::line)),
                      field("header_stripe_signature", &Self::header_stripe_signature,
                            length(1, 4096, Format::line)));
  }
};

// Of an organisation's own account: the path says whose secret must have signed it.
struct TakeOwnWebhook : TakeWebhook {
  static constexpr std::string_view name = "payment.own_webhook";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/webhooks/{provider}/{organization_id}"},
      .refusals = {"unknown_provider", "bad_signature", "webhook_too_old", "malformed_webhook",
                   "wrong_mode", "too_early"},
      .critical = true,
      .doc = "The same at an account that the organisation has of its own."};
  Id organization_id;
  static constexpr auto fields() {
    return join_fields(TakeWebhook::fields(),
                       field_list(field("organization_id", &TakeOwnWebhook::organization_id)));
  }
};

}  // namespace bilten::api::payment
