// The sandbox: a provider of our own whose payers press buttons. It stands behind the same port as
// a real one, keeps a book of its own and tells by signed webhooks; payments know no more of it
// than of any other. Where the settings do not name it, it opens no intent.
#pragma once

#include "common/api/payment_sandbox.h"
#include "common/api/payment_sandbox_facts.h"
#include "common/api/payment_webhooks.h"
#include "common/service/handlers.h"
#include "daemons/payment/config.h"
#include "daemons/payment/sandbox_rows.h"

namespace bilten::payment {

inline constexpr std::string_view kSandbox = "sandbox";
inline constexpr std::string_view kSandboxBankTimer = "payment.sandbox_bank";
inline constexpr std::string_view kSandboxHookTimer = "payment.sandbox_hook";
inline constexpr std::string_view kSandboxHookSender = "payment.sandbox_hook";

// sandbox_off
Decided<api::payment::ToldIntent> decide_sandbox_open(const Rows& rows, const Context& context,
                                                      const api::payment::SandboxOpen& message,
                                                      const Config& config);
// unknown_intent
Decided<api::payment::ToldIntent> decide_sandbox_look_up(
    const Rows& rows, const Context& context, const api::payment::SandboxLookUp& message);
// unknown_intent; one that is decided, or that the bank thinks about, stays as it is.
Decided<api::payment::ToldIntent> decide_sandbox_cancel(const Rows& rows, const Context& context,
                                                        const api::payment::SandboxCancel& message);
// unknown_intent, nothing_to_refund
Decided<api::payment::ToldRefund> decide_sandbox_refund(const Rows& rows, const Context& context,
                                                        const api::payment::SandboxRefund& message);
// unknown_intent; what came before is enough.
Decided<Nothing> decide_sandbox_evidence(const Rows& rows, const Context& context,
                                         const api::payment::SandboxEvidence& message);
Decided<Nothing> decide_sandbox_heard(const Rows& rows, const Context& context,
                                      const api::payment::SandboxHeard& message);

// unknown_intent
Decided<Content> decide_press(const Rows& rows, const Context& context,
                              const api::payment::SandboxPress& message, const Config& config);
Result<Content> sandbox_page(const Reader& reader, const api::payment::SandboxPage& message);
Result<api::ListOf<api::payment::SandboxEntry>> sandbox_book(
    const Reader& reader, const api::payment::SandboxBook& message);

// The timers: the bank says yes; a webhook is due.
Effects decide_sandbox_bank(const Rows& rows, const Context& context, std::string_view key);
Effects decide_sandbox_hook(const Rows& rows, const Context& context, std::string_view key);

// The sender of webhooks.
std::function<std::optional<api::payment::SandboxHeard>(const Ask&)> plan_sandbox_hook(
    const std::string& signing_secret, const Reader& reader, std::string_view key);

void apply(Rows& rows, const api::payment::SandboxOpened& fact);
void apply(Rows& rows, const api::payment::SandboxMoved& fact);
void apply(Rows& rows, const api::payment::SandboxDelayed& fact);
void apply(Rows& rows, const api::payment::SandboxRefunded& fact);
void apply(Rows& rows, const api::payment::SandboxEvidenced& fact);
void apply(Rows& rows, const api::payment::SandboxHookPlanned& fact);
void apply(Rows& rows, const api::payment::SandboxHookTried& fact);
void apply(Rows& rows, const api::payment::SandboxHookDone& fact);

}  // namespace bilten::payment
