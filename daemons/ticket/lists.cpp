// Check-in lists.
#include "daemons/ticket/doors.h"

namespace bilten::ticket {

using api::ticket::CheckInListAdded;

void apply(Rows& rows, const CheckInListAdded& fact) {
  rows.save(fact.check_in_list_id.view(), ListRow{.organization_id = fact.organization_id,
                                                  .event_id = fact.event_id,
                                                  .title = fact.title,
                                                  .ticket_type_ids = fact.ticket_type_ids,
                                                  .reentry = fact.reentry});
  rows.save(key_of(fact.event_id, fact.check_in_list_id), ListOfEvent{});
}

}  // namespace bilten::ticket
