// The provider's webhooks: how they are written, told and read.
#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "common/wire/codec.h"
#include "tests/sim/provider.h"

namespace bilten::sim {

using payment::IntentState;
using payment::RefundState;
using payment::WebhookEvent;

namespace {

constexpr uint32_t kLostPerMille = 200, kTwicePerMille = 200, kHoursPerMille = 100;
constexpr uint32_t kSecondsPerMille = 100, kTwoEventsPerMille = 100;
const std::string kSecret(32, 'w');

}  // namespace

std::string LyingProvider::sign(std::string_view body) const {
  return hex(crypto::keyed_hash(kSecret, "sim webhook of " + account_, body));
}

// As it stands in a body. The words of WebhookEvent, as numbers.
struct LyingProvider::Event {
  std::string id, type, reference, sub_reference;
  std::optional<Id> payment_id = {}, refund_id = {};
  Money amount = {};
  int64_t kind = 0, intent = 0, refund = 0;
  bool won = false;
  static constexpr auto fields() {
    constexpr auto number = between(0, 10);
    return join_fields(
        field_list(field("id", &Event::id, length(1, 100)),
                   field("type", &Event::type, length(1, 100)),
                   field("reference", &Event::reference, length(1, 100)),
                   field("sub_reference", &Event::sub_reference, length(0, 100)),
                   field("payment_id", &Event::payment_id), field("refund_id", &Event::refund_id)),
        field_list(field("amount", &Event::amount, between(0, kMoneyMax)),
                   field("kind", &Event::kind, number), field("intent", &Event::intent, number),
                   field("refund", &Event::refund, number), field("won", &Event::won)));
  }
};

LyingProvider::Event LyingProvider::event_of(const std::string& reference, std::string type) const {
  const auto& intent = book_.at(reference);
  Event event{.id = {}, .type = std::move(type), .reference = reference, .sub_reference = {}};
  event.payment_id = intent.payment_id;
  event.intent = static_cast<int64_t>(intent.state);
  event.amount = intent.state == IntentState::captured ? intent.captured : intent.amount;
  return event;
}

// Refunds by hand and disputes may name the money alone, which we hear of with the capture.
void LyingProvider::name_money(Event& event) {
  if (happens(500)) return;
  event.reference = book_[event.reference].money_reference;
  event.payment_id.reset();
}

void LyingProvider::tell_intent(const std::string& reference, std::string type) {
  auto event = event_of(reference, std::move(type));
  event.sub_reference = book_[reference].money_reference;
  tell(event, true);  // We look it up ourselves.
}

void LyingProvider::tell_refund(const std::string& reference, const Refund& refund) {
  auto event = event_of(reference, "refund.moved");
  event.kind = static_cast<int64_t>(WebhookEvent::Kind::refund);
  event.refund = static_cast<int64_t>(refund.view.state);
  event.sub_reference = refund.view.reference;
  event.amount = refund.view.amount;
  const bool is_ours = !refund.refund_id.is_nil();
  if (is_ours) {
    event.refund_id = refund.refund_id;
  } else {
    name_money(event);
  }
  tell(event, is_ours && !refund.is_over);  // We ask for it again ourselves.
}

void LyingProvider::tell_dispute(const std::string& reference, const Money& amount, bool is_closed,
                                 bool won) {
  auto event = event_of(reference, "dispute.moved");
  const auto kind =
      is_closed ? WebhookEvent::Kind::dispute_closed : WebhookEvent::Kind::dispute_opened;
  event.kind = static_cast<int64_t>(kind);
  event.sub_reference = "di-" + reference;
  event.amount = amount;
  event.won = won;
  name_money(event);
  tell(event, false);
}

// Now and then two events say the same.
void LyingProvider::tell(const Event& event, bool may_be_lost) {
  tell_once(event, may_be_lost);
  if (happens(kTwoEventsPerMille)) tell_once(event, may_be_lost);
}

void LyingProvider::tell_once(Event event, bool may_be_lost) {
  event.id = "ev-" + std::to_string(++events_);
  const auto body = encode(event);
  if (may_be_lost && happens(kLostPerMille)) {
    ++world_.coverage.hooks_lost;
    return;
  }
  for (int copies = happens(kTwicePerMille) ? 2 : 1; copies > 0; --copies) {
    const auto bring = [this, body] { on_hook({body, sign(body)}); };
    if (happens(kHoursPerMille)) {
      hours_later(bring);
    } else {
      after(happens(kSecondsPerMille) ? 5 * kSecond : 100 * kMillisecond, bring);
    }
  }
}

void LyingProvider::repeat(Hook hook) {
  soon_or_late(kSecond, [this, hook = std::move(hook)] { on_hook(hook); });
}

// That money came which did not, or else went.
LyingProvider::Event LyingProvider::invented(const LyingProvider& about, uint32_t which) {
  const auto& book = about.book_;
  const auto at = std::next(book.begin(), static_cast<std::ptrdiff_t>(which % book.size()));
  auto event = about.event_of(at->first, "intent.moved");
  event.id = "ev-forged-" + std::to_string(++events_);
  if (at->second.state == IntentState::captured) {
    event.kind = static_cast<int64_t>(WebhookEvent::Kind::refund);
    event.refund = static_cast<int64_t>(RefundState::succeeded);
    event.sub_reference = event.id;
  }
  event.intent = static_cast<int64_t>(IntentState::captured);
  return event;
}

std::optional<Hook> LyingProvider::forge(uint32_t which) {
  if (book_.empty()) return std::nullopt;
  const auto body = encode(invented(*this, which));
  return Hook{body, sign(body + " ")};
}

std::optional<Hook> LyingProvider::forge_about(const LyingProvider& other, uint32_t which) {
  if (other.book_.empty()) return std::nullopt;
  auto event = invented(other, which);
  event.reference = "in-another";  // Not one of the same name here.
  const auto body = encode(event);
  return Hook{body, sign(body)};
}

Result<WebhookEvent> LyingProvider::read_webhook(const payment::RawWebhook& webhook,
                                                 UnixMillis now) const {
  if (webhook.signature != sign(webhook.body)) {
    return Error{Code::unauthenticated, "bad_signature", "Not signed by the provider."};
  }
  const auto read = decode<Event>(webhook.body);
  if (!read) return Error{Code::invalid, "malformed_webhook", read.error().detail};
  WebhookEvent event;
  event.id = read->id;
  event.type = read->type;
  event.kind = static_cast<WebhookEvent::Kind>(read->kind);
  event.reference = read->reference;
  event.payment_id = read->payment_id;
  event.refund_id = read->refund_id;
  event.sub_reference = read->sub_reference;
  event.intent = static_cast<IntentState>(read->intent);
  event.refund = static_cast<RefundState>(read->refund);
  event.won = read->won;
  event.amount = read->amount;
  event.at = now;  // Clocks of a run jump: it is never too old to be told again.
  return event;
}

}  // namespace bilten::sim
