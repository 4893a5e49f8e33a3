#include "daemons/payment/debts.h"

#include <algorithm>

#include "daemons/payment/payouts.h"

namespace bilten::payment {

using api::payment::DebtReceiptUndone;
using api::payment::DebtReceiptView;
using api::payment::DebtReceived;
using api::payment::ReceiveDebt;
using api::payment::UndoDebtReceipt;

namespace {

int64_t debt_of(const Rows& rows, const Id& organization_id, const std::string& currency,
                UnixMillis now) {
  return std::max<int64_t>(0, -due_amount(rows, organization_id, currency, now));
}

// What is known under a reference.
struct Receipt {
  int64_t entry = 0;
  DebtReceiptRow row;
};
std::optional<Receipt> find_receipt(const Rows& rows, const Id& organization_id,
                                    const std::string& reference) {
  const auto known = rows.find<DebtReferenceRow>(debt_reference_key(organization_id, reference));
  if (!known) return std::nullopt;
  auto row = rows.find<DebtReceiptRow>(debt_receipt_key(organization_id, known->entry));
  CHECK_INVARIANT(row);
  return Receipt{known->entry, std::move(*row)};
}

Decided<DebtReceiptView> told_again(const DebtReceiptRow& row, const Money& amount) {
  if (row.undone_at || row.amount != amount) {
    return Error{Code::conflict, "reference_used",
                 "By this reference " + to_text(row.amount) + " came" +
                     (row.undone_at ? ", and went back" : "") +
                     "; give this money one of its own."};
  }
  Decision<DebtReceiptView> decision;
  decision.answer = row;
  return decision;
}

}  // namespace

std::vector<Money> debts_of(const Rows& rows, const Id& organization_id, UnixMillis now) {
  std::vector<Money> debts;
  for (const auto& currency : currencies_of(rows, organization_id)) {
    const auto debt = debt_of(rows, organization_id, currency, now);
    if (debt > 0) debts.push_back({debt, currency});
  }
  return debts;
}

Decided<DebtReceiptView> decide_receive_debt(const Rows& rows, const Context& context,
                                             const ReceiveDebt& message) {
  const auto& organization_id = message.organization_id;
  if (const auto known = find_receipt(rows, organization_id, message.reference)) {
    return told_again(known->row, message.amount);
  }
  const auto& currency = message.amount.currency;
  const auto debt = debt_of(rows, organization_id, currency, context.now);
  if (message.amount.amount > debt) {
    return Error{Code::conflict, "more_than_owed",
                 "The organisation owes " + to_text({debt, currency}) +
                     "; note as much, and send back what is more."};
  }
  Decision<DebtReceiptView> decision;
  EntryAbout about{.organization_id = organization_id, .kind = EntryKind::debt_received};
  about.reference = message.reference;
  Books books(rows, {context.now}, decision);
  DebtReceived fact{organization_id, message.amount, message.reference, 0, {context.now}};
  fact.entry = books.post(Entry(std::move(about)).move(message.amount, kBank, kPayable));
  decision.record(fact);
  decision.answer = {message.amount, message.reference, fact.at};
  return decision;
}

Decided<DebtReceiptView> decide_undo_debt_receipt(const Rows& rows, const Context& context,
                                                  const UndoDebtReceipt& message) {
  const auto& organization_id = message.organization_id;
  const auto known = find_receipt(rows, organization_id, message.reference);
  if (!known) {
    return Error{Code::not_found, "unknown_reference",
                 "No money of the organisation was noted by that reference."};
  }
  if (known->row.undone_at) {
    return Error{Code::conflict, "already_undone",
                 "That was said before; what it was of is owed again."};
  }
  Decision<DebtReceiptView> decision;
  Books books(rows, {context.now}, decision);
  books.undo(organization_id, known->entry);
  decision.record(DebtReceiptUndone{organization_id, message.reference, {context.now}});
  decision.answer = known->row;
  decision.answer.undone_at = Instant{context.now};
  return decision;
}

void apply(Rows& rows, const DebtReceived& fact) {
  const auto reference = debt_reference_key(fact.organization_id, fact.reference);
  CHECK_INVARIANT(!rows.has(DebtReferenceRow::table, reference));
  rows.save(reference, DebtReferenceRow{fact.entry});
  rows.save(debt_receipt_key(fact.organization_id, fact.entry),
            DebtReceiptRow{{fact.amount, fact.reference, fact.at}});
}

void apply(Rows& rows, const DebtReceiptUndone& fact) {
  auto known = find_receipt(rows, fact.organization_id, fact.reference);
  CHECK_INVARIANT(known && !known->row.undone_at);
  known->row.undone_at = fact.at;
  rows.save(debt_receipt_key(fact.organization_id, known->entry), known->row);
}

}  // namespace bilten::payment
