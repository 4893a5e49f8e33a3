// What the payment service records of a bank's statements, for itself alone: which movements it has
// taken, and what became of those that fitted nothing.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::payment {

// matched: the payment has its money. held_for_review: the payment has other money than was asked
// for. review: it is of no payment, until staff says of which.
enum class MovementOutcome : uint8_t { matched, held_for_review, review };
constexpr auto names_of(MovementOutcome) {
  return std::array<std::string_view, 3>{"matched", "held_for_review", "review"};
}

enum class MovementReason : uint8_t {
  unknown_reference,  // The payer's text has no code of an order that waits for a transfer.
  several_fit,        // It has several.
  already_received,   // The order's transfers have their money.
  other_amount,       // These two of held_for_review.
  other_currency,
  looks_known,  // Another file had one that is equal, of a day that either may have a part of.
};
constexpr auto names_of(MovementReason) {
  return std::array<std::string_view, 6>{"unknown_reference", "several_fit",    "already_received",
                                         "other_amount",      "other_currency", "looks_known"};
}

// On which day of its file a movement is booked. On the first and the last the file may be cut: it
// has a part of that day.
enum class DayInFile : uint8_t { only, first, last, inside };
constexpr auto names_of(DayInFile) {
  return std::array<std::string_view, 4>{"only", "first", "last", "inside"};
}

inline constexpr size_t kMovementDigestBytes = 16;

struct MovementTaken {
  static constexpr std::string_view name = "payment.movement_taken";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Money on a bank's statement was taken note of, once.";
  Id organization_id, movement_id;
  Bytes digest;  // Keyed: the movement is known again by it.
  MovementOutcome outcome = MovementOutcome::review;
  std::optional<MovementReason> reason = {};
  std::optional<Id> payment_id = {};
  Money amount = {};
  Instant booked_at = {};  // The day, as the bank has it.
  Id person_id = {};       // Who sent the statement.
  Instant at = {};
  std::optional<Bytes> file = {};  // Keyed digest of the file that brought it.
  DayInFile day = DayInFile::only;
  static constexpr auto fields() {
    using Self = MovementTaken;
    constexpr auto digest = between(kMovementDigestBytes, kMovementDigestBytes);
    return join_fields(
        field_list(field("organization_id", &Self::organization_id),
                   field("movement_id", &Self::movement_id), field("digest", &Self::digest, digest),
                   field("outcome", &Self::outcome), field("reason", &Self::reason)),
        field_list(field("payment_id", &Self::payment_id),
                   field("amount", &Self::amount, between(1, kMoneyMax)),
                   field("booked_at", &Self::booked_at), field("person_id", &Self::person_id),
                   field("at", &Self::at), field("file", &Self::file, digest),
                   field("day", &Self::day).or_default()));
  }
};

struct MovementClosed {
  static constexpr std::string_view name = "payment.movement_closed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc =
      "Staff has said which payment money on a statement is of, or that it is none of ours.";
  Id organization_id, movement_id;
  std::optional<Id> payment_id = {};  // Absent: it was dismissed.
  Id person_id = {};
  Instant at = {};
  static constexpr auto fields() {
    using Self = MovementClosed;
    return field_list(field("organization_id", &Self::organization_id),
                      field("movement_id", &Self::movement_id),
                      field("payment_id", &Self::payment_id), field("person_id", &Self::person_id),
                      field("at", &Self::at));
  }
};

using StatementFacts = std::variant<MovementTaken, MovementClosed>;

}  // namespace bilten::api::payment
