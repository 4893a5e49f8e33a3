// Doors without a network, and their rows of the table.
#include "daemons/ticket/batch.h"
#include "daemons/ticket/offline_pages.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

Table offline_table(const ServiceKeys& keys) {
  using namespace api::ticket;
  const auto snapshot = [secret = keys.secret](const Reader& reader, const ReadSnapshot& message) {
    return read_snapshot(reader, message, secret);
  };
  const auto changes = [secret = keys.secret](const Reader& reader, const ReadChanges& message) {
    return read_changes(reader, message, secret);
  };
  return {
      query<ReadSnapshot>("ticket.list_snapshot", snapshot),
      query<ReadChanges>("ticket.list_changes", changes),
      command<CheckInBatch>("ticket.check_in_batch", decide_batch),
      query<ListConflicts>("ticket.conflicts", read_conflicts),
      follow<api::user::DeviceEnrolled>("user.device_enrolled"),
      follow<api::user::DeviceRolled>("user.device_rolled"),
      follow<api::user::DeviceRevoked>("user.device_revoked"),
  };
}

}  // namespace bilten::ticket
