// What the sandbox reports of our money, line by line, as a provider does: what came, went back,
// was disputed, and what it keeps of each payment.
#pragma once

#include "common/api/payment_sandbox.h"
#include "common/service/handlers.h"
#include "daemons/payment/sandbox_rows.h"

namespace bilten::payment {

// 1.4 % and 25 minor units of what is paid, and no more than that.
int64_t sandbox_fee(int64_t amount);

Decided<api::payment::ToldPage> decide_sandbox_report(const Rows& rows, const Context& context,
                                                      const api::payment::SandboxReport& message);

// For evolve: a line more where the fact moved money.
void note_line(Rows& rows, const api::payment::SandboxMoved& fact);
void note_line(Rows& rows, const api::payment::SandboxRefunded& fact);
void note_line(Rows& rows, const api::payment::SandboxHookPlanned& fact);

}  // namespace bilten::payment
