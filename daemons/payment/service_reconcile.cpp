// Reconciliation as it is asked for.
#include "daemons/payment/reconcile.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using api::payment::kDifferencesMax;
using api::payment::Reconcile;

Result<Reconcile::Answer> reconcile(const Reader& reader, const Reconcile& message) {
  std::vector<KnownMovement> theirs;
  for (const auto& line : message.lines) {
    const bool is_sure = line.at >= message.from && line.at < message.until;
    theirs.push_back({line.reference, line.amount, is_sure});
  }
  auto found =
      compare(movements_of(reader.rows, message.provider, message.from, message.until), theirs);
  Reconcile::Answer answer{std::move(found.differences), found.matched};
  if (answer.differences.size() > static_cast<size_t>(kDifferencesMax)) {
    answer.differences.resize(kDifferencesMax);
    answer.is_cut = true;
  }
  return answer;
}

}  // namespace

Table reconcile_table() {
  return {slow_query<Reconcile>("payment.reconcile", reconcile)};
}

}  // namespace bilten::payment
