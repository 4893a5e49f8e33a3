// The port to whoever moves the money: one implementation a provider (provider_*.cpp), and nobody
// else knows what a provider's interface looks like. Calls block, run on the senders' threads,
// after the commit of what they carry out, and may be repeated under the same idempotency key:
// after a crash, after a time-out. Reading a webhook is pure and runs in the writer's batch.
//
// How a call ends, by the error's code:
//   unavailable, no_capacity   perhaps it happened: asked again later with the same key, not before
//                              retry_after_ms where that is set (429 and the like)
//   anything else              refused for good; `detail` is for staff and holds nothing personal
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/api/payment_terms.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/money.h"
#include "common/base/result.h"

namespace bilten::payment {

// What is to be paid.
struct Intent {
  Id payment_id, order_id, organization_id;
  Money amount;
  std::string order_code;  // For people: what the payer sees as the purpose.
  std::string return_url;  // Where the payer's browser goes afterwards; empty: nowhere.
  std::string key;         // Idempotency key, 1 to 64 printable characters.
};

using api::payment::IntentState;
using api::payment::RefundState;

// An intent as the provider knows it.
struct IntentView {
  std::string reference;  // The provider's id, 1 to 255 characters.
  IntentState state = IntentState::pending;
  Money amount;  // To be paid; captured: what came.
  std::optional<std::string> redirect_url =
      {};  // Where the payer goes; while there is anything to do.
  // The money's own id once it moved, where the provider has another for it: disputes and refunds
  // made by hand name that one, and refund() takes either.
  std::string money_reference = {};
};

struct RefundOrder {
  std::string reference;  // The intent's.
  Id payment_id, refund_id;
  Money amount;
  std::string key;
};

struct RefundView {
  std::string reference;  // The refund's own id at the provider.
  RefundState state = RefundState::pending;
  Money amount;
  std::string failure = {};  // The provider's word for why it failed.
};

// A webhook as it came. `signature` is the header that the provider signs in, whatever its name.
struct RawWebhook {
  std::string_view body, signature;
};

// What a webhook says, once it is known to be genuine.
struct WebhookEvent {
  enum class Kind : uint8_t {
    intent,          // `intent` is its new state.
    refund,          // `refund`; also one that was made by hand at the provider.
    dispute_opened,  // `amount` is what is disputed.
    dispute_closed,  // `won`: the money stays.
    other,           // Genuine, and nothing to us.
  };
  std::string id;    // Of the event, 1 to 255 characters: the same in each repeat.
  std::string type;  // The provider's word, for counting.
  Kind kind = Kind::other;
  std::string reference;              // The intent it is about; empty for other.
  std::optional<Id> payment_id = {};  // Where the provider hands our metadata back.
  std::optional<Id> refund_id = {};   // Of a refund that we asked for, the same way.
  std::string sub_reference = {};     // The refund's or the dispute's own id; of an intent, its
                                      // money_reference.
  IntentState intent = IntentState::pending;
  RefundState refund = RefundState::pending;
  bool won = false;
  Money amount = {};
  std::optional<UnixMillis> due_at = {};  // Of a dispute: evidence is heard until then.
  UnixMillis at = 0;                      // When it happened, as the provider says.
};

class ProviderDisputes;
class ProviderReports;

class Provider {
 public:
  virtual ~Provider() = default;
  virtual std::string_view name() const = 0;  // "sandbox", as in /v1/webhooks/sandbox.

  // Asked twice with one key they are the same intent.
  virtual Result<IntentView> open(const Intent& intent) = 0;
  virtual Result<IntentView> look_up(const std::string& reference) = 0;
  // Takes what is authorized.
  virtual Result<IntentView> capture(const std::string& reference, const std::string& key) = 0;
  // Ends an intent that nobody shall pay any more; one that is captured stays so, and says so.
  virtual Result<IntentView> cancel(const std::string& reference, const std::string& key) = 0;
  virtual Result<RefundView> refund(const RefundOrder& order) = 0;

  // Checks the signature and reads the event. Refusals, each counted by its reason:
  // bad_signature (unauthenticated), webhook_too_old (unauthenticated), malformed_webhook
  // (invalid).
  virtual Result<WebhookEvent> read_webhook(const RawWebhook& webhook, UnixMillis now) const = 0;

  // Its own book of our money (provider_reports.h); null: it shows none.
  virtual ProviderReports* reports() { return nullptr; }
  // Its second port, for disputes; null: it hears no evidence.
  virtual ProviderDisputes* disputes() { return nullptr; }
};

}  // namespace bilten::payment
