// Stripe's own book, and what it is told in a dispute.
#include "common/base/text.h"
#include "daemons/payment/provider_stripe.h"
#include "daemons/payment/stripe_amounts.h"

namespace bilten::payment {
namespace {

using namespace stripe;

constexpr size_t kEvidenceMax = 20'000;  // Code points; Stripe's own limit.

Form query_of(const ReportQuery& query) {
  Form form{{"limit", "100"}};
  if (!query.payout.empty()) form.emplace_back("payout", query.payout);
  if (query.from) form.emplace_back("created[gte]", std::to_string(*query.from / 1000));
  if (!query.cursor.empty()) form.emplace_back("starting_after", query.cursor);
  return form;
}

Result<ReportLine> line_of(const BalanceTransaction& from) {
  ReportLine line;
  line.reference = from.id;
  line.category = from.reporting_category;
  line.at = from.created * 1000;
  for (const auto& [units, into] :
       {std::pair(from.amount, &line.amount), std::pair(from.fee, &line.fee),
        std::pair(from.net, &line.net)}) {
    auto money = money_of(units, from.currency);
    if (!money) return money.error();
    *into = std::move(*money);
  }
  if (!from.source) return line;
  line.source = from.source->id;
  line.money_reference = from.source->payment_intent.value_or("");
  if (const auto& metadata = from.source->metadata) {
    if (metadata->payment_id) line.payment_id = Id::parse(*metadata->payment_id);
    if (metadata->refund_id) line.refund_id = Id::parse(*metadata->refund_id);
  }
  return line;
}

Result<ReportedPayout> line_of(const Payout& from) {
  auto amount = money_of(from.amount, from.currency);
  if (!amount) return amount.error();
  return ReportedPayout{.reference = from.id,
                        .state = from.status,
                        .amount = std::move(*amount),
                        .at = from.created * 1000,
                        .arrives_at = from.arrival_date * 1000};
}

template <class Line, class Object>
Result<ReportPage<Line>> page_of(const Result<std::string>& answer) {
  const auto page = read<Page<Object>>(answer);
  if (!page) return page.error();
  ReportPage<Line> made;
  for (const auto& object : page->data) {
    auto line = line_of(object);
    if (!line) return garbled(line.error());
    made.items.push_back(std::move(*line));
  }
  if (page->has_more && !page->data.empty()) made.next = page->data.back().id;
  return made;
}

}  // namespace

Result<ReportPage<ReportLine>> StripeProvider::balance_lines(const ReportQuery& query) {
  auto form = query_of(query);
  form.emplace_back("expand[0]", "data.source");
  return page_of<ReportLine, BalanceTransaction>(api_.get("/v1/balance_transactions", form));
}

Result<ReportPage<ReportedPayout>> StripeProvider::payouts(const ReportQuery& query) {
  return page_of<ReportedPayout, Payout>(api_.get("/v1/payouts", query_of(query)));
}

Status StripeProvider::give_evidence(const std::string& dispute, const Evidence& evidence,
                                     bool submit, const std::string& key) {
  if (!is_object_id(dispute)) return Error{Code::not_found, "provider_unknown", dispute};
  Form form{{"submit", submit ? "true" : "false"}};
  for (const auto& [name, words] : {std::pair("product_description", &evidence.product_description),
                                    std::pair("service_date", &evidence.service_date),
                                    std::pair("access_activity_log", &evidence.access_log),
                                    std::pair("refund_policy_disclosure", &evidence.refund_policy),
                                    std::pair("customer_email_address", &evidence.customer_email),
                                    std::pair("customer_name", &evidence.customer_name),
                                    std::pair("uncategorized_text", &evidence.more)}) {
    if (words->empty()) continue;
    if (code_points(*words).value_or(kEvidenceMax + 1) > kEvidenceMax) {
      return Error{Code::invalid, "evidence_too_long", std::string(name) + ": shorten it"};
    }
    form.emplace_back("evidence[" + std::string(name) + "]", *words);
  }
  const auto answer = api_.post("/v1/disputes/" + dispute, form, key);
  if (!answer) return answer.error();
  return Done{};
}

}  // namespace bilten::payment
