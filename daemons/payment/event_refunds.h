// How far an event's money has come on its way back: a few sums, kept as refunds move.
#pragma once

#include "common/api/payment_event_refunds.h"
#include "common/service/handlers.h"
#include "daemons/payment/flow_rows.h"

namespace bilten::payment {

// Key: event id, currency.
struct EventRefundsRow {
  static constexpr std::string_view table = "event_refunds";
  api::payment::EventRefundSums sums = {};
  static constexpr auto fields() { return field_list(field("sums", &EventRefundsRow::sums)); }
};

// For evolve: the refund stands otherwise than before; `before` absent: there was none.
void note_refund(Rows& rows, const PaymentRow& payment, const std::optional<RefundRow>& before,
                 const RefundRow& refund);
// The same of a part of a refund that came back: it is one of its own, which failed.
void note_bounced_part(Rows& rows, const PaymentRow& payment, const RefundRow& part);

// unknown_event, role_missing
Result<api::ListOf<api::payment::EventRefundMoney>> read_event_refunds(
    const Reader& reader, const api::payment::ReadEventRefunds& message);

}  // namespace bilten::payment
