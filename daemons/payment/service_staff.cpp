// What staff does about money by hand, evidence among it.
#include "daemons/payment/attention.h"
#include "daemons/payment/evidence.h"
#include "daemons/payment/service_parts.h"
#include "daemons/payment/staff.h"

namespace bilten::payment {

using namespace api::payment;

Table staff_table() {
  return {
      query<ListAttention>("payment.attention", list_attention),
      command<ReleasePayment>("payment.release", decide_release),
      command<ReturnPayment>("payment.return", decide_return),
      command<RetryPayment>("payment.retry", decide_retry),
      command<ReceivePayment>("payment.receive", decide_receive),
      command<GiveBack>("payment.give_back", decide_give_back),
      query<ReadEvidence>("payment.evidence", read_evidence),
      command<GiveEvidence>("payment.give_evidence", decide_give_evidence),
      timer(kEvidenceTimer, decide_evidence_due),
  };
}

}  // namespace bilten::payment
