#include "daemons/payment/statements.h"

#include <algorithm>
#include <set>

#include "common/service/paging.h"
#include "daemons/payment/bookings.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/staff.h"
#include "daemons/payment/statement_files.h"

namespace bilten::payment {

using api::payment::DismissMovement;
using api::payment::ImportStatement;
using api::payment::kMovementsInReviewMax;
using api::payment::kStatementFaultsMax;
using api::payment::ListMovements;
using api::payment::MatchMovement;
using api::payment::MovementClosed;
using api::payment::MovementOutcome;
using api::payment::MovementTaken;
using api::payment::MovementView;
using api::payment::StatementReport;

namespace {

using FoundPayment = std::pair<Id, PaymentRow>;

// The order's transfer that has no money yet; of several the one of this amount, then one that is
// still open, then the newest.
std::optional<FoundPayment> find_transfer(const Rows& rows, const Id& order_id,
                                          const Money& amount) {
  const auto rank = [&](const PaymentRow& payment) {
    return 1 + (payment.amount == amount ? 2 : 0) + (is_open(payment) ? 1 : 0);
  };
  std::optional<FoundPayment> best;
  int best_rank = 0;
  for_each_payment(rows, order_id, [&](const Id& id, const PaymentRow& payment) {
    if (payment.method != Method::transfer || has_money(payment)) return;
    if (rank(payment) <= best_rank) return;
    best_rank = rank(payment);
    best.emplace(id, payment);
  });
  return best;
}

// What one request takes of a statement. All entries of its decision are numbered together, and
// what it decides is not in rows yet: so it takes money for an order once, and leaves what comes
// after that to the next request.
class StatementStep {
 public:
  StatementStep(const Rows& rows, const Context& context, const Id& organization_id,
                const std::string& file_digest, Decision<StatementReport>& decision)
      : rows_(rows),
        context_(context),
        organization_id_(organization_id),
        file_digest_(file_digest),
        decision_(decision),
        books_(rows, {context.now}, decision) {}

  // False: the movement is for the next request.
  bool take(const IncomingMovement& incoming) {
    if (const auto seen = find_seen(incoming.digest)) {
      const bool is_another = may_be_another(*seen, incoming, file_digest_);
      if (is_another && !find_seen(incoming.digest_here)) return review_again(incoming);
      ++decision_.answer.known;
      return true;
    }
    const auto& order_ids = incoming.order_ids;
    if (order_ids.empty()) return review(incoming, MovementReason::unknown_reference);
    if (order_ids.size() > 1) return review(incoming, MovementReason::several_fit);
    if (!paid_.insert(order_ids[0]).second) return false;
    const auto payment = find_transfer(rows_, order_ids[0], incoming.movement.amount);
    if (!payment) return review(incoming, MovementReason::already_received);
    receive(incoming, payment->first, payment->second);
    return true;
  }
  int64_t reviewed() const { return reviewed_; }

 private:
  void receive(const IncomingMovement& incoming, const Id& payment_id, const PaymentRow& payment) {
    const auto& amount = incoming.movement.amount;
    auto fact = taken(incoming);
    fact.payment_id = payment_id;
    fact.outcome = MovementOutcome::matched;
    if (amount != payment.amount) {
      fact.outcome = MovementOutcome::held_for_review;
      fact.reason = amount.currency == payment.amount.currency ? MovementReason::other_amount
                                                               : MovementReason::other_currency;
    }
    record(incoming, fact);
    take_money(rows_, context_, payment_id, payment, amount, books_, decision_);
  }

  bool review(const IncomingMovement& incoming, MovementReason reason) {
    auto fact = taken(incoming);
    fact.reason = reason;
    return review(incoming, fact);
  }

  // It may be one that was taken before: people see whether it is.
  bool review_again(const IncomingMovement& incoming) {
    auto fact = taken(incoming);
    fact.digest.data = incoming.digest_here;
    fact.reason = MovementReason::looks_known;
    return review(incoming, fact);
  }

  bool review(const IncomingMovement& incoming, const MovementTaken& fact) {
    record(incoming, fact);
    const auto& movement = incoming.movement;
    decision_.keep(movement_words_key(fact.movement_id),
                   encode(MovementWords{movement.text, movement.name, movement.reference}));
    decision_.answer.movements.back().movement_id = fact.movement_id;
    ++reviewed_;
    return true;
  }

  std::optional<MovementSeen> find_seen(const std::string& digest) const {
    return rows_.find<MovementSeen>(movement_seen_key(organization_id_, digest));
  }

  MovementTaken taken(const IncomingMovement& incoming) const {
    MovementTaken fact;
    fact.organization_id = organization_id_;
    fact.movement_id = context_.fresh_id();
    fact.digest.data = incoming.digest;
    fact.file.emplace().data = file_digest_;
    fact.day = incoming.day;
    fact.amount = incoming.movement.amount;
    fact.booked_at = {incoming.movement.booked_at};
    fact.person_id = context_.person->person_id;
    fact.at = {context_.now};
    return fact;
  }

  void record(const IncomingMovement& incoming, const MovementTaken& fact) {
    decision_.record(fact);
    decision_.answer.movements.push_back({.line = static_cast<int64_t>(incoming.movement.line),
                                          .amount = fact.amount,
                                          .outcome = fact.outcome,
                                          .reason = fact.reason,
                                          .payment_id = fact.payment_id});
  }

  const Rows& rows_;
  const Context& context_;
  const Id& organization_id_;
  const std::string& file_digest_;
  Decision<StatementReport>& decision_;
  Books books_;
  std::set<Id> paid_;  // Orders.
  int64_t reviewed_ = 0;
};

// Of the whole file, in the first answer alone.
void report_file(const StatementFile& file, StatementReport& report) {
  report.outgoing = file.outgoing;
  report.faulty = static_cast<int64_t>(file.faults.size());
  const auto count = std::min<size_t>(file.faults.size(), kStatementFaultsMax);
  for (size_t i = 0; i < count; ++i) {
    report.faults.push_back({static_cast<int64_t>(file.faults[i].line), file.faults[i].reason});
  }
}

int64_t in_review(const Rows& rows, const Id& organization_id) {
  return rows.find<MovementsInReview>(organization_id.view()).value_or(MovementsInReview{}).count;
}

MovementView view_of(const Vault& vault, const Id& movement_id, const MovementRow& row) {
  MovementView view{.id = movement_id, .state = row.state, .reason = row.reason};
  view.amount = row.amount;
  view.booked_at = row.booked_at;
  view.imported_at = row.imported_at;
  view.payment_id = row.payment_id;
  if (row.state != MovementState::review) return view;
  if (const auto kept = vault.get(movement_words_key(movement_id))) {
    const auto words = decode<MovementWords>(*kept);
    CHECK_INVARIANT(words);
    view.text = words->text;
    view.name = words->name;
    view.reference = words->reference;
  }
  return view;
}

// The movement for managers of its organisation, while it is in review.
Result<MovementRow> find_in_review(const Rows& rows, const Person& person, const Id& movement_id) {
  const Error unknown{Code::not_found, "unknown_movement",
                      "There is no such movement for you; list those in review."};
  auto row = rows.find<MovementRow>(movement_id.view());
  if (!row) return unknown;
  if (!role_of(rows, row->organization_id, person.person_id)) return rests_on("user", unknown);
  if (const auto may = check_manager(rows, person, row->organization_id); !may) return may.error();
  if (row->state == MovementState::review) return std::move(*row);
  return Error{Code::conflict, "movement_closed",
               "The movement was " + std::string(word(row->state)) + " before."};
}

// The payment that staff names, by whichever of the two.
Result<FoundPayment> find_named(const Rows& rows, const MovementRow& movement,
                                const MatchMovement& message) {
  const Error unknown{Code::not_found, "unknown_payment",
                      "The organisation has no such payment, and no order of such a code that "
                      "waits for a transfer; open a payment of the order by transfer first."};
  if (message.payment_id.has_value() == message.order_code.has_value()) {
    Faults faults;
    faults.add(Path{}, "must have payment_id or order_code, and not both");
    return invalid(std::move(faults));
  }
  if (message.payment_id) {
    auto payment = rows.find<PaymentRow>(message.payment_id->view());
    if (!payment || payment->organization_id != movement.organization_id) return unknown;
    return FoundPayment{*message.payment_id, std::move(*payment)};
  }
  const auto order_id = find_order_of_code(rows, movement.organization_id, *message.order_code);
  if (!order_id) return unknown;
  if (auto found = find_transfer(rows, *order_id, movement.amount)) return std::move(*found);
  return already_received();
}

MovementClosed closed(const Context& context, const Id& movement_id, const MovementRow& movement,
                      const std::optional<Id>& payment_id) {
  return {.organization_id = movement.organization_id,
          .movement_id = movement_id,
          .payment_id = payment_id,
          .person_id = context.person->person_id,
          .at = {context.now}};
}

void list_in_state(Rows& rows, const Id& movement_id, const MovementRow& movement) {
  rows.save(movements_prefix(movement.organization_id, movement.state) +
                std::string(newest_first(movement_id).view()),
            MovementOfOrganization{});
}

void count_in_review(Rows& rows, const Id& organization_id, int64_t change) {
  const MovementsInReview row{in_review(rows, organization_id) + change};
  CHECK_INVARIANT(row.count >= 0);
  rows.save(organization_id.view(), row);
}

}  // namespace

Decided<StatementReport> decide_import_statement(const Rows& rows, const Context& context,
                                                 const ImportStatement& message) {
  const auto may = check_manager(rows, *context.person, message.organization_id);
  if (!may) return may.error();
  const auto* file = std::any_cast<StatementFile>(&context.prepared);
  CHECK_INVARIANT(file);
  Decision<StatementReport> decision;
  if (message.from == 0) report_file(*file, decision.answer);
  StatementStep step(rows, context, message.organization_id, file->digest, decision);
  size_t taken = 0;
  while (taken < file->incoming.size() && step.take(file->incoming[taken])) ++taken;
  if (file->has_more || taken < file->incoming.size()) {
    decision.answer.next = message.from + static_cast<int64_t>(taken);
  }
  if (in_review(rows, message.organization_id) + step.reviewed() > kMovementsInReviewMax) {
    return Error{Code::conflict, "too_many_to_review",
                 "Too many movements wait for review; match or dismiss some first."};
  }
  return decision;
}

Decided<MovementView> decide_match_movement(const Rows& rows, const Context& context,
                                            const MatchMovement& message) {
  const auto& movement_id = message.movement_id;
  auto movement = find_in_review(rows, *context.person, movement_id);
  if (!movement) return movement.error();
  const auto named = find_named(rows, *movement, message);
  if (!named) return named.error();
  const auto& [payment_id, payment] = *named;
  if (const auto fit = check_by_hand(payment); !fit) return fit.error();
  Decision<MovementView> decision;
  decision.record(closed(context, movement_id, *movement, payment_id));
  decision.forget(movement_words_key(movement_id));
  Books books(rows, {context.now}, decision);
  take_money(rows, context, payment_id, payment, movement->amount, books, decision);
  movement->state = MovementState::matched;
  movement->payment_id = payment_id;
  decision.answer = view_of(context.vault, movement_id, *movement);
  return decision;
}

Decided<MovementView> decide_dismiss_movement(const Rows& rows, const Context& context,
                                              const DismissMovement& message) {
  const auto& movement_id = message.movement_id;
  auto movement = find_in_review(rows, *context.person, movement_id);
  if (!movement) return movement.error();
  Decision<MovementView> decision;
  decision.record(closed(context, movement_id, *movement, std::nullopt));
  decision.forget(movement_words_key(movement_id));
  movement->state = MovementState::dismissed;
  decision.answer = view_of(context.vault, movement_id, *movement);
  return decision;
}

Result<api::ListOf<MovementView>> list_movements(const Reader& reader,
                                                 const ListMovements& message) {
  const auto may = check_manager(reader.rows, *reader.person, message.organization_id);
  if (!may) return may.error();
  const auto prefix = movements_prefix(message.organization_id, message.state);
  const auto after = key_after(message.cursor, prefix, prefix.size() + 16);
  if (!after) return after.error();
  const auto limit = static_cast<size_t>(message.limit);
  api::ListOf<MovementView> list;
  std::string last;
  reader.rows.scan<MovementOfOrganization>(
      prefix, *after, limit + 1, [&](std::string_view key, const MovementOfOrganization&) {
        if (list.items.size() == limit) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        const auto id = newest_first(*Id::from_bytes(key.substr(prefix.size())));
        const auto row = reader.rows.find<MovementRow>(id.view());
        CHECK_INVARIANT(row);
        list.items.push_back(view_of(reader.vault, id, *row));
        return true;
      });
  return list;
}

void apply(Rows& rows, const MovementTaken& fact) {
  const auto seen = movement_seen_key(fact.organization_id, fact.digest.data);
  CHECK_INVARIANT(!rows.has(MovementSeen::table, seen));
  rows.save(seen, MovementSeen{fact.file, fact.day});
  if (fact.outcome != MovementOutcome::review) return;
  MovementRow row{.organization_id = fact.organization_id};
  row.reason = fact.reason.value_or(MovementReason::unknown_reference);
  row.amount = fact.amount;
  row.booked_at = fact.booked_at;
  row.imported_at = fact.at;
  rows.save(fact.movement_id.view(), row);
  list_in_state(rows, fact.movement_id, row);
  count_in_review(rows, fact.organization_id, 1);
}

void apply(Rows& rows, const MovementClosed& fact) {
  auto row = rows.find<MovementRow>(fact.movement_id.view());
  CHECK_INVARIANT(row && row->state == MovementState::review);
  rows.erase<MovementOfOrganization>(movements_prefix(fact.organization_id, row->state) +
                                     std::string(newest_first(fact.movement_id).view()));
  row->state = fact.payment_id ? MovementState::matched : MovementState::dismissed;
  row->payment_id = fact.payment_id;
  rows.save(fact.movement_id.view(), *row);
  list_in_state(rows, fact.movement_id, *row);
  count_in_review(rows, fact.organization_id, -1);
}

}  // namespace bilten::payment
