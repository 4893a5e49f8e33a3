// The contract of the ledger: owners and managers read their organisation's, operators all of it.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_ledger_facts.h"

namespace bilten::api::payment {

inline constexpr Limits kAnyAmount = between(INT64_MIN, INT64_MAX);
inline constexpr Limits kEntryNumber = between(0, INT64_MAX);
inline constexpr int64_t kLedgerPageMax = 200;
inline constexpr int64_t kLedgerCsvMax = 2000;

struct AccountView {
  AccountKind account = AccountKind::clearing;
  std::string of;
  std::string currency;
  int64_t balance = 0;
  static constexpr auto fields() {
    return field_list(
        field("account", &AccountView::account),
        field("of", &AccountView::of, length(0, 32))
            .doc("Which provider's, or of which tax rate in hundredths of a percent."),
        field("currency", &AccountView::currency, length(3, 3)),
        field("balance", &AccountView::balance, kAnyAmount)
            .doc("Minor units; debit positive, credit negative."));
  }
};

struct CurrencyTotal {
  std::string currency;
  int64_t debits = 0, credits = 0;
  static constexpr auto fields() {
    return field_list(field("currency", &CurrencyTotal::currency, length(3, 3)),
                      field("debits", &CurrencyTotal::debits, kAnyAmount),
                      field("credits", &CurrencyTotal::credits, kAnyAmount));
  }
};

struct TrialBalanceView {
  int64_t as_of = 0;
  std::vector<AccountView> accounts;
  std::vector<CurrencyTotal> totals;
  static constexpr auto fields() {
    using Self = TrialBalanceView;
    return field_list(
        field("as_of", &Self::as_of, kEntryNumber).doc("The last entry that is in it; 0: none."),
        field("accounts", &Self::accounts, items(0, 10'000)),
        field("totals", &Self::totals, items(0, 200))
            .doc("One for each currency: the balances on either side. They are equal."));
  }
};

struct ReadTrialBalance {
  static constexpr std::string_view name = "payment.ledger.trial_balance";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/ledger/trial-balance"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc = "All accounts of the organisation, after any entry: for owners and managers."};
  using Answer = TrialBalanceView;
  Id organization_id;
  std::optional<int64_t> as_of = {};
  static constexpr auto fields() {
    using Self = ReadTrialBalance;
    return field_list(field("organization_id", &Self::organization_id),
                      field("as_of", &Self::as_of, kEntryNumber)
                          .doc("The number of the last entry to be in it; absent: the latest."));
  }
};

struct ReadPlatformBalance {
  static constexpr std::string_view name = "payment.ledger.platform_balance";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .budget_ms = 10'000,
      .doc = "The same of all organisations together, for operators."};
  using Answer = TrialBalanceView;
  std::optional<int64_t> as_of = {};
  static constexpr auto fields() {
    return field_list(field("as_of", &ReadPlatformBalance::as_of, kEntryNumber));
  }
};

struct AccountLineView {
  int64_t number = 0, amount = 0, balance = 0;
  EntryKind kind = EntryKind::correction;
  Instant at = {};
  static constexpr auto fields() {
    using Self = AccountLineView;
    return field_list(
        field("number", &Self::number, kEntryNumber).doc("Of the entry."),
        field("kind", &Self::kind),
        field("amount", &Self::amount, kAnyAmount).doc("Debit positive, credit negative."),
        field("balance", &Self::balance, kAnyAmount).doc("Of the account, after it."),
        field("at", &Self::at));
  }
};

struct ListAccountLines {
  static constexpr std::string_view name = "payment.ledger.lines";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/ledger/lines"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc = "The statement of one account, the newest line first: for owners and managers."};
  using Answer = ListOf<AccountLineView>;
  Id organization_id;
  AccountKind account = AccountKind::organizer_payable;
  std::string of = {};
  std::string currency = {};
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListAccountLines;
    return field_list(field("organization_id", &Self::organization_id),
                      field("account", &Self::account),
                      field("of", &Self::of, length(0, 32)).or_default(),
                      field("currency", &Self::currency, length(3, 3, Format::currency)),
                      field("limit", &Self::limit, between(1, kLedgerPageMax)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct EntryView : EntryAbout {
  int64_t number = 0;
  std::vector<Posting> postings = {};
  std::optional<int64_t> reversed_by = {};
  Instant at = {};
  static constexpr auto fields() {
    using Self = EntryView;
    return join_fields(
        field_list(field("number", &Self::number, kEntryNumber)
                       .doc("Of all organisations' entries: yours rise, and have gaps.")),
        EntryAbout::fields(),
        field_list(field("postings", &Self::postings, items(2, kPostingsMax)),
                   field("reversed_by", &Self::reversed_by, kEntryNumber)
                       .doc("The entry that undoes this one."),
                   field("at", &Self::at)));
  }
};

struct ListEntries {
  static constexpr std::string_view name = "payment.ledger.entries";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/ledger/entries"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc = "The organisation's entries, the oldest first: for owners and managers."};
  using Answer = ListOf<EntryView>;
  Id organization_id;
  int64_t after = 0;
  int64_t limit = 50;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListEntries;
    return field_list(field("organization_id", &Self::organization_id),
                      field("after", &Self::after, kEntryNumber)
                          .or_default()
                          .doc("Begins with the first entry after this number."),
                      field("limit", &Self::limit, between(1, kLedgerPageMax)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct ExportEntries {
  static constexpr std::string_view name = "payment.ledger.entries_csv";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET",
               .path = "/v1/organizations/{organization_id}/ledger/entries.csv",
               .produces = "text/csv"},
      .refusals = {"unknown_organization", "role_missing"},
      .budget_ms = 10'000,
      .doc =
          "The same as CSV, a line for each posting. Ask again with the last number as `after` "
          "until nothing but the head comes."};
  using Answer = Content;
  Id organization_id;
  int64_t after = 0;
  int64_t limit = kLedgerCsvMax;
  static constexpr auto fields() {
    using Self = ExportEntries;
    return field_list(field("organization_id", &Self::organization_id),
                      field("after", &Self::after, kEntryNumber).or_default(),
                      field("limit", &Self::limit, between(1, kLedgerCsvMax)).or_default());
  }
};

// What a day's entries about one event did to one account.
struct DayView {
  std::optional<Id> event_id = {};
  std::string day;
  AccountKind account = AccountKind::clearing;
  std::string of;
  std::string currency;
  int64_t debits = 0, credits = 0, postings = 0;
  static constexpr auto fields() {
    using Self = DayView;
    return field_list(field("event_id", &Self::event_id).doc("Absent: entries about no event."),
                      field("day", &Self::day, length(10, 10)).doc("Of UTC: 2027-03-28."),
                      field("account", &Self::account), field("of", &Self::of, length(0, 32)),
                      field("currency", &Self::currency, length(3, 3)),
                      field("debits", &Self::debits, kAnyAmount),
                      field("credits", &Self::credits, kAnyAmount),
                      field("postings", &Self::postings, kEntryNumber));
  }
};

struct ReadStatement {
  static constexpr std::string_view name = "payment.ledger.statement";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/ledger/statement"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc =
          "What each day's entries did to each account, by event and day: for owners and "
          "managers. All of it sums to the trial balance."};
  using Answer = ListOf<DayView>;
  Id organization_id;
  std::optional<Id> event_id = {};
  int64_t limit = 100;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ReadStatement;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id).doc("Of this event alone."),
                      field("limit", &Self::limit, between(1, kLedgerPageMax)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::payment
