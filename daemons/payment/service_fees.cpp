// The platform's fees, as they are set and read.
#include "daemons/payment/fees.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;

Result<api::ListOf<FeePolicyView>> policies(const Reader& reader, const ListFeePolicies& message) {
  const auto& organization_id = message.organization_id;
  const auto may = check_manager(reader.rows, *reader.person, organization_id);
  if (!may) return may.error();
  api::ListOf<FeePolicyView> list;
  const auto add = [&](std::string_view key, const CurrentFeePolicy& current) {
    const auto policy = reader.rows.find<FeePolicyRow>(fee_policy_key(current.version));
    CHECK_INVARIANT(policy);
    const auto version = current_fee_version(reader.rows, organization_id, key.substr(16));
    if (version == current.version) {
      list.items.push_back(
          {{policy->terms}, version, policy->organization_id, policy->currency, policy->at});
    }
    return true;
  };
  for (const auto& owner : {organization_id, Id{}}) {
    reader.rows.scan<CurrentFeePolicy>(owner.view(), {}, SIZE_MAX, add);
  }
  return list;
}

}  // namespace

Table fee_table() {
  return {
      command<SetFeePolicy>("payment.fee_policy.set", decide_set_fee_policy),
      query<ListFeePolicies>("payment.fee_policies", policies),
  };
}

}  // namespace bilten::payment
