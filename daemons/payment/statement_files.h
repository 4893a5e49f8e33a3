// A bank's statement as a step of an import takes it: read, each incoming movement under the digest
// that knows it again, with the orders whose code its payer wrote. Runs before the writer's batch.
#pragma once

#include "daemons/payment/bank.h"
#include "daemons/payment/statement_rows.h"

namespace bilten::payment {

struct IncomingMovement {
  BankMovement movement;
  std::string digest;
  std::vector<Id> order_ids;  // As of the snapshot: that wait, or waited, for a transfer.
};

struct StatementFile {
  std::vector<IncomingMovement> incoming;  // Of this step.
  bool has_more = false;                   // Beyond it.
  int64_t outgoing = 0;                    // Of the whole file.
  std::vector<BankFault> faults;           // The same.
};

// CAMT.053 where it begins as XML does, else CSV. `digest_key`: makes digests that nobody else can.
// malformed_file
Result<StatementFile> read_statement(const Rows& rows, std::string_view digest_key,
                                     const api::payment::ImportStatement& message);

// The order whose code that is, however it is written: "k7qx 4m2p-9a".
std::optional<Id> find_order_of_code(const Rows& rows, const Id& organization_id,
                                     std::string_view code);

}  // namespace bilten::payment
