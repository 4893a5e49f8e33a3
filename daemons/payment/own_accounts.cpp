#include "daemons/payment/own_accounts.h"

#include "daemons/payment/attention.h"

namespace bilten::payment {

using api::payment::AccountAnswered;
using api::payment::AccountRefused;

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

void apply(Rows& rows, const AccountRefused& fact) {
  add_attention(rows, AttentionKind::account, fact.organization_id, fact.organization_id,
                fact.payment_id, fact.at, fact.reason);
}

void apply(Rows& rows, const AccountAnswered& fact) {
  end_attention(rows, AttentionKind::account, fact.organization_id, fact.organization_id);
}

}  // namespace bilten::payment
