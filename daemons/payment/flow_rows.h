// What is remembered of payments, refunds and disputes, and of what a provider is still asked for.
#pragma once

#include "common/api/payment_terms.h"
#include "common/store/rows.h"

namespace bilten::payment {

inline constexpr UnixMillis kSecondMillis = 1000, kMinuteMillis = 60 * kSecondMillis,
                            kHourMillis = 60 * kMinuteMillis;

using api::payment::FailReason;
using api::payment::kReferenceMax;
using api::payment::Method;
using api::payment::PaymentState;
using api::payment::ProviderAccount;
using api::payment::TaskKind;

// The timer of each task, by its key.
inline constexpr std::string_view kTaskTimer = "payment.task";

inline std::string key_of(const Id& first, const Id& second) {
  return std::string(RowKey(first).id(second));
}
// The other way round in time: rows keyed by it list the newest first.
inline Id newest_first(Id id) {
  for (auto& byte : id.bytes) byte = static_cast<uint8_t>(~byte);
  return id;
}

// Key: payment id. `refunded` and `refunding` are minor units: gone back, and on the way.
struct PaymentRow {
  static constexpr std::string_view table = "payment";
  Id organization_id, order_id;
  Method method = Method::card;
  std::string provider = {};
  Money amount = {};  // Asked for; once money is here: what counts as paid.
  PaymentState state = PaymentState::opening;
  Instant created_at = {};
  std::string reference = {};                  // The provider's; empty until it has said one.
  std::optional<FailReason> fail_reason = {};  // Also of one that is closing: why.
  std::optional<Money> received = {};          // What came; absent: nothing yet.
  int64_t refunded = 0, refunding = 0;
  bool is_disputed = false;
  ProviderAccount account = ProviderAccount::platform;
  static constexpr auto fields() {
    using Self = PaymentRow;
    constexpr auto amount = between(0, kMoneyMax);
    return join_fields(
        field_list(field("organization_id", &Self::organization_id),
                   field("order_id", &Self::order_id), field("method", &Self::method),
                   field("provider", &Self::provider, length(1, api::payment::kProviderNameMax)),
                   field("amount", &Self::amount, amount), field("state", &Self::state),
                   field("created_at", &Self::created_at)),
        field_list(
            field("reference", &Self::reference, length(0, api::payment::kReferenceMax)),
            field("fail_reason", &Self::fail_reason), field("received", &Self::received, amount),
            field("refunded", &Self::refunded, amount),
            field("refunding", &Self::refunding, amount), field("is_disputed", &Self::is_disputed),
            field("account", &Self::account).or_default()));
  }
};

// The name of an account at a provider: of the platform's the provider's own, "stripe"; of one that
// an organisation has, "stripe-<its id>". Each has references and events of its own.
inline std::string account_name(std::string_view provider, const std::optional<Id>& owner) {
  return owner ? std::string(provider) + "-" + owner->text() : std::string(provider);
}
inline std::optional<Id> account_owner(const PaymentRow& payment) {
  const bool is_own = payment.account == ProviderAccount::organization;
  return is_own ? std::optional(payment.organization_id) : std::nullopt;
}
inline std::string account_name(const PaymentRow& payment) {
  return account_name(payment.provider, account_owner(payment));
}

// Key: order id, payment id newest first. All payments that were ever wanted for an order.
struct PaymentOfOrder {
  static constexpr std::string_view table = "payment_of_order";
  static constexpr auto fields() { return field_list(); }
};

// That one order was paid by, its exchanges included.
inline constexpr size_t kPaymentsOfOrderMax = 100;

// Key: order id, payment id. The money is in the order, as the ticket service says: of an exchanged
// ticket's order also what paid the difference.
struct PaidBy {
  static constexpr std::string_view table = "paid_by";
  static constexpr auto fields() { return field_list(); }
};

// Key: the account's name, a 0 byte, its provider's reference of an intent.
struct ReferenceRow {
  static constexpr std::string_view table = "reference";
  Id payment_id;
  static constexpr auto fields() {
    return field_list(field("payment_id", &ReferenceRow::payment_id));
  }
};
inline std::string reference_key(std::string_view account, std::string_view reference) {
  return std::string(RowKey().text(account).end().text(reference));
}

enum class RefundProgress : uint8_t { wanted, done, failed };
constexpr auto names_of(RefundProgress) {
  return std::array<std::string_view, 3>{"wanted", "done", "failed"};
}

// Key: refund id.
struct RefundRow {
  static constexpr std::string_view table = "refund";
  Id payment_id;
  std::optional<Id> asked_id = {};  // Of ticket.refunded.
  Money amount = {};
  RefundProgress state = RefundProgress::wanted;
  int64_t round = 1;  // Each is another request at the provider: staff began it anew.
  std::string reason = {};
  Instant created_at = {};
  // The provider's of the last that ended, either way: of one that is not done, it failed.
  std::optional<std::string> reference = {};
  std::optional<Instant> went_at = {};  // The first time: everybody was told then.
  static constexpr auto fields() {
    using Self = RefundRow;
    return field_list(
        field("payment_id", &Self::payment_id), field("asked_id", &Self::asked_id),
        field("amount", &Self::amount, between(1, kMoneyMax)), field("state", &Self::state),
        field("round", &Self::round, between(1, INT64_MAX)),
        field("reason", &Self::reason, length(0, 64)), field("created_at", &Self::created_at),
        field("reference", &Self::reference, length(1, kReferenceMax)),
        field("went_at", &Self::went_at));
  }
};

// Key: as of ReferenceRow, of a refund that went or failed. One that was made by hand is known
// again by it. What has failed stays so: whatever else is said of it is older.
struct RefundReferenceRow {
  static constexpr std::string_view table = "refund_reference";
  bool has_failed = false;
  static constexpr auto fields() {
    return field_list(field("has_failed", &RefundReferenceRow::has_failed).or_default());
  }
};

// Key: payment id, refund id, the provider's reference. What went back under that name, of the
// refund all or a part; the row goes when the money comes here again.
struct ReturnedRow {
  static constexpr std::string_view table = "returned";
  int64_t amount = 0;  // Minor units of the payment's currency.
  Instant at = {};
  static constexpr auto fields() {
    return field_list(field("amount", &ReturnedRow::amount, between(1, kMoneyMax)),
                      field("at", &ReturnedRow::at));
  }
};
inline std::string returned_key(const Id& payment_id, const Id& refund_id,
                                std::string_view reference) {
  return key_of(payment_id, refund_id).append(reference);
}

inline constexpr size_t kRefundsOfPaymentMax = 1000;
// Key: payment id, refund id.
struct RefundOfPayment {
  static constexpr std::string_view table = "refund_of_payment";
  static constexpr auto fields() { return field_list(); }
};

// Key: task_key(). A provider is to be asked until this row is gone; its timer, or its place in
// line, says when.
struct TaskRow {
  static constexpr std::string_view table = "task";
  int64_t attempts = 0;
  bool under_way = false;              // The last of them is not known to have ended.
  std::optional<Instant> due_at = {};  // Of a refund that waits in line: refund_line.h.
  static constexpr auto fields() {
    return field_list(field("attempts", &TaskRow::attempts, between(0, INT64_MAX)),
                      field("under_way", &TaskRow::under_way), field("due_at", &TaskRow::due_at));
  }
};
inline std::string task_key(TaskKind kind, const Id& id) {
  return std::string(RowKey().text(std::string(1, static_cast<char>(kind))).id(id));
}
struct Task {
  TaskKind kind;
  Id id;
};
inline Task read_task_key(std::string_view key) {
  CHECK_INVARIANT(key.size() == 17);
  const auto id = Id::from_bytes(key.substr(1));
  CHECK_INVARIANT(id);
  return {static_cast<TaskKind>(key.front()), *id};
}

// Key: the account's name, a 0 byte, the event's id. Told before.
struct WebhookRow {
  static constexpr std::string_view table = "webhook";
  static constexpr auto fields() { return field_list(); }
};
// Key: when it was taken, then the key of its WebhookRow: the oldest are forgotten first.
struct WebhookAge {
  static constexpr std::string_view table = "webhook_age";
  static constexpr auto fields() { return field_list(); }
};

enum class DisputeState : uint8_t { open, won, lost };
constexpr auto names_of(DisputeState) {
  return std::array<std::string_view, 3>{"open", "won", "lost"};
}

// Key: payment id.
struct DisputeRow {
  static constexpr std::string_view table = "dispute";
  Money amount = {};
  std::string reference = {};
  DisputeState state = DisputeState::open;
  Instant opened_at = {};
  std::optional<Instant> due_at = {}, closed_at = {};
  // Of one that was lost, minor units: what had gone back before, and is not here again since.
  int64_t taken_again = 0;
  static constexpr auto fields() {
    using Self = DisputeRow;
    return field_list(field("amount", &Self::amount, between(0, kMoneyMax)),
                      field("reference", &Self::reference, length(0, api::payment::kReferenceMax)),
                      field("state", &Self::state), field("opened_at", &Self::opened_at),
                      field("due_at", &Self::due_at), field("closed_at", &Self::closed_at),
                      field("taken_again", &Self::taken_again, between(0, kMoneyMax)).or_default());
  }
};

// Key: organisation id, kind as a byte, payment or refund id. What staff is to look at; the row
// goes when it is settled.
struct AttentionRow {
  static constexpr std::string_view table = "attention";
  Id payment_id;
  Instant since;
  std::string reason = {};  // Of kind account.
  static constexpr auto fields() {
    return field_list(field("payment_id", &AttentionRow::payment_id),
                      field("since", &AttentionRow::since),
                      field("reason", &AttentionRow::reason, length(0, 64)).or_default());
  }
};

// ---- the vault ----

// Where the payer is sent: such addresses open the payment for whoever has them.
inline std::string redirect_key(const Id& payment_id) {
  return "redirect/" + std::string(payment_id.view());
}
// Where the payer's browser goes afterwards.
inline std::string return_key(const Id& payment_id) {
  return "return/" + std::string(payment_id.view());
}

}  // namespace bilten::payment
