// A bank's statement as a step of an import takes it: read, each incoming movement under the digest
// that knows it again, with the orders whose code its payer wrote. Runs before the writer's batch.
#pragma once

#include "daemons/payment/bank.h"
#include "daemons/payment/statement_rows.h"

namespace bilten::payment {

struct IncomingMovement {
  BankMovement movement;
  std::string digest;
  std::string digest_here;  // The same within this file alone.
  DayInFile day = DayInFile::only;
  bool is_day_known = false;  // Others of its day came in another file before.
  std::vector<Id> order_ids;  // As of the snapshot: that wait, or waited, for a transfer.
};

struct StatementFile {
  std::string digest;
  std::vector<IncomingMovement> incoming;  // Of this step.
  bool has_more = false;                   // Beyond it.
  int64_t outgoing = 0;                    // Of the whole file.
  std::vector<BankFault> faults;           // The same.
};

// CAMT.053 where it begins as XML does, else CSV. `digest_key`: makes digests that nobody else can.
// malformed_file
Result<StatementFile> read_statement(const Rows& rows, std::string_view digest_key,
                                     const api::payment::ImportStatement& message);

// Whether a movement that equals one taken before, from another file, may be another all the same.
// Two files list a day that both have whole alike, and so equal movements of it by their turn.
// Where one file ends on the day and the other begins on it, each may have its own part: then
// nothing but others of that day in both of them shows that they overlap.
bool may_be_another(const MovementSeen& seen, const IncomingMovement& incoming,
                    std::string_view file_digest);

// The order whose code that is, however it is written: "k7qx 4m2p-9a".
std::optional<Id> find_order_of_code(const Rows& rows, const Id& organization_id,
                                     std::string_view code);

}  // namespace bilten::payment
