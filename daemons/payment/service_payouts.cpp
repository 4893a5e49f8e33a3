// Payouts as they are made, sent and read.
#include "common/service/paging.h"
#include "daemons/payment/payouts.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;

Result<api::ListOf<PayoutView>> payouts(const Reader& reader, const ListPayouts& message) {
  const auto& organization_id = message.organization_id;
  const auto may = check_manager(reader.rows, *reader.person, organization_id);
  if (!may) return may.error();
  const auto after = key_after(message.cursor, organization_id.view(), 32);
  if (!after) return after.error();
  api::ListOf<PayoutView> list;
  std::string last;
  reader.rows.scan<PayoutOfOrganization>(
      organization_id.view(), *after, static_cast<size_t>(message.limit) + 1,
      [&](std::string_view key, const PayoutOfOrganization&) {
        if (list.items.size() == static_cast<size_t>(message.limit)) {
          list.next_cursor = cursor_at(last);
          return false;
        }
        last = key;
        const auto payout_id = turned(*Id::from_bytes(key.substr(16)));
        const auto row = reader.rows.find<PayoutRow>(payout_id.view());
        CHECK_INVARIANT(row);
        list.items.push_back(payout_view(payout_id, *row));
        return true;
      });
  return list;
}

}  // namespace

Table payout_table() {
  return {
      query<ListPayouts>("payment.payouts", payouts),
      command<SetPayoutTerms>("payment.payout_terms.set", decide_set_payout_terms),
      command<MakePayout>("payment.payout.make", decide_make_payout),
      command<SendPayout>("payment.payout.send", decide_send_payout),
      command<FailPayout>("payment.payout.fail", decide_fail_payout),
      timer(kPayoutTimer, decide_payout_due),
      follow<api::event::Drafted>("event.drafted"),
      follow<api::event::Changed>("event.changed"),
      follow<api::event::Published>("event.published"),
      follow<api::event::Cancelled>("event.cancelled"),
      follow<api::event::Completed>("event.completed"),
  };
}

}  // namespace bilten::payment
