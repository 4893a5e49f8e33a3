// The contract of payouts: operators send them, owners and managers read theirs.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_payout_facts.h"

namespace bilten::api::payment {

enum class PayoutState : uint8_t { made, sent, failed };
constexpr auto names_of(PayoutState) {
  return std::array<std::string_view, 3>{"made", "sent", "failed"};
}

struct PayoutView {
  Id id, organization_id;
  PayoutState state = PayoutState::made;
  Money amount = {};
  std::vector<PayoutPart> parts = {};
  std::string reference = {};
  Instant at = {};
  std::optional<Instant> ended_at = {};
  static constexpr auto fields() {
    using Self = PayoutView;
    return field_list(
        field("id", &Self::id), field("organization_id", &Self::organization_id),
        field("state", &Self::state), field("amount", &Self::amount, between(1, INT64_MAX)),
        field("parts", &Self::parts, items(1, kPayoutEventsMax))
            .doc("What each event earned or owed, and what is kept of it for now."),
        field("reference", &Self::reference, length(0, 255)).doc("Of the transfer, at the bank."),
        field("at", &Self::at),
        field("ended_at", &Self::ended_at).doc("When it was sent, or failed."));
  }
};

struct ListPayouts {
  static constexpr std::string_view name = "payment.payouts";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/payouts"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc = "The organisation's payouts, the newest first: for owners and managers."};
  using Answer = ListOf<PayoutView>;
  Id organization_id;
  int64_t limit = 20;
  std::optional<std::string> cursor = {};
  static constexpr auto fields() {
    using Self = ListPayouts;
    return field_list(field("organization_id", &Self::organization_id),
                      field("limit", &Self::limit, between(1, 100)).or_default(),
                      field("cursor", &Self::cursor, length(1, 200)));
  }
};

struct SetPayoutTerms : PayoutTerms {
  static constexpr std::string_view name = "payment.payout_terms.set";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .doc = "Sets when an organisation is paid, and how much is kept back for a while."};
  using Answer = Nothing;
  Id organization_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("organization_id", &SetPayoutTerms::organization_id)),
                       PayoutTerms::fields());
  }
};

struct MakePayout {
  static constexpr std::string_view name = "payment.payout.make";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"nothing_due"},
      .doc = "Sets aside what is due to an organisation now, without waiting for the next event."};
  using Answer = PayoutView;
  Id organization_id;
  std::string currency;
  static constexpr auto fields() {
    return field_list(field("organization_id", &MakePayout::organization_id),
                      field("currency", &MakePayout::currency, length(3, 3, Format::currency)));
  }
};

struct SendPayout {
  static constexpr std::string_view name = "payment.payout.send";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"unknown_payout", "payout_ended"},
      .doc = "Notes that a payout's money was sent by hand, and from where."};
  using Answer = PayoutView;
  Id payout_id;
  std::string from;
  std::string reference;
  static constexpr auto fields() {
    return field_list(
        field("payout_id", &SendPayout::payout_id),
        field("from", &SendPayout::from, length(1, 32, Format::word))
            .doc("Which clearing account it came out of: bank, for what providers pay out "
                 "goes there; or the name of the provider that sent it."),
        field("reference", &SendPayout::reference, length(0, 255)).or_default());
  }
};

struct FailPayout {
  static constexpr std::string_view name = "payment.payout.fail";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .refusals = {"unknown_payout", "payout_ended"},
      .doc = "Gives a payout up that was made and not sent: its money is owed again."};
  using Answer = PayoutView;
  Id payout_id;
  static constexpr auto fields() { return field_list(field("payout_id", &FailPayout::payout_id)); }
};

}  // namespace bilten::api::payment
