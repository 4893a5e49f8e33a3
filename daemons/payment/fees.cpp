#include "daemons/payment/fees.h"

#include <algorithm>

#include "common/base/money.h"
#include "common/base/shares.h"

namespace bilten::payment {

using api::payment::FeePolicySet;
using api::payment::FeePolicyView;
using api::payment::SetFeePolicy;

namespace {

// So many tickets' fixed amounts, at most `most`.
int64_t times(int64_t each, int64_t count, int64_t most) {
  const auto product = multiply_amount(each, count);
  return product ? std::min(*product, most) : most;
}

}  // namespace

int64_t fee_of(const FeeTerms& terms, const std::vector<api::ticket::Line>& lines) {
  int64_t fee = 0;
  for (const auto& line : lines) {
    const auto price = line.unit_price * line.quantity - line.discount;
    if (price <= 0) continue;
    auto of_line = part_of(price, terms.rate) + times(terms.fixed, line.quantity, price);
    if (terms.cap) of_line = std::min(of_line, times(*terms.cap, line.quantity, price));
    fee += std::min(of_line, price);
  }
  return fee;
}

int64_t current_fee_version(const Rows& rows, const Id& organization_id,
                            std::string_view currency) {
  auto current = rows.find<CurrentFeePolicy>(current_fee_key(organization_id, currency));
  if (!current) current = rows.find<CurrentFeePolicy>(current_fee_key({}, currency));
  return current ? current->version : 0;
}

FeeTerms fee_terms(const Rows& rows, int64_t version) {
  if (version == 0) return {};
  const auto policy = rows.find<FeePolicyRow>(fee_policy_key(version));
  CHECK_INVARIANT(policy);
  return policy->terms;
}

Decided<FeePolicyView> decide_set_fee_policy(const Rows& rows, const Context& context,
                                             const SetFeePolicy& message) {
  const auto head = rows.find<FeePolicyHead>("").value_or(FeePolicyHead{});
  const FeePolicySet fact{.version = head.last_version + 1,
                          .organization_id = message.organization_id,
                          .currency = message.currency,
                          .terms = message,
                          .at = {context.now}};
  Decision<FeePolicyView> decision;
  decision.record(fact);
  decision.answer = {{message}, fact.version, fact.organization_id, fact.currency, fact.at};
  return decision;
}

void apply(Rows& rows, const FeePolicySet& fact) {
  rows.save("", FeePolicyHead{fact.version});
  rows.save(fee_policy_key(fact.version),
            FeePolicyRow{fact.organization_id, fact.currency, fact.terms, fact.at});
  rows.save(current_fee_key(fact.organization_id, fact.currency), CurrentFeePolicy{fact.version});
}

}  // namespace bilten::payment
