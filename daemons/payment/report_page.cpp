#include "daemons/payment/report_page.h"

#include <algorithm>

#include "daemons/payment/bookings.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/reconcile_rows.h"

namespace bilten::payment {

using api::payment::ReportTaken;
using api::payment::ToldLine;

namespace {

// The payment whose money the line moved.
std::optional<Id> payment_of(const Rows& rows, const std::string& account, const ToldLine& line) {
  std::optional<Id> found;
  const auto& reference = line.money_reference.empty() ? line.source : line.money_reference;
  if (const auto known = rows.find<ReferenceRow>(reference_key(account, reference))) {
    found = known->payment_id;
  } else {
    found = line.payment_id;
  }
  if (!found) return std::nullopt;
  const auto payment = rows.find<PaymentRow>(found->view());
  return payment && account_name(*payment) == account ? found : std::nullopt;
}

class PageStep {
 public:
  PageStep(const Rows& rows, ReportTaken& fact, Effects& effects)
      : rows_(rows),
        is_own_(owner_of(fact.provider)),
        fact_(fact),
        books_(rows, fact.at, effects) {}

  void take(const ToldLine& line) {
    const bool is_payout = line.category == "payout" || line.category == "payout_reversal";
    // Whoever has an account may write the id of a payment into its payouts.
    const auto payment_id = is_payout ? std::nullopt : payment_of(rows_, fact_.provider, line);
    if (is_own_ && !payment_id) {
      ++fact_.passed_over;
      return;
    }
    const auto payment =
        payment_id ? std::optional(find_payment(rows_, *payment_id)) : std::nullopt;
    const auto& source = line.source.empty() ? line.reference : line.source;
    if (is_payout) {
      book_payout(line, source);
    } else {
      const bool is_charge = line.category == "charge" || line.category == "payment";
      fact_.movements.push_back(
          {is_charge && payment ? payment->reference : source, line.amount, line.at});
    }
    if (line.fee == 0 || is_own_) return;
    if (payment) {
      book_fee(line, *payment_id, *payment);
    } else {  // Nobody's here, so that it is a difference.
      fact_.movements.push_back({line.reference, {-line.fee, line.amount.currency}, line.at});
    }
  }

 private:
  // By a report of before, or by this page, which may list a line twice.
  bool is_booked(const ToldLine& line) const {
    return std::find(fact_.fees.begin(), fact_.fees.end(), line.reference) != fact_.fees.end() ||
           rows_.has(BookedFee::table, reference_key(fact_.provider, line.reference));
  }
  void book_payout(const ToldLine& line, const std::string& source) {
    ++fact_.passed_over;
    if (is_booked(line)) return;
    const Money sent{-line.amount.amount, line.amount.currency};
    book_provider_payout(books_, fact_.provider, sent, source);
    fact_.fees.push_back(line.reference);
  }
  void book_fee(const ToldLine& line, const Id& payment_id, const PaymentRow& payment) {
    if (is_booked(line)) return;
    book_provider_fee(books_, rows_,
                      {payment.order_id, payment_id, payment.organization_id,
                       Money{line.fee, line.amount.currency}, fact_.provider, line.reference});
    fact_.fees.push_back(line.reference);
  }

  const Rows& rows_;
  const bool is_own_;
  ReportTaken& fact_;
  Books books_;
};

}  // namespace

void take_lines(const Rows& rows, const std::vector<ToldLine>& lines, ReportTaken& fact,
                Effects& effects) {
  PageStep step(rows, fact, effects);
  for (const auto& line : lines) step.take(line);
}

}  // namespace bilten::payment
