#include "daemons/payment/evidence_text.h"

#include <map>

#include "common/base/time.h"

namespace bilten::payment {

using api::payment::EvidenceRefund;
using api::ticket::EvidenceTicket;
using api::ticket::OrderEvidence;

namespace {

constexpr size_t kLogBytesMax = 18'000, kRefundBytesMax = 12'000;

// "2 x Seat, 1 x Child"
std::string tickets_in_words(const std::vector<EvidenceTicket>& tickets) {
  std::map<std::string, int> counts;
  for (const auto& ticket : tickets) ++counts[ticket.type];
  std::string words;
  for (const auto& [type, count] : counts) {
    words += (words.empty() ? "" : ", ") + std::to_string(count) + " x " + type;
  }
  return words;
}

std::string product_of(const OrderEvidence::Answer& order, const Money& paid) {
  auto words = "Tickets for an event: " + order.event_title;
  if (!order.venue.empty()) words += ", " + order.venue;
  words += ", " + rfc3339(order.starts_at.ms) + " to " + rfc3339(order.ends_at.ms);
  if (!order.tickets.empty()) words += ". " + tickets_in_words(order.tickets);
  return words + ". Order " + order.code + " of " + rfc3339(order.ordered_at.ms) + ", paid " +
         to_text(paid) + ", delivered electronically.";
}

std::string log_of(const OrderEvidence::Answer& order) {
  std::string log;
  for (const auto& at : order.resends_asked_at) {
    log += rfc3339(at.ms) + " the link to the tickets was asked for by mail again.\n";
  }
  for (const auto& ticket : order.tickets) {
    for (const auto& admission : ticket.admissions) {
      if (log.size() > kLogBytesMax) return log + "Further admissions are left out.\n";
      log += rfc3339(admission.first_at.ms) + " ticket " + ticket.ticket_id.text() + " (" +
             ticket.type + ") was scanned and let in at " + admission.list;
      if (admission.gate) log += ", gate " + *admission.gate;
      if (admission.entries > 1) {
        log += "; " + std::to_string(admission.entries) + " times";
        if (admission.last_at) log += ", the last at " + rfc3339(admission.last_at->ms);
      }
      log += ".\n";
    }
  }
  return log;
}

std::string policy_of(const std::vector<EvidenceTicket>& tickets) {
  std::map<std::string, bool> refundable;
  for (const auto& ticket : tickets) refundable[ticket.type] = ticket.refundable;
  std::string policy;
  for (const auto& [type, is_refundable] : refundable) {
    policy += type + (is_refundable ? ": may be returned for a refund.\n"
                                    : ": sold without the right to return it for a refund.\n");
  }
  return policy;
}

std::string refunds_in_words(const std::vector<EvidenceRefund>& refunds) {
  std::string words;
  for (const auto& refund : refunds) {
    if (words.size() > kRefundBytesMax) return words + "Further refunds are left out.\n";
    words += to_text(refund.amount) + " of this payment went back to the card on " +
             rfc3339(refund.at.ms);
    if (!refund.reference.empty()) words += ", refund " + refund.reference;
    words += ".\n";
  }
  return words;
}

}  // namespace

Evidence evidence_of(const OrderEvidence::Answer& order, const Money& paid,
                     const std::vector<EvidenceRefund>& refunds, const std::string& more) {
  return {.product_description = product_of(order, paid),
          .service_date = rfc3339(order.starts_at.ms).substr(0, 10),
          .access_log = log_of(order),
          .refund_policy = policy_of(order.tickets),
          .customer_email = order.buyer_email,
          .customer_name = order.buyer_name,
          .more = refunds_in_words(refunds) + more};
}

}  // namespace bilten::payment
