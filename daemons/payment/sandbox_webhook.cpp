#include "daemons/payment/sandbox_webhook.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/payment/json.h"
#include "daemons/payment/stripe_signature.h"

namespace bilten::payment {
namespace {

using api::payment::kWebhookBytesMax;
using Kind = WebhookEvent::Kind;

// What stands in one.
struct Written {
  std::string id, type, reference, payment_id, currency;
  int64_t created = 0, amount = 0;
  static constexpr auto fields() {
    constexpr size_t most = api::payment::kReferenceMax;
    return field_list(field("id", &Written::id, length(1, most)),
                      field("type", &Written::type, length(1, 64)),
                      field("reference", &Written::reference, length(1, most)),
                      field("payment_id", &Written::payment_id, length(36, 36)),
                      field("currency", &Written::currency, length(3, 3)),
                      field("created", &Written::created, between(0, INT64_MAX / 1000)),
                      field("amount", &Written::amount, between(0, kMoneyMax)));
  }
};

Error bad_webhook(std::string why) {
  return {Code::invalid, "malformed_webhook", std::move(why)};
}

void judge(WebhookEvent& event) {
  event.kind = Kind::intent;
  if (event.type == kIntentCaptured) {
    event.intent = IntentState::captured;
  } else if (event.type == kIntentFailed) {
    event.intent = IntentState::failed;
  } else if (event.type == kIntentAction) {
    event.intent = IntentState::requires_action;
  } else if (event.type == kDisputeOpened) {
    event.kind = Kind::dispute_opened;
  } else if (event.type == kDisputeWon || event.type == kDisputeLost) {
    event.kind = Kind::dispute_closed;
    event.won = event.type == kDisputeWon;
  } else {
    event.kind = Kind::other;
  }
  if (event.kind == Kind::dispute_opened || event.kind == Kind::dispute_closed) {
    event.sub_reference = sandbox_dispute_reference(event.reference);
  }
}

}  // namespace

api::payment::TakeWebhook signed_webhook(const SandboxHookRow& hook, const std::string& secret,
                                         UnixMillis now) {
  // Nothing in it needs escaping: ids, words and numbers of our own.
  const auto body = R"({"id":"evt_)" + hook.event_id.text() + R"(","type":")" + hook.type +
                    R"(","created":)" + std::to_string(hook.at.ms / 1000) + R"(,"reference":")" +
                    hook.reference + R"(","payment_id":")" + hook.payment_id.text() +
                    R"(","amount":)" + std::to_string(hook.amount.amount) + R"(,"currency":")" +
                    hook.amount.currency + R"("})";
  const auto seconds = std::to_string(now / 1000);
  const auto mac = crypto::hmac_sha256(secret, seconds + "." + body);
  api::payment::TakeWebhook webhook;
  webhook.provider = "sandbox";
  webhook.raw_body.data = body;
  webhook.header_bilten_signature = "t=" + seconds + ",v1=" + hex(mac);
  return webhook;
}

Result<WebhookEvent> read_sandbox_webhook(const RawWebhook& webhook, const std::string& secret,
                                          UnixMillis now) {
  const auto genuine = stripe::check_signature(webhook.signature, webhook.body, {secret}, now);
  if (!genuine) return genuine.error();
  const auto packed = pack_json(webhook.body, kWebhookBytesMax);
  if (!packed) return bad_webhook(packed.error().detail);
  const auto written = decode<Written>(*packed);
  if (!written) {
    const auto& faults = written.error().fields;
    return bad_webhook(faults.empty() ? written.error().detail
                                      : faults[0].pointer + " " + faults[0].message);
  }
  const auto payment_id = Id::parse(written->payment_id);
  if (!payment_id) return bad_webhook("/payment_id must be an id");
  if (!currency_decimals(written->currency)) return bad_webhook("/currency must be a currency");
  WebhookEvent event;
  event.id = written->id;
  event.type = written->type;
  event.reference = written->reference;
  event.payment_id = payment_id;
  event.amount = {written->amount, written->currency};
  event.at = written->created * 1000;
  judge(event);
  return event;
}

}  // namespace bilten::payment
