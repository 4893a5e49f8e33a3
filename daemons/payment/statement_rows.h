// What is remembered of bank statements. Who paid, and what they wrote, stands in the vault while
// it is to be looked at.
#pragma once

#include "common/api/payment_statements.h"
#include "common/store/rows.h"

namespace bilten::payment {

using api::payment::DayInFile;
using api::payment::MovementReason;
using api::payment::MovementState;

// Key: organisation id, the order's code. An order that somebody means to pay by transfer.
struct TransferCodeRow {
  static constexpr std::string_view table = "transfer_code";
  Id order_id;
  static constexpr auto fields() {
    return field_list(field("order_id", &TransferCodeRow::order_id));
  }
};
inline std::string transfer_code_key(const Id& organization_id, std::string_view code) {
  return std::string(RowKey(organization_id).text(code));
}

// Key: organisation id, digest. A movement that was taken, and from which file.
struct MovementSeen {
  static constexpr std::string_view table = "movement_seen";
  std::optional<Bytes> file = {};
  DayInFile day = DayInFile::only;
  static constexpr auto fields() {
    constexpr auto digest =
        between(api::payment::kMovementDigestBytes, api::payment::kMovementDigestBytes);
    return field_list(field("file", &MovementSeen::file, digest),
                      field("day", &MovementSeen::day).or_default());
  }
};
inline std::string movement_seen_key(const Id& organization_id, std::string_view digest) {
  return std::string(RowKey(organization_id).text(digest));
}

// Key: movement id. One that fitted no payment by itself.
struct MovementRow {
  static constexpr std::string_view table = "movement";
  Id organization_id;
  MovementState state = MovementState::review;
  MovementReason reason = MovementReason::unknown_reference;
  Money amount = {};
  Instant booked_at = {}, imported_at = {};
  std::optional<Id> payment_id = {};  // Of one that was matched.
  static constexpr auto fields() {
    using Self = MovementRow;
    return field_list(
        field("organization_id", &Self::organization_id), field("state", &Self::state),
        field("reason", &Self::reason), field("amount", &Self::amount, between(1, kMoneyMax)),
        field("booked_at", &Self::booked_at), field("imported_at", &Self::imported_at),
        field("payment_id", &Self::payment_id));
  }
};

// Key: organisation id, state as a byte, movement id newest first.
struct MovementOfOrganization {
  static constexpr std::string_view table = "movement_of_org";
  static constexpr auto fields() { return field_list(); }
};
inline std::string movements_prefix(const Id& organization_id, MovementState state) {
  return std::string(RowKey(organization_id).text(std::string(1, static_cast<char>(state))));
}

// Key: organisation id. How many movements are in review.
struct MovementsInReview {
  static constexpr std::string_view table = "movements_in_review";
  int64_t count = 0;
  static constexpr auto fields() {
    return field_list(field("count", &MovementsInReview::count, between(0, INT64_MAX)));
  }
};

// ---- the vault ----

struct MovementWords {
  std::string text, name, reference;
  static constexpr auto fields() {
    constexpr auto words = length(0, 1000);
    return field_list(field("text", &MovementWords::text, words),
                      field("name", &MovementWords::name, words),
                      field("reference", &MovementWords::reference, words));
  }
};
inline std::string movement_words_key(const Id& movement_id) {
  return "movement/" + std::string(movement_id.view());
}

}  // namespace bilten::payment
