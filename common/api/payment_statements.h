// The contract of bank statements: what came in by transfer, matched with payments by itself, or
// by staff.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_statement_facts.h"

namespace bilten::api::payment {

inline constexpr uint32_t kStatementBytesMax = 1'000'000;
inline constexpr int64_t kMovementsAtOnce = 500;  // Of one request; it says where to go on.
inline constexpr int64_t kStatementFaultsMax = 500;
inline constexpr int64_t kMovementsInReviewMax = 10'000;  // Of one organisation.

struct StatementMovement {
  int64_t line = 0;
  Money amount = {};
  MovementOutcome outcome = MovementOutcome::review;
  std::optional<MovementReason> reason = {};
  std::optional<Id> payment_id = {}, movement_id = {};
  static constexpr auto fields() {
    using Self = StatementMovement;
    return field_list(
        field("line", &Self::line, between(1, INT64_MAX)).doc("Of the file, where it begins."),
        field("amount", &Self::amount, between(1, kMoneyMax)),
        field("outcome", &Self::outcome)
            .doc("matched: paid. held_for_review: another amount than was asked for; release or "
                 "return it. review: say which payment it is of, or dismiss it."),
        field("reason", &Self::reason).doc("Why it is not matched."),
        field("payment_id", &Self::payment_id),
        field("movement_id", &Self::movement_id).doc("Of review: by which staff names it."));
  }
};

struct StatementFault {
  int64_t line = 0;
  std::string reason;
  static constexpr auto fields() {
    return field_list(field("line", &StatementFault::line, between(1, INT64_MAX)),
                      field("reason", &StatementFault::reason, length(1, 200)));
  }
};

struct StatementReport {
  std::vector<StatementMovement> movements = {};
  int64_t known = 0, outgoing = 0, faulty = 0;
  std::vector<StatementFault> faults = {};
  std::optional<int64_t> next = {};
  static constexpr auto fields() {
    using Self = StatementReport;
    constexpr auto count = between(0, INT64_MAX);
    return field_list(
        field("movements", &Self::movements, items(0, kMovementsAtOnce)),
        field("known", &Self::known, count).doc("Taken from a statement before; they do nothing."),
        field("outgoing", &Self::outgoing, count).doc("Of the whole file: passed over."),
        field("faulty", &Self::faulty, count)
            .doc("Entries of the whole file that make no sense; they are passed over too."),
        field("faults", &Self::faults, items(0, kStatementFaultsMax)).doc("The first of these."),
        field("next", &Self::next, count)
            .doc("There is more: send the same file again with this as from."));
  }
};

struct ImportStatement {
  static constexpr std::string_view name = "payment.statement.import";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/organizations/{organization_id}/bank-statements"},
      .refusals = {"unknown_organization", "role_missing", "malformed_file", "too_many_to_review"},
      .budget_ms = 10'000,
      .body_bytes_max = kStatementBytesMax,
      .doc =
          "Takes a bank's statement, CAMT.053 or CSV, as it is: money whose text has the code of "
          "an order is received as if a manager had marked it, the rest is listed for review. "
          "What was taken before does nothing. For managers (docs/payments.md)."};
  using Answer = StatementReport;
  Id organization_id;
  Bytes raw_body;
  std::optional<std::string> currency = {};
  int64_t from = 0;
  static constexpr auto fields() {
    using Self = ImportStatement;
    return field_list(field("organization_id", &Self::organization_id),
                      field("raw_body", &Self::raw_body, between(1, kStatementBytesMax)),
                      field("currency", &Self::currency, length(3, 3, Format::currency))
                          .doc("Of a CSV that has no column for it."),
                      field("from", &Self::from, between(0, 1'000'000))
                          .or_default()
                          .doc("How many incoming movements to pass over: next of the answer "
                               "before."));
  }
};

enum class MovementState : uint8_t { review, matched, dismissed };
constexpr auto names_of(MovementState) {
  return std::array<std::string_view, 3>{"review", "matched", "dismissed"};
}

struct MovementView {
  Id id;
  MovementState state = MovementState::review;
  MovementReason reason = MovementReason::unknown_reference;
  Money amount = {};
  Instant booked_at = {}, imported_at = {};
  std::string text = {}, name = {}, reference = {};
  std::optional<Id> payment_id = {};
  static constexpr auto fields() {
    using Self = MovementView;
    constexpr auto words = length(0, 1000);
    return join_fields(
        field_list(field("id", &Self::id), field("state", &Self::state),
                   field("reason", &Self::reason),
                   field("amount", &Self::amount, between(1, kMoneyMax)),
                   field("booked_at", &Self::booked_at), field("imported_at", &Self::imported_at)),
        field_list(field("text", &Self::text, words)
                       .doc("What the payer wrote. It, name and reference are kept while the state "
                            "is review."),
                   field("name", &Self::name, words).doc("Who paid."),
                   field("reference", &Self::reference, words).doc("The bank's, or the payer's."),
                   field("payment_id", &Self::payment_id)));
  }
};

struct ListMovements {
  static constexpr std::string_view name = "payment.movements";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/bank-movements"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc =
          "Money on statements that fitted no payment by itself, the newest first: for "
          "managers."};
  using Answer = ListOf<MovementView>;
  Id organization_id;
  MovementState state = MovementState::review;
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListMovements;
    return field_list(field("organization_id", &Self::organization_id),
                      field("state", &Self::state).or_default(),
                      field("limit", &Self::limit, between(1, 200)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct MatchMovement {
  static constexpr std::string_view name = "payment.movement.match";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/bank-movements/{movement_id}/match"},
      .refusals = {"unknown_movement", "role_missing", "movement_closed", "unknown_payment",
                   "not_by_hand", "already_received"},
      .doc =
          "Says which payment the money on a statement is of, by its id or its order's code: the "
          "payment is received. Another amount than was asked for is held for review. For "
          "managers."};
  using Answer = MovementView;
  Id movement_id;
  std::optional<Id> payment_id = {};
  std::optional<std::string> order_code = {};
  static constexpr auto fields() {
    using Self = MatchMovement;
    return field_list(field("movement_id", &Self::movement_id),
                      field("payment_id", &Self::payment_id)
                          .doc("Of a transfer or a payment on site; this or order_code."),
                      field("order_code", &Self::order_code, length(1, 40))
                          .doc("Of an order that waits for a transfer."));
  }
};

struct DismissMovement {
  static constexpr std::string_view name = "payment.movement.dismiss";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST", .path = "/v1/bank-movements/{movement_id}/dismiss"},
      .refusals = {"unknown_movement", "role_missing", "movement_closed"},
      .doc =
          "Says that the money on a statement is of no order, or was given back at the bank. "
          "For managers."};
  using Answer = MovementView;
  Id movement_id;
  static constexpr auto fields() {
    return field_list(field("movement_id", &DismissMovement::movement_id));
  }
};

}  // namespace bilten::api::payment
