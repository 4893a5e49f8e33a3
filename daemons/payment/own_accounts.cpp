#include "daemons/payment/own_accounts.h"

#include "daemons/payment/attention.h"

namespace bilten::payment {

using api::payment::AccountAnswered;
using api::payment::AccountRefused;

namespace {
constexpr std::string_view kAccountMissing = "account_missing";
}  // namespace

std::string missing_reason(const PaymentRow& payment) {
  const bool is_own = payment.account == ProviderAccount::organization;
  return std::string(is_own ? kAccountMissing : "provider_not_configured");
}

bool is_account_refused(const PaymentRow& payment, std::string_view reason) {
  return payment.account == ProviderAccount::organization &&
         (reason == "provider_refuses_us" || reason == kAccountMissing);
}

void note_refused(const Rows& rows, UnixMillis now, const Id& payment_id, const PaymentRow& payment,
                  std::string_view reason, Effects& effects) {
  const auto& organization_id = payment.organization_id;
  if (!is_account_refused(payment, reason) ||
      has_attention(rows, AttentionKind::account, organization_id, organization_id)) {
    return;
  }
  effects.record(AccountRefused{organization_id, payment_id, std::string(reason), {now}});
}

void note_answered(const Rows& rows, UnixMillis now, const PaymentRow& payment, Effects& effects) {
  const auto& organization_id = payment.organization_id;
  if (payment.account == ProviderAccount::organization &&
      has_attention(rows, AttentionKind::account, organization_id, organization_id)) {
    effects.record(AccountAnswered{organization_id, {now}});
  }
}

void forget_refused(const Rows& rows, UnixMillis now, Effects& effects) {
  rows.scan<AttentionRow>({}, {}, SIZE_MAX, [&](std::string_view key, const AttentionRow&) {
    const auto organization_id = *Id::from_bytes(key.substr(0, 16));
    if (static_cast<AttentionKind>(key[16]) == AttentionKind::account) {
      effects.record(AccountAnswered{organization_id, {now}});
    }
    return true;
  });
}

void apply(Rows& rows, const AccountRefused& fact) {
  add_attention(rows, AttentionKind::account, fact.organization_id, fact.organization_id,
                fact.payment_id, fact.at, fact.reason);
}

void apply(Rows& rows, const AccountAnswered& fact) {
  end_attention(rows, AttentionKind::account, fact.organization_id, fact.organization_id);
}

}  // namespace bilten::payment
