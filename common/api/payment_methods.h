// The contract of what buyers can pay an organisation with.
#pragma once

#include "common/api/list.h"
#include "common/api/payment_terms.h"

namespace bilten::api::payment {

struct MethodView {
  Method method = Method::card;
  std::string provider;
  std::optional<ProviderAccount> account = {};
  static constexpr auto fields() {
    using Self = MethodView;
    return field_list(field("method", &Self::method),
                      field("provider", &Self::provider, length(1, kProviderNameMax))
                          .doc("Of a card: who takes it."),
                      field("account", &Self::account)
                          .doc("Of a card, for managers: in whose account its money arrives."));
  }
};

struct ListMethods {
  static constexpr std::string_view name = "payment.methods";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/payment-methods"},
      .doc = "What buyers can pay this organisation with."};
  using Answer = ListOf<MethodView>;
  Id organization_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &ListMethods::organization_id));
  }
};

}  // namespace bilten::api::payment
