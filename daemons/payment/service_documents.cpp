// Receipts, invoices and credit notes as they are asked for.
#include "common/service/paging.h"
#include "daemons/payment/documents.h"
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

}  // namespace

Table document_table() {
  return {
      query<ListDocuments>("payment.documents", documents),
      command<SetSeller>("payment.seller.set", decide_set_seller),
  };
}

}  // namespace bilten::payment
