// The contract of the platform's fees: operators set them, organisers read theirs.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_fee_facts.h"

namespace bilten::api::payment {

struct FeePolicyView : FeeTerms {
  int64_t version = 0;
  std::optional<Id> organization_id = {};
  std::string currency;
  Instant at = {};
  static constexpr auto fields() {
    using Self = FeePolicyView;
    return join_fields(
        field_list(field("version", &Self::version, between(1, INT64_MAX)),
                   field("organization_id", &Self::organization_id)
                       .doc("Absent: for all that have no policy of their own."),
                   field("currency", &Self::currency, length(3, 3)), field("at", &Self::at)),
        FeeTerms::fields());
  }
};

struct SetFeePolicy : FeeTerms {
  static constexpr std::string_view name = "payment.fee_policy.set";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::mesh,
      .doc = "Sets the fees that the platform takes from now on. Orders made before keep theirs."};
  using Answer = FeePolicyView;
  std::optional<Id> organization_id = {};
  std::string currency;
  static constexpr auto fields() {
    using Self = SetFeePolicy;
    return join_fields(
        field_list(field("organization_id", &Self::organization_id)
                       .doc("Absent: for all that have no policy of their own."),
                   field("currency", &Self::currency, length(3, 3, Format::currency))),
        FeeTerms::fields());
  }
};

struct ListFeePolicies {
  static constexpr std::string_view name = "payment.fee_policies";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/fee-policies"},
      .refusals = {"unknown_organization", "role_missing"},
      .doc =
          "The fees of the platform that the organisation's new orders are made under, one "
          "for each currency: for owners and managers."};
  using Answer = ListOf<FeePolicyView>;
  Id organization_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &ListFeePolicies::organization_id));
  }
};

}  // namespace bilten::api::payment
