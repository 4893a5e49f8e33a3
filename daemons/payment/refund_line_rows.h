// What is remembered of refunds that wait for their turn at a provider, in a line for each account
// there. A refund that waits has its time in its TaskRow; one that is asked for just now is
// `under_way` there.
#pragma once

#include "common/store/rows.h"

namespace bilten::payment {

// Takes the next in an account's line; key: its name.
inline constexpr std::string_view kRefundLineTimer = "payment.refund_line";

// Key: the account's name, a 0 byte, when it is due, refund id.
struct RefundInLine {
  static constexpr std::string_view table = "refund_in_line";
  static constexpr auto fields() { return field_list(); }
};

// Key: the account's name.
struct RefundPaceRow {
  static constexpr std::string_view table = "refund_pace";
  int64_t under_way = 0;    // Calls that are not known to have ended.
  Instant not_before = {};  // The next of them.
  static constexpr auto fields() {
    return field_list(field("under_way", &RefundPaceRow::under_way, between(0, INT64_MAX)),
                      field("not_before", &RefundPaceRow::not_before));
  }
};

}  // namespace bilten::payment
