#include "daemons/payment/payouts.h"

#include <algorithm>

#include "common/base/shares.h"

namespace bilten::payment {

using namespace api::payment;

namespace {

PayoutTerms terms_of(const Rows& rows, const Id& organization_id) {
  return rows.find<PayoutTermsRow>(organization_id.view()).value_or(PayoutTermsRow{}).terms;
}

// When an event's money is due, and when what was kept back of it.
struct DueTimes {
  UnixMillis due = 0, rest = 0;
};
DueTimes due_times(const PayoutTerms& terms, const EventEndRow& event) {
  const auto due = event.ends_at.ms + terms.days * kDayMillis;
  return {due, terms.hold_back_rate > 0 ? due + terms.hold_back_days * kDayMillis : due};
}

// Nothing: it is not due yet, or comes to 0.
std::optional<PayoutPart> due_part(const Rows& rows, const Id& organization_id, const Owed& owed,
                                   const std::string& currency, UnixMillis now) {
  PayoutPart part{.event_id = {}, .amount = owed.amount};
  if (const auto event = rows.find<EventEndRow>(owed.event_id.view())) {
    const auto terms = terms_of(rows, organization_id);
    const auto times = due_times(terms, *event);
    if (now < times.due) return std::nullopt;
    const auto paid =
        rows.find<EventPaidRow>(event_paid_key(organization_id, owed.event_id, currency));
    const auto earned = std::max<int64_t>(0, owed.amount + (paid ? paid->amount : 0));
    if (now < times.rest) part.held_back = part_of(earned, terms.hold_back_rate);
  }
  if (!owed.event_id.is_nil()) part.event_id = owed.event_id;
  const auto most = std::max<int64_t>(0, owed.amount);
  part.held_back = std::min(part.held_back, most);
  part.disputed = std::min(owed.disputed, most - part.held_back);
  part.amount -= part.held_back + part.disputed;
  if (part.amount == 0) return std::nullopt;
  return part;
}

int64_t total_of(const std::vector<PayoutPart>& parts) {
  int64_t total = 0;
  for (const auto& part : parts) total += part.amount;
  return total;
}

// What is moved for one event: out of each account in credit its share, or what the event owes.
Entry entry_of(const Rows& rows, const PayoutMade& fact, const PayoutPart& part) {
  const auto& currency = fact.amount.currency;
  EntryAbout about{.organization_id = fact.organization_id, .kind = EntryKind::payout};
  about.event_id = part.event_id;
  about.reference = fact.payout_id.text();
  Entry entry(std::move(about));
  if (part.amount < 0) return entry.move({part.amount, currency}, kPayable, kPayouts);
  RowKey prefix(fact.organization_id);
  const auto owed = owed_of(rows, std::string(prefix.id(part.event_id.value_or(Id{}))), currency);
  CHECK_INVARIANT(owed.size() == 1);
  take_parts(entry, owed[0], currency, part.amount);
  return entry;
}

// Records the payout of what is due; nothing where that is not above 0.
std::optional<PayoutMade> make_payout(const Rows& rows, const Context& context,
                                      const Id& organization_id, const std::string& currency,
                                      Books& books, Effects& effects) {
  PayoutMade fact{.organization_id = organization_id,
                  .payout_id = {},
                  .amount = {},
                  .parts = {},
                  .at = {context.now}};
  fact.parts = due_parts(rows, organization_id, currency, context.now);
  fact.amount = {total_of(fact.parts), currency};
  if (fact.amount.amount <= 0) return std::nullopt;
  fact.payout_id = context.fresh_id();
  for (auto& part : fact.parts) part.entry = books.post(entry_of(rows, fact, part));
  effects.record(fact);
  return fact;
}

// A payout that was made, and neither sent nor given up.
Result<PayoutRow> find_made(const Rows& rows, const Id& payout_id) {
  auto row = rows.find<PayoutRow>(payout_id.view());
  if (!row) return Error{Code::not_found, "unknown_payout", "There is no such payout."};
  if (row->state == PayoutState::made) return std::move(*row);
  return Error{Code::conflict, "payout_ended",
               "The payout was " + std::string(word(row->state)) + " before; make another one."};
}

template <class Fact>
Fact ended_fact(const Id& payout_id, const PayoutRow& row, UnixMillis now) {
  Fact fact;
  fact.organization_id = row.organization_id;
  fact.payout_id = payout_id;
  fact.amount = row.amount;
  fact.at = {now};
  return fact;
}

void add_paid(Rows& rows, const Id& organization_id, const std::string& currency,
              const std::vector<PayoutPart>& parts, int64_t sign) {
  for (const auto& part : parts) {
    const auto key = event_paid_key(organization_id, part.event_id.value_or(Id{}), currency);
    auto row = rows.find<EventPaidRow>(key).value_or(EventPaidRow{});
    row.amount += sign * part.amount;
    rows.save(key, row);
  }
}

PayoutRow end_payout(Rows& rows, const PayoutMoved& fact, PayoutState state) {
  auto row = rows.find<PayoutRow>(fact.payout_id.view());
  CHECK_INVARIANT(row && row->state == PayoutState::made);
  row->state = state;
  row->ended_at = fact.at;
  return std::move(*row);
}

}  // namespace

std::vector<PayoutPart> due_parts(const Rows& rows, const Id& organization_id,
                                  const std::string& currency, UnixMillis now) {
  std::vector<PayoutPart> parts;
  for (const auto& owed : owed_of(rows, organization_id.view(), currency)) {
    if (parts.size() == static_cast<size_t>(kPayoutEventsMax)) break;
    const auto part = due_part(rows, organization_id, owed, currency, now);
    if (part) parts.push_back(*part);
  }
  return parts;
}

int64_t due_amount(const Rows& rows, const Id& organization_id, const std::string& currency,
                   UnixMillis now) {
  int64_t sum = 0;
  for (const auto& owed : owed_of(rows, organization_id.view(), currency)) {
    const auto part = due_part(rows, organization_id, owed, currency, now);
    if (part) sum += part->amount;
  }
  return sum;
}

Effects decide_payout_due(const Rows& rows, const Context& context, std::string_view key) {
  const auto event_id = Id::from_bytes(key);
  CHECK_INVARIANT(event_id);
  const auto event = rows.find<EventEndRow>(key);
  CHECK_INVARIANT(event);
  const auto& organization_id = event->organization_id;
  const auto times = due_times(terms_of(rows, organization_id), *event);
  PayoutDue fact{organization_id, *event_id, {}, {context.now}};
  if (context.now < times.due) fact.next_at = Instant{times.due};
  Effects effects;
  if (!fact.next_at) {
    if (context.now < times.rest) fact.next_at = Instant{times.rest};
    Books books(rows, {context.now}, effects);
    if (settle_own(rows, organization_id, *event_id, books)) {
      fact.next_at = Instant{context.now};  // The payout is made of what is left then.
    } else {
      for (const auto& currency : currencies_of(rows, organization_id)) {
        make_payout(rows, context, organization_id, currency, books, effects);
      }
    }
  }
  effects.record(fact);
  return effects;
}

Decided<PayoutView> decide_make_payout(const Rows& rows, const Context& context,
                                       const MakePayout& message) {
  Decision<PayoutView> decision;
  Books books(rows, {context.now}, decision);
  const auto fact =
      make_payout(rows, context, message.organization_id, message.currency, books, decision);
  if (!fact) {
    return Error{Code::conflict, "nothing_due",
                 "Nothing is due to the organisation in this currency yet."};
  }
  PayoutRow row{.organization_id = fact->organization_id};
  row.amount = fact->amount;
  row.parts = fact->parts;
  row.at = fact->at;
  decision.answer = payout_view(fact->payout_id, row);
  return decision;
}

Decided<PayoutView> decide_send_payout(const Rows& rows, const Context& context,
                                       const SendPayout& message) {
  auto row = find_made(rows, message.payout_id);
  if (!row) return row.error();
  Decision<PayoutView> decision;
  auto fact = ended_fact<PayoutSent>(message.payout_id, *row, context.now);
  fact.from = message.from;
  fact.reference = message.reference;
  decision.record(fact);
  EntryAbout about{.organization_id = row->organization_id, .kind = EntryKind::payout_sent};
  about.reference = message.reference;
  Books books(rows, {context.now}, decision);
  books.post(
      Entry(std::move(about)).move(row->amount, kPayouts, {AccountKind::clearing, message.from}));
  row->state = PayoutState::sent;
  row->reference = message.reference;
  row->ended_at = fact.at;
  decision.answer = payout_view(message.payout_id, *row);
  return decision;
}

Decided<PayoutView> decide_fail_payout(const Rows& rows, const Context& context,
                                       const FailPayout& message) {
  auto row = find_made(rows, message.payout_id);
  if (!row) return row.error();
  Decision<PayoutView> decision;
  const auto fact = ended_fact<PayoutFailed>(message.payout_id, *row, context.now);
  Books books(rows, {context.now}, decision);
  for (const auto& part : row->parts) books.undo(row->organization_id, part.entry);
  decision.record(fact);
  row->state = PayoutState::failed;
  row->ended_at = fact.at;
  decision.answer = payout_view(message.payout_id, *row);
  return decision;
}

Decided<Nothing> decide_set_payout_terms(const Rows&, const Context& context,
                                         const SetPayoutTerms& message) {
  Decision<Nothing> decision;
  decision.record(PayoutTermsSet{message.organization_id, message, {context.now}});
  return decision;
}

PayoutView payout_view(const Id& payout_id, const PayoutRow& row) {
  PayoutView view{.id = payout_id, .organization_id = row.organization_id};
  view.state = row.state;
  view.amount = row.amount;
  view.parts = row.parts;
  view.reference = row.reference;
  view.at = row.at;
  view.ended_at = row.ended_at;
  return view;
}

void note_end(Rows& rows, const api::event::Moved& fact) {
  const EventEndRow row{fact.organization_id, fact.terms.ends_at};
  rows.save(fact.event_id.view(), row);
  const auto due = due_times(terms_of(rows, row.organization_id), row).due;
  rows.set_timer(kPayoutTimer, fact.event_id.view(), due);
}

void apply(Rows& rows, const PayoutTermsSet& fact) {
  rows.save(fact.organization_id.view(), PayoutTermsRow{fact.terms});
}

void apply(Rows& rows, const PayoutDue& fact) {
  if (fact.next_at) {
    rows.set_timer(kPayoutTimer, fact.event_id.view(), fact.next_at->ms);
  } else {
    rows.clear_timer(kPayoutTimer, fact.event_id.view());
  }
}

void apply(Rows& rows, const PayoutMade& fact) {
  CHECK_INVARIANT(total_of(fact.parts) == fact.amount.amount && fact.amount.amount > 0);
  PayoutRow row{.organization_id = fact.organization_id};
  row.amount = fact.amount;
  row.parts = fact.parts;
  row.at = fact.at;
  rows.save(fact.payout_id.view(), row);
  rows.save(payout_of_key(fact.organization_id, fact.payout_id), PayoutOfOrganization{});
  add_paid(rows, fact.organization_id, fact.amount.currency, fact.parts, 1);
}

void apply(Rows& rows, const PayoutSent& fact) {
  auto row = end_payout(rows, fact, PayoutState::sent);
  row.reference = fact.reference;
  rows.save(fact.payout_id.view(), row);
}

void apply(Rows& rows, const PayoutFailed& fact) {
  const auto row = end_payout(rows, fact, PayoutState::failed);
  rows.save(fact.payout_id.view(), row);
  add_paid(rows, row.organization_id, row.amount.currency, row.parts, -1);
}

}  // namespace bilten::payment
