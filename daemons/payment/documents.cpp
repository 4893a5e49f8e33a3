#include "daemons/payment/documents.h"

#include <algorithm>
#include <charconv>

#include "common/base/time.h"
#include "daemons/payment/document_lines.h"
#include "daemons/payment/rights.h"

namespace bilten::payment {

using namespace api::payment;

namespace {

constexpr std::string_view kLetters = "RIC";  // By kind.
constexpr size_t kDocumentsPerOrder = 1000;

int64_t year_of(Instant at) {
  return std::stoll(rfc3339(at.ms).substr(0, 4));
}

// A number of digits alone, all of `text`.
std::optional<int64_t> digits(std::string_view text) {
  int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  const bool is_whole = error == std::errc() && at == end && text[0] != '-';
  return is_whole ? std::optional(value) : std::nullopt;
}

std::optional<DocumentView> first_of(const std::vector<DocumentView>& documents,
                                     DocumentKind kind) {
  const auto first = std::find_if(documents.begin(), documents.end(),
                                  [&](const auto& each) { return each.kind == kind; });
  return first == documents.end() ? std::nullopt : std::optional(*first);
}

DocumentRow row_of(const DocumentIssued& fact) {
  return {fact.event_id, fact.order_id, fact.amount, fact.split, fact.at, fact.lines};
}

}  // namespace

std::optional<DocumentIssued> Issuer::issue(const Draft& draft) {
  const auto total = draft.split.total();
  if (total <= 0) return std::nullopt;
  DocumentIssued fact;
  fact.kind = draft.kind;
  fact.year = year_of(now_);
  const auto series = series_key(draft.organization_id, fact.kind, fact.year);
  auto& last = last_numbers_[series];
  if (last == 0) last = rows_.find<SeriesRow>(series).value_or(SeriesRow{}).last_number;
  fact.number = ++last;
  fact.organization_id = draft.organization_id;
  fact.event_id = draft.event_id;
  fact.order_id = draft.order_id;
  fact.amount = {total, draft.currency};
  fact.split = draft.split;
  fact.at = now_;
  fact.lines = completed(draft.lines, total);
  effects_.record(fact);
  return fact;
}

std::string code_of(const DocumentNumber& number) {
  auto digits = std::to_string(number.number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return std::string(1, kLetters[static_cast<size_t>(number.kind)]) + '-' +
         std::to_string(number.year) + '-' + digits;
}

std::optional<DocumentNumber> parse_document_code(std::string_view code) {
  if (code.size() < 8 || code[1] != '-' || code[6] != '-') return std::nullopt;
  const auto kind = kLetters.find(code[0]);
  const auto year = digits(code.substr(2, 4)), number = digits(code.substr(7));
  if (kind == std::string_view::npos || !year || !number) return std::nullopt;
  DocumentNumber parsed{static_cast<DocumentKind>(kind), *year, *number};
  if (code_of(parsed) != code) return std::nullopt;
  return parsed;
}

DocumentView document_view(const DocumentNumber& number, const DocumentRow& row) {
  DocumentView view;
  view.code = code_of(number);
  view.kind = number.kind;
  view.event_id = row.event_id;
  view.order_id = row.order_id;
  view.amount = row.amount;
  view.split = row.split;
  view.at = row.at;
  view.lines = row.lines;
  return view;
}

std::vector<DocumentView> documents_of(const Rows& rows, const Id& order_id,
                                       const Id& organization_id) {
  std::vector<DocumentView> views;
  rows.scan<DocumentOfOrder>(
      order_id.view(), {}, kDocumentsPerOrder, [&](std::string_view key, const DocumentOfOrder&) {
        const auto number = number_in(key);
        const auto row = rows.find<DocumentRow>(document_key(organization_id, number));
        CHECK_INVARIANT(row);
        views.push_back(document_view(number, *row));
        return true;
      });
  return views;
}

Decided<DocumentView> decide_issue_invoice(const Rows& rows, const Context& context,
                                           const OrderRow& order, const IssueInvoice& message) {
  const auto documents = documents_of(rows, message.order_id, order.organization_id);
  const auto receipt = first_of(documents, DocumentKind::receipt);
  if (!receipt) {
    return Error{Code::conflict, "no_receipt",
                 "Nothing was paid for the order yet; ask again when it is."};
  }
  if (const auto invoice = first_of(documents, DocumentKind::invoice)) {
    return Error{Code::conflict, "invoice_exists",
                 "The order has the invoice " + invoice->code + "; it stays as it is."};
  }
  Decision<DocumentView> decision;
  Issuer issuer(rows, {context.now}, decision);
  const auto fact =
      issuer.issue({DocumentKind::invoice, order.organization_id, order.event_id, message.order_id,
                    receipt->amount.currency, receipt->split, receipt->lines});
  CHECK_INVARIANT(fact);
  auto parties =
      parties_of(context.vault, order.organization_id, message.order_id, DocumentKind::receipt);
  parties.buyer = message;
  decision.keep(invoice_key(message.order_id), encode(parties));
  decision.answer = document_view(*fact, row_of(*fact));
  return decision;
}

Decided<Nothing> decide_set_seller(const Rows& rows, const Context& context,
                                   const SetSeller& message) {
  const auto& person = *context.person;
  const auto may = check_manager(rows, person, message.organization_id);
  if (!may) return may.error();
  Decision<Nothing> decision;
  decision.record(SellerChanged{message.organization_id, person.person_id, {context.now}});
  decision.keep(seller_key(message.organization_id), encode<Party>(message));
  return decision;
}

Parties parties_of(const Vault& vault, const Id& organization_id, const Id& order_id,
                   DocumentKind kind) {
  const auto read = [&](const std::string& key, auto& into) {
    const auto kept = vault.get(key);
    if (!kept) return;
    auto found = decode<std::remove_reference_t<decltype(into)>>(*kept);
    CHECK_INVARIANT(found);
    into = std::move(*found);
  };
  Parties parties;
  if (kind == DocumentKind::invoice) {
    read(invoice_key(order_id), parties);
  } else if (vault.get(seller_key(organization_id))) {
    read(seller_key(organization_id), parties.seller.emplace());
  }
  return parties;
}

void apply(Rows& rows, const DocumentIssued& fact) {
  const auto series = series_key(fact.organization_id, fact.kind, fact.year);
  const auto last = rows.find<SeriesRow>(series).value_or(SeriesRow{}).last_number;
  CHECK_INVARIANT(fact.number == last + 1);
  CHECK_INVARIANT(fact.split.total() == fact.amount.amount);
  CHECK_INVARIANT(fact.lines.empty() || completed(fact.lines, fact.amount.amount) == fact.lines);
  rows.save(series, SeriesRow{fact.number});
  rows.save(document_key(fact.organization_id, fact), row_of(fact));
  rows.save(document_key(fact.order_id, fact), DocumentOfOrder{});
}

void apply(Rows&, const SellerChanged&) {}

}  // namespace bilten::payment
