// The rows of imports in the table. A file is read before its batch.
#include "daemons/ticket/import_lines.h"
#include "daemons/ticket/imports.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table import_table(const ServiceKeys& keys) {
  const auto read = [](const Reader&, const ImportTickets& message) {
    return read_import(message.csv, message.first_line);
  };
  const auto import = [order_keys = OrderKeys{keys.secret, keys.mail_index}](
                          const Rows& rows, const Context& context, const ImportTickets& message) {
    return decide_import(rows, context, message, order_keys);
  };
  return {
      command<ImportTickets>("ticket.import", read, import),
      query<ReadImports>("ticket.imports", read_imports),
  };
}

}  // namespace bilten::ticket
