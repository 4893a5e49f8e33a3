// Bank statements as they are sent, and what staff does about what fits nothing. A file is read
// before its batch.
#include "daemons/payment/service_parts.h"
#include "daemons/payment/statement_files.h"
#include "daemons/payment/statements.h"

namespace bilten::payment {

using namespace api::payment;

Table statement_table(const ServiceKeys& keys) {
  const auto read = [secret = keys.secret](const Reader& reader, const ImportStatement& message) {
    return read_statement(reader.rows, secret, message);
  };
  return {
      command<ImportStatement>("payment.statement.import", read, decide_import_statement),
      query<ListMovements>("payment.movements", list_movements),
      command<MatchMovement>("payment.movement.match", decide_match_movement),
      command<DismissMovement>("payment.movement.dismiss", decide_dismiss_movement),
  };
}

}  // namespace bilten::payment
