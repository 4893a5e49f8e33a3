#include "daemons/payment/sandbox.h"

#include "common/service/paging.h"
#include "daemons/payment/sandbox_page.h"
#include "daemons/payment/sandbox_report.h"
#include "daemons/payment/sandbox_webhook.h"

namespace bilten::payment {

using api::payment::Press;
using api::payment::RefundState;
using api::payment::SandboxBook;
using api::payment::SandboxCancel;
using api::payment::SandboxDelayed;
using api::payment::SandboxEntry;
using api::payment::SandboxEvidence;
using api::payment::SandboxEvidenced;
using api::payment::SandboxHeard;
using api::payment::SandboxHookDone;
using api::payment::SandboxHookPlanned;
using api::payment::SandboxHookTried;
using api::payment::SandboxLookUp;
using api::payment::SandboxMoved;
using api::payment::SandboxOpen;
using api::payment::SandboxOpened;
using api::payment::SandboxPage;
using api::payment::SandboxPress;
using api::payment::SandboxRefund;
using api::payment::SandboxRefunded;
using api::payment::ToldIntent;
using api::payment::ToldRefund;

namespace {

constexpr UnixMillis kHookAgain = 5'000;
constexpr std::string_view kReturnPrefix = "sandbox_return/";

std::string sandbox_return_key(const std::string& reference) {
  return std::string(kReturnPrefix) + reference;
}

Error unknown_intent() {
  return {Code::not_found, "unknown_intent", "The sandbox has no such payment."};
}

ToldIntent told(const std::string& reference, const SandboxIntentRow& intent) {
  const bool is_captured = intent.state == IntentState::captured;
  return {reference, intent.state, is_captured ? intent.captured : intent.amount,
          "/v1/sandbox/pay/" + reference};
}

bool is_decided(const SandboxIntentRow& intent) {
  return intent.state != IntentState::pending && intent.state != IntentState::requires_action;
}

// What one decision does to an intent, and what is told of it.
class Moving {
 public:
  Moving(const Context& context, std::string reference, SandboxIntentRow& intent, Effects& effects)
      : context_(context), reference_(std::move(reference)), intent_(intent), effects_(effects) {}

  void move(IntentState state, const Money& amount, bool refund_fails = false) {
    effects_.record(SandboxMoved{reference_, state, amount, refund_fails, {context_.now}});
    intent_.state = state;
    intent_.captured = amount;
  }
  Id tell(std::string_view type, UnixMillis delay = 0, const std::optional<Id>& again = {}) {
    SandboxHookPlanned fact;
    fact.hook_id = context_.fresh_id();
    fact.event_id = again ? *again : fact.hook_id;
    fact.payment_id = intent_.payment_id;
    fact.type = type;
    fact.reference = reference_;
    fact.amount = intent_.state == IntentState::captured ? intent_.captured : intent_.amount;
    fact.at = {context_.now};
    fact.due_at = {context_.now + delay};
    effects_.record(fact);
    return fact.event_id;
  }
  Id capture(bool refund_fails = false) {
    move(IntentState::captured, intent_.amount, refund_fails);
    return tell(kIntentCaptured);
  }
  void delay(UnixMillis by) {
    effects_.record(SandboxDelayed{reference_, {context_.now + by}});
    intent_.is_delayed = true;
  }

 private:
  const Context& context_;
  const std::string reference_;
  SandboxIntentRow& intent_;
  Effects& effects_;
};

void dispute(Moving& moving, bool won, const Config& config) {
  moving.capture();
  moving.tell(kDisputeOpened, 1000);
  moving.tell(won ? kDisputeWon : kDisputeLost, UnixMillis{config.sandbox_slow_s} * 1000);
}

void press(Moving& moving, const SandboxIntentRow& intent, Press button, const Config& config) {
  switch (button) {
    case Press::approve: moving.capture(); return;
    case Press::decline:
      moving.move(IntentState::failed, intent.amount);
      moving.tell(kIntentFailed);
      return;
    case Press::challenge:
      moving.move(IntentState::requires_action, intent.amount);
      moving.tell(kIntentAction);
      return;
    case Press::abandon: return;
    case Press::slow: moving.delay(UnixMillis{config.sandbox_slow_s} * 1000); return;
    case Press::late: moving.delay(UnixMillis{config.sandbox_late_s} * 1000); return;
    case Press::twice: {
      const auto event_id = moving.capture();
      moving.tell(kIntentCaptured, 0, event_id);
      return;
    }
    case Press::out_of_order:
      moving.capture();
      moving.tell(kIntentAction, 500);
      return;
    case Press::wrong_amount:
      moving.move(IntentState::captured, {intent.amount.amount - 1, intent.amount.currency});
      moving.tell(kIntentCaptured);
      return;
    case Press::refund_fails: moving.capture(true); return;
    case Press::dispute_won: dispute(moving, true, config); return;
    case Press::dispute_lost: dispute(moving, false, config); return;
  }
}

void change_intent(Rows& rows, const std::string& reference,
                   const std::function<void(SandboxIntentRow&)>& change) {
  auto intent = rows.find<SandboxIntentRow>(reference);
  CHECK_INVARIANT(intent);
  change(*intent);
  rows.save(reference, *intent);
}

SandboxEntry entry_of(std::string_view reference, const SandboxIntentRow& intent) {
  const bool is_captured = intent.state == IntentState::captured;
  SandboxEntry entry{.reference = std::string(reference), .payment_id = intent.payment_id};
  entry.state = intent.state;
  entry.amount = intent.amount;
  entry.captured = {is_captured ? intent.captured.amount : 0, intent.amount.currency};
  entry.refunded = {intent.refunded, intent.amount.currency};
  entry.created_at = intent.created_at;
  entry.has_evidence = intent.has_evidence;
  return entry;
}

}  // namespace

Decided<ToldIntent> decide_sandbox_open(const Rows& rows, const Context& context,
                                        const SandboxOpen& message, const Config& config) {
  if (config.provider != ProviderName::sandbox) {
    return Error{Code::conflict, "sandbox_off", "The settings name another provider."};
  }
  Decision<ToldIntent> decision;
  auto intent = rows.find<SandboxIntentRow>(message.reference);
  if (!intent) {
    decision.record(SandboxOpened{
        message.reference, message.order_code, message.payment_id, message.amount, {context.now}});
    if (!message.return_url.empty()) {
      decision.keep(sandbox_return_key(message.reference), message.return_url);
    }
    intent = SandboxIntentRow{.payment_id = message.payment_id};
    intent->amount = message.amount;
  }
  decision.answer = told(message.reference, *intent);
  return decision;
}

Decided<ToldIntent> decide_sandbox_look_up(const Rows& rows, const Context&,
                                           const SandboxLookUp& message) {
  const auto intent = rows.find<SandboxIntentRow>(message.reference);
  if (!intent) return unknown_intent();
  Decision<ToldIntent> decision;
  decision.answer = told(message.reference, *intent);
  return decision;
}

Decided<ToldIntent> decide_sandbox_cancel(const Rows& rows, const Context& context,
                                          const SandboxCancel& message) {
  auto intent = rows.find<SandboxIntentRow>(message.reference);
  if (!intent) return unknown_intent();
  Decision<ToldIntent> decision;
  if (!is_decided(*intent) && !intent->is_delayed) {
    Moving(context, message.reference, *intent, decision)
        .move(IntentState::canceled, intent->amount);
  }
  decision.answer = told(message.reference, *intent);
  return decision;
}

Decided<ToldRefund> decide_sandbox_refund(const Rows& rows, const Context& context,
                                          const SandboxRefund& message) {
  const auto intent = rows.find<SandboxIntentRow>(message.reference);
  if (!intent) return unknown_intent();
  Decision<ToldRefund> decision;
  bool succeeded = !intent->refund_fails;
  if (const auto known = rows.find<SandboxRefundRow>(message.key)) {
    succeeded = known->succeeded;
  } else {
    const bool fits = intent->state == IntentState::captured &&
                      message.amount.currency == intent->captured.currency &&
                      message.amount.amount <= intent->captured.amount - intent->refunded;
    if (!fits) {
      return Error{Code::conflict, "nothing_to_refund", "More than there is, or other money."};
    }
    decision.record(
        SandboxRefunded{message.reference, message.key, message.amount, succeeded, {context.now}});
  }
  decision.answer.reference = sandbox_refund_reference(message.key);
  decision.answer.state = succeeded ? RefundState::succeeded : RefundState::failed;
  if (!succeeded) decision.answer.failure = "account_closed";
  return decision;
}

Decided<Nothing> decide_sandbox_evidence(const Rows& rows, const Context& context,
                                         const SandboxEvidence& message) {
  const auto intent = rows.find<SandboxIntentRow>(message.reference);
  if (!intent) return unknown_intent();
  Decision<Nothing> decision;
  if (!intent->has_evidence) {
    decision.record(SandboxEvidenced{message.reference, {context.now}});
  }
  return decision;
}

Decided<Nothing> decide_sandbox_heard(const Rows& rows, const Context&,
                                      const SandboxHeard& message) {
  Decision<Nothing> decision;
  if (rows.has(SandboxHookRow::table, message.hook_id.view())) {
    decision.record(SandboxHookDone{message.hook_id});
  }
  return decision;
}

Decided<Content> decide_press(const Rows& rows, const Context& context, const SandboxPress& message,
                              const Config& config) {
  auto intent = rows.find<SandboxIntentRow>(message.reference);
  if (!intent) return unknown_intent();
  Decision<Content> decision;
  bool has_left = message.press == Press::abandon;
  if (!is_decided(*intent) && !intent->is_delayed) {
    Moving moving(context, message.reference, *intent, decision);
    press(moving, *intent, message.press, config);
  } else {
    has_left = false;
  }
  decision.answer = page_of(message.reference, *intent,
                            context.vault.get(sandbox_return_key(message.reference)), has_left);
  return decision;
}

Result<Content> sandbox_page(const Reader& reader, const SandboxPage& message) {
  const auto intent = reader.rows.find<SandboxIntentRow>(message.reference);
  if (!intent) return unknown_intent();
  return page_of(message.reference, *intent,
                 reader.vault.get(sandbox_return_key(message.reference)), false);
}

Result<api::ListOf<SandboxEntry>> sandbox_book(const Reader& reader, const SandboxBook& message) {
  const auto after = key_after(message.cursor, {});
  if (!after) return after.error();
  const auto limit = static_cast<size_t>(message.limit);
  api::ListOf<SandboxEntry> list;
  reader.rows.scan<SandboxIntentRow>({}, *after, limit + 1,
                                     [&](std::string_view key, const SandboxIntentRow& row) {
                                       if (list.items.size() == limit) {
                                         list.next_cursor = cursor_at(list.items.back().reference);
                                         return false;
                                       }
                                       list.items.push_back(entry_of(key, row));
                                       return true;
                                     });
  return list;
}

Effects decide_sandbox_bank(const Rows& rows, const Context& context, std::string_view key) {
  auto intent = rows.find<SandboxIntentRow>(key);
  CHECK_INVARIANT(intent && intent->is_delayed);
  Effects effects;
  Moving(context, std::string(key), *intent, effects).capture();
  return effects;
}

Effects decide_sandbox_hook(const Rows&, const Context& context, std::string_view key) {
  const auto hook_id = Id::from_bytes(key);
  CHECK_INVARIANT(hook_id);
  Effects effects;
  effects.record(SandboxHookTried{*hook_id, {context.now + kHookAgain}});
  effects.send(kSandboxHookSender, key);
  return effects;
}

std::function<std::optional<SandboxHeard>(const Ask&)> plan_sandbox_hook(
    const std::string& signing_secret, const Reader& reader, std::string_view key) {
  const auto hook = reader.rows.find<SandboxHookRow>(key);
  if (!hook) return {};
  const auto hook_id = *Id::from_bytes(key);
  const auto webhook = signed_webhook(*hook, signing_secret, reader.now);
  return [hook_id, webhook](const Ask& ask) -> std::optional<SandboxHeard> {
    if (!ask(api::payment::TakeWebhook::name, encode(webhook))) return std::nullopt;
    return SandboxHeard{hook_id};
  };
}

void apply(Rows& rows, const SandboxOpened& fact) {
  SandboxIntentRow intent{.payment_id = fact.payment_id, .order_code = fact.order_code};
  intent.amount = fact.amount;
  intent.captured = {0, fact.amount.currency};
  intent.created_at = fact.at;
  rows.save(fact.reference, intent);
}

void apply(Rows& rows, const SandboxMoved& fact) {
  note_line(rows, fact);
  change_intent(rows, fact.reference, [&](SandboxIntentRow& intent) {
    CHECK_INVARIANT(!is_decided(intent));
    intent.state = fact.state;
    intent.captured = fact.amount;
    intent.refund_fails = fact.refund_fails;
    if (intent.is_delayed) rows.clear_timer(kSandboxBankTimer, fact.reference);
    intent.is_delayed = false;
  });
}

void apply(Rows& rows, const SandboxDelayed& fact) {
  change_intent(rows, fact.reference, [](SandboxIntentRow& intent) { intent.is_delayed = true; });
  rows.set_timer(kSandboxBankTimer, fact.reference, fact.captured_at.ms);
}

void apply(Rows& rows, const SandboxRefunded& fact) {
  note_line(rows, fact);
  rows.save(fact.key, SandboxRefundRow{fact.succeeded});
  change_intent(rows, fact.reference, [&](SandboxIntentRow& intent) {
    intent.refund_fails = false;
    if (!fact.succeeded) return;
    intent.refunded += fact.amount.amount;
    CHECK_INVARIANT(intent.refunded <= intent.captured.amount);
  });
}

void apply(Rows& rows, const SandboxEvidenced& fact) {
  change_intent(rows, fact.reference, [](SandboxIntentRow& intent) { intent.has_evidence = true; });
}

void apply(Rows& rows, const SandboxHookPlanned& fact) {
  note_line(rows, fact);
  SandboxHookRow hook{.event_id = fact.event_id, .payment_id = fact.payment_id};
  hook.type = fact.type;
  hook.reference = fact.reference;
  hook.amount = fact.amount;
  hook.at = fact.at;
  rows.save(fact.hook_id.view(), hook);
  rows.set_timer(kSandboxHookTimer, fact.hook_id.view(), fact.due_at.ms);
}

void apply(Rows& rows, const SandboxHookTried& fact) {
  rows.set_timer(kSandboxHookTimer, fact.hook_id.view(), fact.next_at.ms);
}

void apply(Rows& rows, const SandboxHookDone& fact) {
  rows.erase<SandboxHookRow>(fact.hook_id.view());
  rows.clear_timer(kSandboxHookTimer, fact.hook_id.view());
}

}  // namespace bilten::payment
