#include "daemons/payment/printed.h"

#include "common/base/time.h"

namespace bilten::payment {
namespace {

using api::payment::Party;

std::string kind_text(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::receipt: return "Receipt";
    case DocumentKind::invoice: return "Invoice";
    case DocumentKind::credit_note: return "Credit note";
  }
  return "";
}

// The name, the lines of the address, the tax number.
std::vector<std::string> lines_of(const std::optional<Party>& party) {
  if (!party) return {};
  std::vector<std::string> lines{party->title};
  if (!party->address.empty()) lines.push_back(party->address);
  if (!party->tax_id.empty()) lines.push_back("Tax number " + party->tax_id);
  return lines;
}

// "19 %", "5.5 %"
std::string percent(int64_t rate) {
  auto text = std::to_string(rate / 100);
  if (const auto rest = rate % 100; rest != 0) {
    text += '.' + std::to_string(rest / 10);
    if (rest % 10 != 0) text += std::to_string(rest % 10);
  }
  return text + " %";
}

}  // namespace

PrintedDocument printed(const api::payment::DocumentView& view, const Parties& parties,
                        const std::string& order_code) {
  PrintedDocument document;
  document.title = kind_text(view.kind) + " " + view.code;
  document.seller = lines_of(parties.seller);
  document.buyer = lines_of(parties.buyer);
  document.head = {{"DATE", rfc3339(view.at.ms).substr(0, 10)}, {"ORDER", order_code}};
  document.at = view.at.ms;
  const auto add = [&](const std::string& what, int64_t amount) {
    document.amounts.push_back({what, to_text({amount, view.amount.currency})});
  };
  add("Tickets", view.split.tickets);
  if (view.split.fees > 0) add("Fees", view.split.fees);
  for (const auto& tax : view.split.taxes) add("Tax " + percent(tax.rate), tax.amount);
  add(view.kind == DocumentKind::credit_note ? "Total given back" : "Total", view.amount.amount);
  return document;
}

}  // namespace bilten::payment
