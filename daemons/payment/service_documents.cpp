// Receipts, invoices and credit notes as they are asked for.
#include "common/service/paging.h"
#include "daemons/payment/documents.h"
#include "daemons/payment/printed.h"
#include "daemons/payment/rights.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {
namespace {

using namespace api::payment;

Result<api::ListOf<DocumentView>> documents(const Reader& reader, const ListDocuments& message) {
  const auto& organization_id = message.organization_id;
  const auto may = check_manager(reader.rows, *reader.person, organization_id);
  if (!may) return may.error();
  const auto after = key_after(message.cursor, organization_id.view(), 33);
  if (!after) return after.error();
  api::ListOf<DocumentView> list;
  std::string last;
  reader.rows.scan<DocumentRow>(organization_id.view(), *after,
                                static_cast<size_t>(message.limit) + 1,
                                [&](std::string_view key, const DocumentRow& row) {
                                  if (list.items.size() == static_cast<size_t>(message.limit)) {
                                    list.next_cursor = cursor_at(last);
                                    return false;
                                  }
                                  last = key;
                                  list.items.push_back(document_view(number_in(key), row));
                                  return true;
                                });
  return list;
}

// Nothing: the order has no document of that code.
std::optional<DocumentView> find_document(const Rows& rows, const OrderRow& order,
                                          const ReadDocumentPdf& message) {
  const auto number = parse_document_code(message.code);
  if (!number || !rows.has(DocumentOfOrder::table, document_key(message.order_id, *number))) {
    return std::nullopt;
  }
  const auto row = rows.find<DocumentRow>(document_key(order.organization_id, *number));
  CHECK_INVARIANT(row);
  return document_view(*number, *row);
}

Result<api::ListOf<DocumentView>> order_documents(const Reader& reader,
                                                  const ListOrderDocuments& message,
                                                  const std::string& mesh_key) {
  const auto order =
      find_order(reader.rows, reader.person, message.order_id, message.secret, mesh_key);
  if (!order) return order.error();
  return api::ListOf<DocumentView>{
      documents_of(reader.rows, message.order_id, order->organization_id), {}};
}

Result<Content> pdf(const Reader& reader, const ReadDocumentPdf& message,
                    const std::string& mesh_key) {
  const auto order =
      find_order(reader.rows, reader.person, message.order_id, message.secret, mesh_key);
  if (!order) return order.error();
  const auto view = find_document(reader.rows, *order, message);
  if (!view) {
    return Error{Code::not_found, "unknown_document", "The order has no document of that code."};
  }
  const auto parties =
      parties_of(reader.vault, order->organization_id, message.order_id, view->kind);
  auto bytes = document_pdf(printed(*view, parties, order->code));
  if (!bytes) return bytes.error();
  return Content{"application/pdf", {std::move(*bytes)}, 0};
}

Decided<DocumentView> issue_invoice(const Rows& rows, const Context& context,
                                    const IssueInvoice& message, const std::string& mesh_key) {
  const auto order = find_order(rows, context.person, message.order_id, message.secret, mesh_key);
  if (!order) return order.error();
  return decide_issue_invoice(rows, context, *order, message);
}

}  // namespace

Table document_table(const ServiceKeys& keys) {
  const auto& mesh_key = keys.mail_index;
  return {
      query<ListDocuments>("payment.documents", documents),
      query<ListOrderDocuments>("payment.order.documents", with(mesh_key, order_documents)),
      slow_query<ReadDocumentPdf>("payment.document.pdf", with(mesh_key, pdf)),
      command<IssueInvoice>("payment.invoice.issue", with(mesh_key, issue_invoice)),
      command<SetSeller>("payment.seller.set", decide_set_seller),
  };
}

}  // namespace bilten::payment
