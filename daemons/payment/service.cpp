#include "daemons/payment/service.h"

#include <iterator>
#include <utility>

#include "common/api/payment_facts.h"
#include "daemons/payment/core.h"
#include "daemons/payment/providers.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {

Service service(const Config& config, const ServiceKeys& keys, std::shared_ptr<Provider> stripe,
                const OwnAccounts& own) {
  const auto providers = make_providers(config, keys, std::move(stripe), own);
  Service made{.name = "payment",
               .doc = "Payments, refunds and disputes of orders.",
               .facts = describe_facts<api::payment::Facts>(),
               .table = order_table(),
               .evolve = evolve,
               .read_by_the_page = {"ticket"}};
  for (auto& part :
       {payment_table(config, keys, own), task_table(config, providers), event_refund_table(),
        staff_table(), sandbox_table(config, keys), ledger_table(), fee_table(), payout_table(),
        debt_table(), document_table(keys), reconcile_table(config, providers),
        statement_table(keys)}) {
    std::move(part.begin(), part.end(), std::back_inserter(made.table));
  }
  return made;
}

}  // namespace bilten::payment
