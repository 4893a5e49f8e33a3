#include "daemons/payment/bookings.h"

#include <algorithm>

#include "common/base/shares.h"
#include "daemons/payment/document_lines.h"
#include "daemons/payment/fees.h"
#include "daemons/payment/order_prices.h"
#include "daemons/payment/payouts.h"

namespace bilten::payment {

using api::payment::FeeBearer;

namespace {

const AccountName kBuyerFees{AccountKind::buyer_fees};
const AccountName kPlatformFees{AccountKind::platform_fees};
const AccountName kRefunds{AccountKind::refunds};
const AccountName kDisputes{AccountKind::disputes};
const AccountName kUnapplied{AccountKind::unapplied};

AccountName clearing(std::string_view provider) {
  return {AccountKind::clearing, std::string(provider)};
}

EntryAbout about(const Rows& rows, EntryKind kind, const Movement& money) {
  EntryAbout made{.organization_id = money.organization_id, .kind = kind};
  made.order_id = money.order_id;
  if (!money.payment_id.is_nil()) made.payment_id = money.payment_id;
  made.reference = money.reference;
  if (const auto price = rows.find<OrderPriceRow>(money.order_id.view())) {
    made.event_id = price->event_id;
  }
  return made;
}

// Calls use(amount, account) for each part of what a buyer paid.
template <class Use>
void for_each_part(const Split& split, const std::string& currency, Use use) {
  use(Money{split.tickets, currency}, kPayable);
  use(Money{split.fees, currency}, kBuyerFees);
  for (const auto& tax : split.taxes) use(Money{tax.amount, currency}, tax_account(tax.rate));
}

// The platform's fee, out of the fees that buyers paid as far as these go where they bear it.
void move_fee(Entry& entry, const OrderPriceRow& price, FeeBearer bearer) {
  const auto most = price.split.tickets + price.split.fees;
  const auto fee = std::min(price.fee, most);
  const auto of_buyer = bearer == FeeBearer::buyer
                            ? std::min(fee, price.split.fees)
                            : std::max<int64_t>(0, fee - price.split.tickets);
  entry.move({of_buyer, price.currency}, kBuyerFees, kPlatformFees);
  entry.move({fee - of_buyer, price.currency}, kPayable, kPlatformFees);
}

// What the order's entries have left on an account, in the order's currency; credits positive.
int64_t credit_of(const OrderSumsRow& row, const std::string& currency, const AccountName& name) {
  for (const auto& sum : row.sums) {
    if (sum.account == name.kind && sum.of == name.of && sum.amount.currency == currency) {
      return -sum.amount.amount;
    }
  }
  return 0;
}

// What was paid for the order and not given back, divided as it is booked; `from_platform` of the
// platform's fee counts as the organiser's.
Split standing_of(const OrderSumsRow& row, const std::string& currency, int64_t from_platform) {
  Split split;
  split.tickets = std::max<int64_t>(0, credit_of(row, currency, kPayable) + from_platform);
  split.fees = std::max<int64_t>(0, credit_of(row, currency, kBuyerFees));
  for (const auto& sum : row.sums) {
    if (sum.account != AccountKind::tax || sum.amount.currency != currency) continue;
    if (sum.amount.amount < 0) split.taxes.push_back({std::stoll(sum.of), -sum.amount.amount});
  }
  return split;
}

// What was paid and not given back, as the sums of entries say: the platform's part among the
// tickets.
Split price_in(const std::vector<api::payment::Posting>& sums, const std::string& currency) {
  const OrderSumsRow row{sums};
  return standing_of(row, currency, credit_of(row, currency, kPlatformFees));
}

// Whether the money is for this order, and nothing stands that was paid for it.
bool is_wanted(const Rows& rows, const OrderPriceRow& price, const Movement& money) {
  if (money.amount.currency != price.currency || money.organization_id != price.organization_id) {
    return false;
  }
  const auto sums = rows.find<OrderSumsRow>(money.order_id.view());
  return !sums || price_in(sums->sums, price.currency).total() == 0;
}

// The money pays the order. What it is more or less than the price is the organiser's.
void pay_order(Books& books, const Rows& rows, const OrderPriceRow& price, const Movement& money) {
  Entry entry(about(rows, EntryKind::capture, money));
  auto paid = price.split;
  const auto beyond = money.amount.amount - paid.total();
  for_each_part(paid, price.currency, [&](const Money& amount, const AccountName& account) {
    entry.move(amount, clearing(money.provider), account);
  });
  entry.move({beyond, price.currency}, clearing(money.provider), kPayable);
  move_fee(entry, price, fee_terms(rows, price.fee_version).bearer);
  books.post(entry);
  paid.tickets = std::max<int64_t>(0, paid.tickets + beyond);
  books.documents().issue({DocumentKind::receipt, money.organization_id, price.event_id,
                           money.order_id, price.currency, paid, lines_of(rows, price)});
}

struct Due {
  Id organization_id, event_id, order_id;
  Money amount;
  int64_t kept = 0;
  bool ends_order = false;
};

// How much of the platform's fee goes back with the tickets that go: no more than it has of what
// was paid, for money that staff let count may be less than the price.
int64_t fee_back(const Rows& rows, const OrderPriceRow& price, const Due& due,
                 const OrderSumsRow& sums) {
  if (!fee_terms(rows, price.fee_version).returned) return 0;
  const auto platform = credit_of(sums, price.currency, kPlatformFees);
  const auto paid = platform + std::min<int64_t>(0, credit_of(sums, price.currency, kPayable));
  const auto back = due.ends_order ? platform : price.fee_before - price.fee;
  return std::max<int64_t>(0, std::min({back, paid, due.amount.amount}));
}

// What does not go back in proportion: the platform's part is out of the account that bore it, and
// fees that are kept stay.
Split going_from(const OrderPriceRow& price, FeeBearer bearer, int64_t fee, int64_t kept) {
  Split before = price.before;
  const auto of_fees = std::min(before.fees, kept + (bearer == FeeBearer::buyer ? fee : 0));
  before.fees -= of_fees;
  const auto rest = std::max<int64_t>(0, fee + kept - of_fees);
  before.tickets -= std::min(before.tickets, rest);
  return before;
}

void post_due(Books& books, const Rows& rows, const Due& due) {
  const auto sums = rows.find<OrderSumsRow>(due.order_id.view());
  if (!sums) return;  // Its money was never here.
  EntryAbout head{.organization_id = due.organization_id, .kind = EntryKind::refund_due};
  head.event_id = due.event_id;
  head.order_id = due.order_id;
  Entry entry(std::move(head));
  const auto& currency = due.amount.currency;
  const auto price = rows.find<OrderPriceRow>(due.order_id.view());
  if (!price) {
    entry.move(due.amount, kPayable, kRefunds);
  } else {
    const auto terms = fee_terms(rows, price->fee_version);
    const auto platform = std::max<int64_t>(0, credit_of(*sums, currency, kPlatformFees));
    const auto fee = fee_back(rows, *price, due, *sums);
    entry.move({fee, currency}, kPlatformFees, kRefunds);
    // A fee that the platform keeps is the organiser's loss.
    const auto whole = standing_of(*sums, currency, platform - fee);
    const auto before = going_from(*price, terms.bearer, fee, due.kept);
    auto part =
        portion(whole, before, price->split, std::min(due.amount.amount - fee, whole.total()));
    for_each_part(part, currency, [&](const Money& amount, const AccountName& account) {
      entry.move(amount, account, kRefunds);
    });
    part.tickets += fee;  // Who bought does not see what the platform takes.
    books.documents().issue({DocumentKind::credit_note, due.organization_id, due.event_id,
                             due.order_id, currency, part, lines_that_went(rows, *price)});
  }
  books.post(entry);
}

}  // namespace

void book_capture(Books& books, const Rows& rows, const Movement& money) {
  if (rows.has(PaymentEntryRow::table, money.payment_id.view())) return;
  const auto price = rows.find<OrderPriceRow>(money.order_id.view());
  const bool is_right = price && money.amount.amount == price->split.total();
  if (is_right && is_wanted(rows, *price, money)) return pay_order(books, rows, *price, money);
  Entry entry(about(rows, EntryKind::unapplied, money));
  books.post(entry.move(money.amount, clearing(money.provider), kUnapplied));
}

void book_desk_sale(Books& books, const Rows& rows, const Movement& money) {
  const auto price = rows.find<OrderPriceRow>(money.order_id.view());
  CHECK_INVARIANT(price);
  pay_order(books, rows, *price, money);
}

void book_release(Books& books, const Rows& rows, const Movement& money) {
  const auto held = rows.find<PaymentEntryRow>(money.payment_id.view());
  const auto price = rows.find<OrderPriceRow>(money.order_id.view());
  if (!held || !price || !is_wanted(rows, *price, money)) return;
  if (books.undo(money.organization_id, held->number) == 0) return;
  pay_order(books, rows, *price, money);
}

void book_return_due(Books& books, const Rows& rows, const Id& payment_id) {
  const auto payment = rows.find<PaymentEntryRow>(payment_id.view());
  if (!payment || payment->is_returned) return;
  const auto came = rows.find<EntryRow>(entry_key(payment->organization_id, payment->number));
  CHECK_INVARIANT(came);
  EntryAbout head = *came;
  head.kind = EntryKind::refund_due;
  Entry entry(std::move(head));
  for (const auto& posting : came->postings) {
    if (posting.account == AccountKind::clearing) continue;
    const Money amount{-posting.amount.amount, posting.amount.currency};
    entry.move(amount, {posting.account, posting.of}, kRefunds);
  }
  books.post(entry);
  if (came->kind != EntryKind::capture) return;
  const auto& currency = came->postings[0].amount.currency;
  const auto price = rows.find<OrderPriceRow>(came->order_id->view());
  CHECK_INVARIANT(price);
  books.documents().issue({DocumentKind::credit_note, came->organization_id, *came->event_id,
                           *came->order_id, currency, price_in(came->postings, currency),
                           lines_of(rows, *price)});
}

void book_refund_due(Books& books, const Rows& rows, const api::ticket::Refunded& fact) {
  post_due(books, rows,
           {fact.organization_id, fact.event_id, fact.order_id, fact.amount, fact.kept,
            fact.lines.empty()});
}

void book_refund_due(Books& books, const Rows& rows, const api::ticket::Exchanged& fact) {
  post_due(books, rows, {fact.organization_id, fact.event_id, fact.order_id, fact.amount});
}

void book_refund_sent(Books& books, const Rows& rows, const Movement& money) {
  Entry entry(about(rows, EntryKind::refund_sent, money));
  books.post(entry.move(money.amount, kRefunds, clearing(money.provider)));
}

void book_refund_bounced(Books& books, const Rows& rows, const Movement& money) {
  Entry entry(about(rows, EntryKind::refund_bounced, money));
  books.post(entry.move(money.amount, clearing(money.provider), kRefunds));
}

void book_provider_fee(Books& books, const Rows& rows, const Movement& fee) {
  Entry entry(about(rows, EntryKind::provider_fee, fee));
  const AccountName paid{AccountKind::provider_fees, std::string(fee.provider)};
  books.post(entry.move(fee.amount, paid, clearing(fee.provider)));
}

void book_provider_payout(Books& books, const std::string& provider, const Money& amount,
                          const std::string& reference) {
  EntryAbout about{.organization_id = kPlatform, .kind = EntryKind::provider_payout};
  about.reference = reference;
  books.post(Entry(std::move(about)).move(amount, kBank, clearing(provider)));
}

void book_dispute_opened(Books& books, const Rows& rows, const Movement& money) {
  Entry entry(about(rows, EntryKind::dispute_opened, money));
  books.post(entry.move(money.amount, kDisputes, clearing(money.provider)));
}

void book_dispute_closed(Books& books, const Rows& rows, const Movement& money, bool won) {
  Entry entry(about(rows, won ? EntryKind::dispute_won : EntryKind::dispute_lost, money));
  books.post(entry.move(money.amount, won ? clearing(money.provider) : kRefunds, kDisputes));
}

void book_taken_again(Books& books, const Rows& rows, const Movement& money) {
  auto head = about(rows, EntryKind::dispute_lost, money);
  head.order_id.reset();
  books.post(Entry(std::move(head)).move(money.amount, kPayable, kRefunds));
}

void apply(Rows& rows, const api::payment::Posted& fact) {
  write_entry(rows, fact);
  note_owed(rows, fact);
  if (fact.order_id) add_to_order(rows, *fact.order_id, fact.postings);
  if (!fact.payment_id) return;
  const auto key = fact.payment_id->view();
  if (fact.kind == EntryKind::capture || fact.kind == EntryKind::unapplied) {
    rows.save(key, PaymentEntryRow{fact.organization_id, fact.number});
  } else if (fact.kind == EntryKind::refund_due) {
    auto payment = rows.find<PaymentEntryRow>(key);
    CHECK_INVARIANT(payment && !payment->is_returned);
    payment->is_returned = true;
    rows.save(key, *payment);
  }
}

}  // namespace bilten::payment
