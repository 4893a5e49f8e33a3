// Accounts that organisations have of their own at a provider: staff is told while one cannot be
// used, because its key is wrong or is not in the settings any more. What waits for it waits on.
#pragma once

#include "common/api/payment_account_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {

// Why a call comes to nothing where the settings do not have the payment's account (any more).
std::string missing_reason(const PaymentRow& payment);

// Whether the reason of a failed call says that this account, one of an organisation, cannot be
// used: then nothing has happened at the provider.
bool is_account_refused(const PaymentRow& payment, std::string_view reason);

// A call about the payment ended. Staff is told once of an account that cannot be used, until it
// answers again.
void note_refused(const Rows& rows, UnixMillis now, const Id& payment_id, const PaymentRow& payment,
                  std::string_view reason, Effects& effects);
void note_answered(const Rows& rows, UnixMillis now, const PaymentRow& payment, Effects& effects);

// At the start of the process, which reads the keys anew: staff is told again of those that still
// cannot be used, by the next call.
void forget_refused(const Rows& rows, UnixMillis now, Effects& effects);

void apply(Rows& rows, const api::payment::AccountRefused& fact);
void apply(Rows& rows, const api::payment::AccountAnswered& fact);

}  // namespace bilten::payment
