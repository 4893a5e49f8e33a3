#include "daemons/payment/provider_sandbox.h"

#include "common/api/payment_sandbox.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "daemons/payment/sandbox_webhook.h"

namespace bilten::payment {

using api::payment::SandboxCancel;
using api::payment::SandboxEvidence;
using api::payment::SandboxLookUp;
using api::payment::SandboxOpen;
using api::payment::SandboxRefund;
using api::payment::SandboxReport;

namespace {

Error timed_out() {
  return {Code::unavailable, "timed_out", "The sandbox did not answer."};
}

}  // namespace

// As with a real provider nobody can tell, where no answer comes, whether the book has done it: of
// the lost ones every second got there.
template <class Message>
Result<typename Message::Answer> SandboxProvider::call(const Message& message) const {
  crypto::SystemRandom random;
  const bool is_lost = random.below(100) < static_cast<uint64_t>(options_.lost_answers);
  if (is_lost && random.below(2) == 0) return timed_out();
  const auto packed = ask_(Message::name, encode(message));
  if (!packed) return packed.error();
  auto answer = decode<typename Message::Answer>(*packed);
  CHECK_INVARIANT(answer);
  if (is_lost) return timed_out();
  return answer;
}

template <class Message>
Result<IntentView> SandboxProvider::view_from(const Message& message) const {
  auto told = call(message);
  if (!told) return told.error();
  IntentView view{.reference = told->reference, .state = told->state, .amount = told->amount};
  if (told->redirect_url) view.redirect_url = options_.public_url + *told->redirect_url;
  return view;
}

// The reference opens the page, so nobody else can make it; asked again it is the same.
Result<IntentView> SandboxProvider::open(const Intent& intent) {
  SandboxOpen message;
  message.reference =
      "sin_" +
      base64url(crypto::keyed_hash(options_.secret, "sandbox intent", intent.key).substr(0, 18));
  message.order_code = intent.order_code;
  message.return_url = intent.return_url;
  message.payment_id = intent.payment_id;
  message.amount = intent.amount;
  return view_from(message);
}

Result<IntentView> SandboxProvider::look_up(const std::string& reference) {
  return view_from(SandboxLookUp{reference});
}

Result<IntentView> SandboxProvider::capture(const std::string& reference, const std::string&) {
  return view_from(SandboxLookUp{reference});
}

Result<IntentView> SandboxProvider::cancel(const std::string& reference, const std::string&) {
  return view_from(SandboxCancel{reference});
}

Result<RefundView> SandboxProvider::refund(const RefundOrder& order) {
  SandboxRefund message;
  message.reference = order.reference;
  message.key = order.key;
  message.amount = order.amount;
  auto told = call(message);
  if (!told) return told.error();
  return RefundView{told->reference, told->state, order.amount, told->failure};
}

Result<ReportPage<ReportLine>> SandboxProvider::balance_lines(const ReportQuery& query) {
  SandboxReport message{{query.from.value_or(0)}, {}};
  if (!query.cursor.empty()) message.cursor = query.cursor;
  const auto told = call(message);
  if (!told) return told.error();
  ReportPage<ReportLine> page;
  page.next = told->next;
  for (const auto& line : told->lines) {
    const auto& currency = line.amount.currency;
    page.items.push_back({.reference = line.reference,
                          .category = line.category,
                          .source = line.source,
                          .money_reference = line.money_reference,
                          .payment_id = line.payment_id,
                          .amount = line.amount,
                          .fee = {line.fee, currency},
                          .net = {line.amount.amount - line.fee, currency},
                          .at = line.at.ms});
  }
  return page;
}

// It reads none of it, and decides as the button said.
Status SandboxProvider::give_evidence(const std::string& dispute, const Evidence&, bool submit,
                                      const std::string&) {
  if (!submit) return Done{};
  if (!dispute.starts_with(kDisputePrefix)) {
    return Error{Code::not_found, "unknown_dispute", "The sandbox has no such dispute."};
  }
  const auto answer = call(SandboxEvidence{dispute.substr(kDisputePrefix.size())});
  if (!answer) return answer.error();
  return Done{};
}

Result<WebhookEvent> SandboxProvider::read_webhook(const RawWebhook& webhook,
                                                   UnixMillis now) const {
  return read_sandbox_webhook(webhook, options_.signing, now);
}

}  // namespace bilten::payment
