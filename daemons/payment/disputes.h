// Disputes: who paid has asked their bank for the money back.
#pragma once

#include "common/api/payment_money_facts.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/provider.h"

namespace bilten::payment {

// What a provider tells of a dispute; of one that is closed nothing more is heard, and one that was
// never told to be open is opened by its end. Banks dispute what was given back before, too: that
// is taken a second time, costs the order nothing more, and is the organiser's loss.
void take_dispute(const Rows& rows, UnixMillis now, const Id& payment_id, const PaymentRow& payment,
                  const WebhookEvent& event, Effects& effects);

void apply(Rows& rows, const api::payment::Disputed& fact);
void apply(Rows& rows, const api::payment::DisputeClosed& fact);

}  // namespace bilten::payment
