#include "daemons/payment/printed.h"

#include "common/base/time.h"

namespace bilten::payment {
namespace {

using api::payment::DocumentLine;
using api::payment::DocumentLineKind;
using api::payment::Party;
using api::payment::Split;

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

// The words of a document's lines.
struct Writer {
  std::string currency;
  bool is_given_back = false;

  std::string money(int64_t amount) const { return to_text({amount, currency}); }

  // Of an older document, which has no lines.
  std::vector<PrintedLine> parts(const Split& split) const {
    std::vector<PrintedLine> lines{{"Tickets", {}, {}, money(split.tickets)}};
    if (split.fees > 0) lines.push_back({"Fees", {}, {}, money(split.fees)});
    for (const auto& tax : split.taxes) {
      lines.push_back({"Tax " + percent(tax.rate), {}, {}, money(tax.amount)});
    }
    return lines;
  }

  std::vector<PrintedLine> lines(const std::vector<DocumentLine>& lines) const {
    std::vector<PrintedLine> written;
    for (const auto& line : lines) {
      if (line.kind == DocumentLineKind::item) {
        add_item(line, written);
      } else {
        written.push_back({word_of(line), {}, {}, money(line.amount)});
      }
    }
    return written;
  }

 private:
  void add_item(const DocumentLine& line, std::vector<PrintedLine>& written) const {
    written.push_back({line.title.empty() ? "Ticket" : line.title, std::to_string(line.quantity),
                       money(line.unit_price), money(line.amount + line.discount)});
    if (line.discount != 0) written.push_back({"Discount", {}, {}, money(-line.discount)});
  }

  std::string word_of(const DocumentLine& line) const {
    switch (line.kind) {
      case DocumentLineKind::fees: return "Fees";
      case DocumentLineKind::tax: return "Tax " + percent(line.rate);
      case DocumentLineKind::item:
      case DocumentLineKind::rest: break;
    }
    if (line.amount < 0) return is_given_back ? "Not given back" : "Less than the price";
    return is_given_back ? "Given back of the price" : "More than the price";
  }
};

}  // namespace

PrintedDocument printed(const api::payment::DocumentView& view, const Parties& parties,
                        const std::string& order_code) {
  PrintedDocument document;
  document.title = kind_text(view.kind) + " " + view.code;
  document.seller = lines_of(parties.seller);
  document.buyer = lines_of(parties.buyer);
  document.head = {{"DATE", rfc3339(view.at.ms).substr(0, 10)}, {"ORDER", order_code}};
  document.at = view.at.ms;
  const Writer write{view.amount.currency, view.kind == DocumentKind::credit_note};
  document.lines = view.lines.empty() ? write.parts(view.split) : write.lines(view.lines);
  document.total = {write.is_given_back ? "Total given back" : "Total",
                    write.money(view.amount.amount)};
  for (const auto& tax : view.split.taxes) {
    document.taxes.emplace_back("Tax " + percent(tax.rate) + " in it", write.money(tax.amount));
  }
  return document;
}

}  // namespace bilten::payment
