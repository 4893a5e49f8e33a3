// The contract of what organisers owe the platform, such as its fees of sales whose money went to
// an account of theirs: operators say what of it came in, owners and managers read theirs.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_debt_facts.h"

namespace bilten::api::payment {

inline constexpr int64_t kDebtorsMax = 50;  // Of one page.

struct DebtReceiptView {
  Money amount = {};
  std::string reference = {};
  Instant at = {};
  std::optional<Instant> undone_at = {};
  static constexpr auto fields() {
    using Self = DebtReceiptView;
    return field_list(field("amount", &Self::amount, between(1, kMoneyMax)),
                      field("reference", &Self::reference, length(1, 255)), field("at", &Self::at),
                      field("undone_at", &Self::undone_at)
                          .doc("When it turned out not to have come: it is owed again."));
  }
};

struct ReadDebts {
  static constexpr std::string_view name = "payment.debts";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/debts"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc =
          "What the organisation owes the platform, and what it sent of it, the newest first: "
          "for owners and managers."};
  struct Answer : ListOf<DebtReceiptView> {
    std::vector<Money> owed = {};
    static constexpr auto fields() {
      return join_fields(
          ListOf<DebtReceiptView>::fields(),
          field_list(field("owed", &Answer::owed, bilten::items(0, 1000))
                         .doc("In each currency, now: what is due to the organisation is taken off "
                              "it already. Any payout to come is less by it.")));
    }
  };
  Id organization_id;
  int64_t limit = 20;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ReadDebts;
    return field_list(field("organization_id", &Self::organization_id),
                      field("limit", &Self::limit, between(1, 100)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct ReceiveDebt {
  static constexpr std::string_view name = "payment.debt.receive";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"more_than_owed", "reference_used"},
      .doc =
          "Notes that money which an organisation owes came in at the platform's bank. The same "
          "again, by its reference, changes nothing."};
  using Answer = DebtReceiptView;
  Id organization_id;
  Money amount;
  std::string reference;
  static constexpr auto fields() {
    using Self = ReceiveDebt;
    return field_list(field("organization_id", &Self::organization_id),
                      field("amount", &Self::amount, between(1, kMoneyMax)),
                      field("reference", &Self::reference, length(1, 255, Format::line))
                          .doc("Of the transfer, at the bank."));
  }
};

struct UndoDebtReceipt {
  static constexpr std::string_view name = "payment.debt.undo";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"unknown_reference", "already_undone"},
      .doc =
          "Says that money which was noted as received did not come, or went back: it is owed "
          "again."};
  using Answer = DebtReceiptView;
  Id organization_id;
  std::string reference;
  static constexpr auto fields() {
    using Self = UndoDebtReceipt;
    return field_list(field("organization_id", &Self::organization_id),
                      field("reference", &Self::reference, length(1, 255, Format::line)));
  }
};

struct Debtor {
  Id organization_id;
  std::vector<Money> owed;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Debtor::organization_id),
                      field("owed", &Debtor::owed, items(1, 1000)));
  }
};

struct ListDebtors {
  static constexpr std::string_view name = "payment.debtors";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::mesh,
                                     .budget_ms = 10'000,
                                     .doc = "Which organisations owe the platform, and how much."};
  using Answer = ListOf<Debtor>;
  int64_t limit = kDebtorsMax;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListDebtors;
    return field_list(field("limit", &Self::limit, between(1, kDebtorsMax)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

}  // namespace bilten::api::payment
